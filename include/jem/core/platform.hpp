// SPDX-License-Identifier: MIT
// Annotations that are spelled differently for each compiler.
#pragma once

#include <jem/core/compiler.hpp>

// With nvcc, lambdas are compiled for the device alone. Lambdas for both host and device work only in programs with one source file,
// since in CUDA 13.0 each source file has its own variables for the same lambda. Such a program may define JEM_ONE_FILE, and use host
// and device backends side by side.
#if !defined(__CUDACC__)
/// Goes before a function that is not constexpr and that a verb of a backend calls, so that it exists on the device as well.
#define JEM_HOST_DEVICE
/// Goes before the parameters of a lambda that a verb of a backend calls.
#define JEM_LAMBDA
#elif defined(JEM_ONE_FILE)
#define JEM_HOST_DEVICE __host__ __device__
#define JEM_LAMBDA __host__ __device__
#else
#define JEM_HOST_DEVICE __host__ __device__
#define JEM_LAMBDA __device__
#endif

/// Goes before a loop whose iterations do not depend on each other. Compilers cannot prove this for a loop with many pointers, and at -O2
/// g++ vectorises a loop of unknown length only with `omp simd`. It is not for reductions, which need a clause of their own. It is
/// empty for clang, which vectorises short loops without it, and which would warn in the user's program about each marked loop that it
/// cannot vectorise. Long loops use vector_loop.
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
