// SPDX-License-Identifier: MIT
// Thrust on OpenMP's threads; compile with -fopenmp.
#pragma once

#ifndef _OPENMP
#error "jem: thrust_omp needs OpenMP: compile with -fopenmp, or link jem::thrust_omp"
#endif

#include <jem/backend/thrust.hpp>

#include <thrust/system/omp/execution_policy.h>

namespace jem::inline v0 {

namespace thrust_verbs {

/// The system of Thrust that runs on OpenMP's threads.
template <int thrust_version>
struct omp_system {
  static constexpr const char* name        = "thrust_omp";
  static constexpr bool carries_exceptions = true;     ///< see backend/thrust/loops.hpp
  static auto policy() { return ::thrust::omp::par; }  ///< the execution policy of Thrust's algorithms
};

}  // namespace thrust_verbs

/// Thrust on OpenMP's threads, of the version that is included.
using thrust_omp = thrust_on_host<thrust_verbs::omp_system<THRUST_VERSION>>;

static_assert(backend<thrust_omp, float> && backend<thrust_omp, double>);

}  // namespace jem::inline v0
