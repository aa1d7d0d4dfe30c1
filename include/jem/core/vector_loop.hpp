// SPDX-License-Identifier: MIT
// Loops whose iterations do not depend on each other, as vectors where the compiler can, over functions of the user's: g++ makes
// vectors at -O2 where OpenMP's simd asks for them, but an exception that leaves such a loop ends the program.
#pragma once

#include <jem/core/platform.hpp>
#include <jem/core/shape.hpp>

#include <exception>

namespace jem::inline v0 {

/// f(i) for begin ≤ i < end. An exception of f's is thrown on, the first one; g++ goes on with the loop before.
template <class F>
JEM_HOST_DEVICE inline void vector_loop(index_t begin, index_t end, const F& f) {
#if defined(__GNUC__) && !defined(__clang__) && defined(_OPENMP) && !defined(__CUDA_ARCH__)
  std::exception_ptr failure;
  JEM_INDEPENDENT
  for (index_t i = begin; i < end; ++i) {
    try {
      f(i);
    } catch (...) {  // nothing is left of this where the compiler sees that f throws nothing
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
#else
  JEM_INDEPENDENT
  for (index_t i = begin; i < end; ++i) f(i);
#endif
}

}  // namespace jem::inline v0
