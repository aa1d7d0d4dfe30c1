// SPDX-License-Identifier: MIT
// Loops that call a function of the user, and whose iterations do not depend on each other; the compiler vectorises them if it can. At -O2
// g++ does so only with `omp simd`. An exception that left such a loop would end the program, so it is caught inside the loop. clang has
// to be told that the pointers do not alias. It then warns about every function that it cannot vectorise (one that calls std::tgamma, for
// example) wherever the loop is inlined. So for clang the loop is in a function of its own, in which the warning is off.
#pragma once

#include <jem/core/platform.hpp>
#include <jem/core/shape.hpp>

#include <exception>

namespace jem::inline v0 {

#if defined(__clang__) && !defined(__CUDACC__)

namespace detail {

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpass-failed"
template <class F>
[[gnu::noinline]] void long_vector_loop(index_t begin, index_t end, const F& f) {
  const F g = f;  // a local copy, so that its pointers stay in registers
#pragma clang loop vectorize(assume_safety)
  for (index_t i = begin; i < end; ++i) g(i);
}
#pragma clang diagnostic pop

}  // namespace detail

/// f(i) for begin ≤ i < end. An exception that f throws reaches the caller.
template <class F>
void vector_loop(index_t begin, index_t end, const F& f) {
  constexpr index_t few = 8;  // so few iterations are not worth a function call
  if (end - begin > few) return detail::long_vector_loop(begin, end, f);
  for (index_t i = begin; i < end; ++i) f(i);
}

#elif defined(__GNUC__) && defined(_OPENMP) && !defined(__CUDA_ARCH__)

/// f(i) for begin ≤ i < end. The first exception that f throws reaches the caller after the loop.
template <class F>
JEM_HOST_DEVICE inline void vector_loop(index_t begin, index_t end, const F& f) {
  std::exception_ptr failure;
  JEM_INDEPENDENT
  for (index_t i = begin; i < end; ++i) {
    try {
      f(i);
    } catch (...) {  // the compiler removes this if it sees that f throws nothing
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

#else

/// f(i) for begin ≤ i < end. An exception that f throws reaches the caller.
template <class F>
JEM_HOST_DEVICE inline void vector_loop(index_t begin, index_t end, const F& f) {
  JEM_INDEPENDENT
  for (index_t i = begin; i < end; ++i) f(i);
}

#endif

}  // namespace jem::inline v0
