// SPDX-License-Identifier: MIT
// The default backend for the host. Matrix products are cut into blocks whose size depends on the shape alone. Eigen computes each block
// on one thread, and OpenMP distributes the blocks. Convolutions use Winograd's algorithms and products of windows. All else is
// inherited from `openmp`.
#pragma once

#include <jem/backend/cpu/convolution/dispatch.hpp>
#include <jem/backend/cpu/gemm/blocked.hpp>
#include <jem/backend/openmp.hpp>
#include <jem/core/concat.hpp>

#include <string>

namespace jem::inline v0 {

struct eigen : openmp {
  static constexpr const char* name = "eigen";

  /// The library that it uses, with its version.
  static std::string library() { return concat("Eigen ", EIGEN_WORLD_VERSION, ".", EIGEN_MAJOR_VERSION, ".", EIGEN_MINOR_VERSION); }

  /// As reference::gemm, with the same bits for any number of threads.
  template <scalar T>
  static void gemm(transpose ta, transpose tb, index_t m, index_t n, index_t k, T alpha, const T* a, const T* b, T beta, T* c) {
    eigen_product::gemm<openmp>(ta, tb, m, n, k, alpha, a, b, beta, c);
  }

  /// Numbers of elements of laid out weights (kh, kw, c, f), for the output and for the input's gradient of images of type T.
  template <scalar T>
  static constexpr std::pair<index_t, index_t> prepared_sizes(const convolution_shape& s) {
    return eigen_convolution::prepared_sizes<T>(s);
  }

  /// Lays out weights (kh, kw, c, f) for both directions, into as many elements as prepared_sizes says.
  template <scalar T>
  static void prepare_weights(const convolution_shape& s, const T* w, T* forward, T* backward) {
    eigen_convolution::prepare_weights<openmp, T>(s, w, forward, backward);
  }

  /// y = f(x) ⋆ w + bias + addend; `prepared` has the laid out weights, or is null
  template <scalar T, fusable F = unchanged>
  static void convolve(const convolution_shape& s, const T* x, const T* w, T* y, const T* prepared = nullptr,
                       const convolution_terms<T, F>& terms = {}) {
    eigen_convolution::forward<openmp>(s, x, w, y, prepared, terms);
  }

  /// dx = f′(x) ⊙ (wᵀ ⋆ dy) + addend, given dy = ∂L/∂y
  template <scalar T, fusable F = unchanged>
  static void convolve_input_gradient(const convolution_shape& s, const T* dy, const T* w, T* dx, const T* prepared = nullptr,
                                      const gradient_terms<T, F>& terms = {}) {
    eigen_convolution::input_gradient<openmp>(s, dy, w, dx, prepared, terms);
  }

  /// dw += ∂L/∂w of f(x) ⋆ w, given dy = ∂L/∂y
  template <scalar T, fusable F = unchanged>
  static void convolve_weight_gradient(const convolution_shape& s, const T* x, const T* dy, T* dw, F f = {}) {
    eigen_convolution::weight_gradient<openmp>(s, x, dy, dw, f);
  }
};

static_assert(backend<eigen, float> && backend<eigen, double>);

}  // namespace jem::inline v0
