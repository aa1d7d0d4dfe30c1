// SPDX-License-Identifier: MIT
// thrust_cuda with the convolutions of cuDNN: channels last, deterministic, the same bits every run. Weights are transposed from
// (kh, kw, c, f) to (f, kh, kw, c), only once if they are prepared. Convolutions of doubles are those of thrust_cuda.
#pragma once

#include <jem/backend/thrust/cuda/cudnn_plan.hpp>
#include <jem/backend/thrust_cuda.hpp>

#include <algorithm>
#include <utility>

namespace jem::inline v0 {

namespace cuda_device {

/// to (columns, rows) = fromᵀ + beta·to for a matrix (rows, columns).
inline void turn(index_t rows, index_t columns, const float* from, float beta, float* to) {
  const float one = 1;
  check("cublasSgeam",
        cublasSgeam_64(blas::handle(false), CUBLAS_OP_T, CUBLAS_OP_N, rows, columns, &one, from, columns, &beta, to, rows, to, rows));
}

}  // namespace cuda_device

/// A CUDA device with cuDNN's convolutions of floats.
template <bool tf32>
struct basic_thrust_cudnn : basic_thrust_cuda<tf32> {
  static constexpr const char* name = tf32 ? "thrust_cudnn_tf32" : "thrust_cudnn";

  using base = basic_thrust_cuda<tf32>;  ///< the backend to which it adds convolutions
  /// Device memory for n elements.
  template <element T>
  using storage = typename base::template storage<T>;

  /// Numbers of elements of weights (kh, kw, c, f) in cuDNN's order, for the output and for the input's gradient of images of type T.
  template <scalar T>
  static constexpr std::pair<index_t, index_t> prepared_sizes(const convolution_shape& s) {
    return {s.weight().size(), s.weight().size()};
  }

  /// Transposes weights (kh, kw, c, f) to (f, kh, kw, c), for both directions.
  template <scalar T>
  static void prepare_weights(const convolution_shape& s, const T* w, T* forward, T* backward) {
    if constexpr (std::same_as<T, float>) {
      for (float* const to : {forward, backward}) cuda_device::turn(s.patch(), s.f, w, 0, to);
    }
  }

  /// y = x ⋆ w; `prepared` has the transposed weights, or is null
  static void convolve(const convolution_shape& s, const float* x, const float* w, float* y, const float* prepared = nullptr) {
    const turned_weights turned(s, w, prepared);
    for_parts(s, [&](const convolution_shape& part, index_t first) {
      run(part, cuda_device::direction::output, x + first * s.input().row_size(), turned.data(), y + first * s.output().row_size());
    });
  }

  /// dx = ∂L/∂x, given dy = ∂L/∂y
  static void convolve_input_gradient(const convolution_shape& s, const float* dy, const float* w, float* dx,
                                      const float* prepared = nullptr) {
    const turned_weights turned(s, w, prepared);
    for_parts(s, [&](const convolution_shape& part, index_t first) {
      run(part, cuda_device::direction::input_gradient, dx + first * s.input().row_size(), turned.data(),
          dy + first * s.output().row_size());
    });
  }

  /// dw += ∂L/∂w, given dy = ∂L/∂y
  static void convolve_weight_gradient(const convolution_shape& s, const float* x, const float* dy, float* dw) {
    storage<float> turned(s.patch() * s.f);
    for_parts(s, [&](const convolution_shape& part, index_t first) {
      run(part, cuda_device::direction::weight_gradient, x + first * s.input().row_size(), turned.data(),
          dy + first * s.output().row_size());
      cuda_device::turn(s.f, s.patch(), turned.data(), 1, dw);
    });
  }

 private:
  static void run(const convolution_shape& s, cuda_device::direction d, const float* x, const float* w, const float* y) {
    const auto& plan = cuda_device::convolution_plan::of(s, d, tf32);
    storage<float> workspace((plan.workspace() + 3) / 4);
    plan.run(x, w, y, workspace.data());
  }

  /// Weights (f, kh, kw, c): the prepared ones, or transposed here.
  class turned_weights {
   public:
    turned_weights(const convolution_shape& s, const float* w, const float* prepared)
        : own_(prepared == nullptr ? s.patch() * s.f : 0), data_(prepared == nullptr ? own_.data() : prepared) {
      if (prepared == nullptr) cuda_device::turn(s.patch(), s.f, w, 0, own_.data());
    }
    const float* data() const { return data_; }

   private:
    storage<float> own_;
    const float* data_;
  };

  /// f(shape of a part of the batch, index of its first image). Parts are small, since cuDNN counts the elements of a tensor in 31 bits.
  template <class F>
  static void for_parts(const convolution_shape& s, F f) {
    const index_t largest = (std::max)(s.input().row_size(), s.output().row_size());
    const index_t most    = std::max<index_t>(1, (index_t{1} << 30) / std::max<index_t>(1, largest));
    for (index_t first = 0; first < s.n; first += most) {
      convolution_shape part = s;
      part.n                 = (std::min)(most, s.n - first);
      f(part, first);
    }
  }
};

/// A CUDA device with cuDNN's convolutions, in full float32.
using thrust_cudnn = basic_thrust_cudnn<false>;
/// The same with factors rounded to tf32.
using thrust_cudnn_tf32 = basic_thrust_cudnn<true>;

static_assert(backend<thrust_cudnn, float> && backend<thrust_cudnn, double>);

}  // namespace jem::inline v0
