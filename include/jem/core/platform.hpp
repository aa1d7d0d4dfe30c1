// SPDX-License-Identifier: MIT
// The only two macros of the library: marks that the compilers spell differently.
#pragma once

/// Before the parameters of a lambda that a backend's verb runs, and before a function that is not constexpr and that such a lambda
/// calls: both have to exist on a device, too.
#ifdef __CUDACC__
#define JEM_LAMBDA __host__ __device__
#else
#define JEM_LAMBDA
#endif

/// Before a loop whose iterations do not depend on each other: with more than a few pointers compilers do not see it, and at -O2
/// g++ leaves loops of unknown length scalar unless OpenMP asks. No reductions: those name themselves.
#if defined(__clang__)
#define JEM_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__) && defined(_OPENMP)
#define JEM_INDEPENDENT _Pragma("omp simd")
#elif defined(__GNUC__)
#define JEM_INDEPENDENT _Pragma("GCC ivdep")
#else
#define JEM_INDEPENDENT
#endif
