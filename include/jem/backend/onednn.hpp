// SPDX-License-Identifier: MIT
// A backend for the host with convolutions by oneDNN 2.6 or newer. For bfloat16 oneDNN uses the processor's own instructions, which it
// detects when the program runs. The shape and the instruction set decide which convolutions oneDNN computes
// (backend/onednn/choose.hpp). The eigen backend computes the rest, and everything in double.
#pragma once

#include <jem/backend/eigen.hpp>
#include <jem/backend/onednn/convolution.hpp>
#include <jem/core/concat.hpp>

#include <string>
#include <utility>

namespace jem::inline v0 {

struct onednn : eigen {
  static constexpr const char* name = "onednn";

  /// The libraries that it uses, with versions and the instruction set of products: "oneDNN 2.6.3 with AVX-512 BF16, Eigen 3.4.0".
  static std::string library() {
    const dnnl_version_t* const v = dnnl_version();
    return concat("oneDNN ", v->major, ".", v->minor, ".", v->patch, " with ", onednn_convolution::instruction_set(), ", ",
                  eigen::library());
  }

  /// Numbers of elements of laid out weights (kh, kw, c, f), for the output and for the input's gradient of images of type T.
  template <element T>
  static std::pair<index_t, index_t> prepared_sizes(const convolution_shape& s) {
    if constexpr (std::same_as<T, double>) {
      return eigen::prepared_sizes<T>(s);
    } else {
      return onednn_convolution::prepared_sizes<T>(s);
    }
  }

  /// Lays out weights (kh, kw, c, f) for both directions, into as many elements as prepared_sizes says.
  template <element T>
  static void prepare_weights(const convolution_shape& s, const accumulator_t<T>* w, T* forward, T* backward) {
    if constexpr (std::same_as<T, double>) {
      eigen::prepare_weights(s, w, forward, backward);
    } else {
      onednn_convolution::prepare_weights<openmp>(s, w, forward, backward);
    }
  }

  /// y = f(x) ⋆ w + bias + addend; `prepared` has the laid out weights, or is null
  template <element T, fusable F = unchanged>
  static void convolve(const convolution_shape& s, const T* x, const accumulator_t<T>* w, T* y, const T* prepared = nullptr,
                       const convolution_terms<T, F, accumulator_t<T>>& terms = {}) {
    if constexpr (std::same_as<T, double>) {
      eigen::convolve(s, x, w, y, prepared, terms);
    } else {
      onednn_convolution::forward<openmp>(s, x, w, y, prepared, terms);
    }
  }

  /// dx = f′(x) ⊙ (wᵀ ⋆ dy) + addend, given dy = ∂L/∂y
  template <element T, fusable F = unchanged>
  static void convolve_input_gradient(const convolution_shape& s, const T* dy, const accumulator_t<T>* w, T* dx,
                                      const T* prepared = nullptr, const gradient_terms<T, F>& terms = {}) {
    if constexpr (std::same_as<T, double>) {
      eigen::convolve_input_gradient(s, dy, w, dx, prepared, terms);
    } else {
      onednn_convolution::input_gradient<openmp>(s, dy, w, dx, prepared, terms);
    }
  }

  /// dw += ∂L/∂w of f(x) ⋆ w, given dy = ∂L/∂y
  template <element T, fusable F = unchanged>
  static void convolve_weight_gradient(const convolution_shape& s, const T* x, const T* dy, accumulator_t<T>* dw, F f = {}) {
    if constexpr (std::same_as<T, double>) {
      eigen::convolve_weight_gradient(s, x, dy, dw, f);
    } else {
      onednn_convolution::weight_gradient<openmp>(s, x, dy, dw, f);
    }
  }
};

static_assert(backend<onednn, float> && backend<onednn, double>);

}  // namespace jem::inline v0
