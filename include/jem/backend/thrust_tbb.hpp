// SPDX-License-Identifier: MIT
// Thrust on the threads of Threading Building Blocks; link TBB.
#pragma once

#include <jem/backend/thrust.hpp>

#include <thrust/system/tbb/execution_policy.h>

namespace jem::inline v0 {

namespace thrust_verbs {

/// The system of Thrust that runs on the threads of Threading Building Blocks.
template <int thrust_version>
struct tbb_system {
  static constexpr const char* name        = "thrust_tbb";
  static constexpr bool carries_exceptions = true;     ///< see backend/thrust/loops.hpp
  static auto policy() { return ::thrust::tbb::par; }  ///< the execution policy of Thrust's algorithms
};

}  // namespace thrust_verbs

/// Thrust on the threads of Threading Building Blocks, of the version that is included.
using thrust_tbb = thrust_on_host<thrust_verbs::tbb_system<THRUST_VERSION>>;

static_assert(backend<thrust_tbb, float> && backend<thrust_tbb, double>);

}  // namespace jem::inline v0
