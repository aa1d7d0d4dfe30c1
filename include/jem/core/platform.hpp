// SPDX-License-Identifier: MIT
// Annotations that the compilers spell differently.
#pragma once

#include <jem/core/compiler.hpp>

// With nvcc, lambdas are compiled for the device alone. Lambdas for both host and device work only in programs of one file, since each
// file has its own variables for the same lambda (CUDA 13.0). Such a program may define JEM_ONE_FILE, and run host and
// device backends side by side.
#if !defined(__CUDACC__)
/// Stands before a function that is not constexpr and that a verb of a backend calls: it has to exist on a device as well.
#define JEM_HOST_DEVICE
/// Stands before the parameters of a lambda that a verb of a backend calls.
#define JEM_LAMBDA
#elif defined(JEM_ONE_FILE)
#define JEM_HOST_DEVICE __host__ __device__
#define JEM_LAMBDA __host__ __device__
#else
#define JEM_HOST_DEVICE __host__ __device__
#define JEM_LAMBDA __device__
#endif

/// Before a loop whose iterations do not depend on each other: with more than a few pointers compilers do not see it, and at -O2
/// g++ leaves loops of unknown length scalar unless OpenMP asks. No reductions: those name themselves. Nothing for clang, which
/// sees enough in short loops, and warns in the user's program where it cannot do what a mark asks: long loops are vector_loop.
#if defined(__clang__)
#define JEM_INDEPENDENT
#elif defined(__GNUC__) && defined(_OPENMP)
#define JEM_INDEPENDENT _Pragma("omp simd")
#elif defined(__GNUC__)
#define JEM_INDEPENDENT _Pragma("GCC ivdep")
#else
#define JEM_INDEPENDENT
#endif

namespace jem::inline v0 {

/// Whether the host can call F: it cannot call a lambda that nvcc has made for the device alone.
template <class F>
constexpr bool exists_on_host =
#if defined(__CUDACC__) && defined(__CUDACC_EXTENDED_LAMBDA__)
    !__nv_is_extended_device_lambda_closure_type(F);
#else
    true;
#endif

}  // namespace jem::inline v0
