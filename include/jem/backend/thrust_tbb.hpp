// SPDX-License-Identifier: MIT
// Thrust on the threads of Threading Building Blocks; link TBB.
#pragma once

#include <jem/backend/thrust.hpp>

#include <thrust/system/tbb/execution_policy.h>

namespace jem::inline v0 {

namespace thrust_verbs {

/// Those threads.
struct tbb_system {
  static auto policy() { return ::thrust::tbb::par; }  ///< says so to Thrust's algorithms
};

}  // namespace thrust_verbs

/// Thrust on the threads of Threading Building Blocks.
struct thrust_tbb : thrust_verbs::host_backend<thrust_verbs::tbb_system> {
  static constexpr const char* name = "thrust_tbb";
};

static_assert(backend<thrust_tbb, float> && backend<thrust_tbb, double>);

}  // namespace jem::inline v0
