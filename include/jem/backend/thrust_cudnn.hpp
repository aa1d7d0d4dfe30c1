// SPDX-License-Identifier: MIT
// thrust_cuda with the convolutions of cuDNN: channels last, by deterministic algorithms and a fixed rule, the same bits every
// run. Weights are turned from (kh, kw, c, f) to (f, kh, kw, c), once where they stand still. In double: thrust_cuda's.
#pragma once

#include <jem/backend/thrust_cuda.hpp>
#include <jem/core/convolution_shape.hpp>

#include <array>
#include <map>
#include <utility>

#include <cudnn.h>

namespace jem::inline v0 {

namespace cuda_device {

/// Throws std::runtime_error with cuDNN's own words, unless all went well.
inline void check(const char* what, cudnnStatus_t status) {
  if (status != CUDNN_STATUS_SUCCESS) throw std::runtime_error(std::string("[thrust_cudnn] ") + what + ": " + cudnnGetErrorString(status));
}

/// Something that cuDNN makes and destroys.
template <class D, auto create, auto destroy>
class cudnn_object {
 public:
  cudnn_object() { check("create", create(&object_)); }
  ~cudnn_object() { (void)destroy(object_); }
  cudnn_object(const cudnn_object&)            = delete;
  cudnn_object& operator=(const cudnn_object&) = delete;

  operator D() const { return object_; }

 private:
  D object_{};
};

using tensor_description = cudnn_object<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor>;
using filter_description = cudnn_object<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor>;
using convolution_description =
    cudnn_object<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor, cudnnDestroyConvolutionDescriptor>;

/// A thread's handle, on the default stream.
inline cudnnHandle_t dnn() {
  thread_local const cudnn_object<cudnnHandle_t, cudnnCreate, cudnnDestroy> mine;
  return mine;
}

/// What a convolution is asked for.
enum class direction : int { output, input_gradient, weight_gradient };

/// By which algorithm, and with how much workspace: a rule in the shape, the same every run. All three are deterministic.
constexpr auto output_algorithm          = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
constexpr auto input_gradient_algorithm  = CUDNN_CONVOLUTION_BWD_DATA_ALGO_1;
constexpr auto weight_gradient_algorithm = CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1;

/// One convolution as cuDNN is told of it.
struct described_convolution {
  tensor_description x, y;
  filter_description w;
  convolution_description how;
  std::size_t workspace = 0;  // bytes

  described_convolution(const convolution_shape& s, direction d, bool tf32) {
    describe(x, s.n, s.h, s.w, s.c);
    describe(y, s.n, s.oh(), s.ow(), s.f);
    check("cudnnSetFilter4dDescriptor",
          cudnnSetFilter4dDescriptor(w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NHWC, whole(s.f), whole(s.c), whole(s.kh), whole(s.kw)));
    check("cudnnSetConvolution2dDescriptor",
          cudnnSetConvolution2dDescriptor(how, whole(s.padding), whole(s.padding), whole(s.stride), whole(s.stride), 1, 1,
                                          CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
    check("cudnnSetConvolutionMathType", cudnnSetConvolutionMathType(how, tf32 ? CUDNN_TENSOR_OP_MATH : CUDNN_FMA_MATH));
    check("the size of a workspace", workspace_size(d));
  }

  /// The thread's own, made when a shape is first seen: describing one takes longer than launching it.
  static const described_convolution& of(const convolution_shape& s, direction d, bool tf32) {
    using key = std::array<index_t, 11>;
    thread_local std::map<key, described_convolution> seen;
    const key k{s.n, s.h, s.w, s.c, s.kh, s.kw, s.f, s.stride, s.padding, static_cast<index_t>(d), tf32};
    const auto at = seen.find(k);
    return at != seen.end() ? at->second : seen.try_emplace(k, s, d, tf32).first->second;
  }

 private:
  static int whole(index_t n) { return static_cast<int>(n); }

  static void describe(const tensor_description& to, index_t n, index_t h, index_t w, index_t c) {
    check("cudnnSetTensor4dDescriptor",
          cudnnSetTensor4dDescriptor(to, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, whole(n), whole(c), whole(h), whole(w)));
  }

  cudnnStatus_t workspace_size(direction d) {
    switch (d) {
      case direction::output:
        return cudnnGetConvolutionForwardWorkspaceSize(dnn(), x, w, how, y, output_algorithm, &workspace);
      case direction::input_gradient:
        return cudnnGetConvolutionBackwardDataWorkspaceSize(dnn(), w, y, how, x, input_gradient_algorithm, &workspace);
      case direction::weight_gradient:
        return cudnnGetConvolutionBackwardFilterWorkspaceSize(dnn(), x, y, how, w, weight_gradient_algorithm, &workspace);
    }
    return CUDNN_STATUS_BAD_PARAM;
  }
};

/// to[i, j] = from[j, i], or what it was and that.
template <bool add>
struct turn {
  const float* from;
  float* to;
  index_t columns, columns_from;

  JEM_HOST_DEVICE void operator()(index_t i, index_t j) const {
    const float value   = from[j * columns_from + i];
    to[i * columns + j] = add ? to[i * columns + j] + value : value;
  }
};

}  // namespace cuda_device

/// A CUDA device with cuDNN's convolutions of floats.
template <bool tf32>
struct basic_thrust_cudnn : basic_thrust_cuda<tf32> {
  static constexpr const char* name = tf32 ? "thrust_cudnn_tf32" : "thrust_cudnn";

  using base = basic_thrust_cuda<tf32>;
  template <element T>
  using storage = typename base::template storage<T>;

  /// Elements of weights (kh, kw, c, f) as cuDNN reads them, for the output and for the input's gradient.
  static constexpr std::pair<index_t, index_t> prepared_sizes(const shape& weight, convolution_geometry) {
    return {weight.size(), weight.size()};
  }

  /// Turns weights (kh, kw, c, f) into (f, kh, kw, c), for both directions.
  template <scalar T>
  static void prepare_weights(const shape& weight, convolution_geometry, const T* w, T* forward, T* backward) {
    if constexpr (std::same_as<T, float>) {
      const index_t filters = weight[3], patch = weight.size() / filters;
      for (float* const to : {forward, backward}) base::for_each(filters, patch, cuda_device::turn<false>{w, to, patch, filters});
    }
  }

  /// y = x ⋆ w, with turned weights unless they are null
  static void convolve(const convolution_shape& s, const float* x, const float* w, float* y, const float* prepared = nullptr) {
    const turned_weights turned(s, w, prepared);
    for_parts(s, [&](const convolution_shape& part, index_t first) {
      const auto& d = described::of(part, cuda_device::direction::output, tf32);
      workspace space(elements(d.workspace));
      check("cudnnConvolutionForward", cudnnConvolutionForward(cuda_device::dnn(), &one, d.x, x + first * s.input().row_size(), d.w,
                                                               turned.data(), d.how, cuda_device::output_algorithm, space.data(),
                                                               d.workspace, &zero, d.y, y + first * s.output().row_size()));
    });
  }

  /// dx = ∂L/∂x, given dy = ∂L/∂y
  static void convolve_input_gradient(const convolution_shape& s, const float* dy, const float* w, float* dx,
                                      const float* prepared = nullptr) {
    const turned_weights turned(s, w, prepared);
    for_parts(s, [&](const convolution_shape& part, index_t first) {
      const auto& d = described::of(part, cuda_device::direction::input_gradient, tf32);
      workspace space(elements(d.workspace));
      check("cudnnConvolutionBackwardData",
            cudnnConvolutionBackwardData(cuda_device::dnn(), &one, d.w, turned.data(), d.y, dy + first * s.output().row_size(), d.how,
                                         cuda_device::input_gradient_algorithm, space.data(), d.workspace, &zero, d.x,
                                         dx + first * s.input().row_size()));
    });
  }

  /// dw += ∂L/∂w, given dy = ∂L/∂y
  static void convolve_weight_gradient(const convolution_shape& s, const float* x, const float* dy, float* dw) {
    workspace turned(s.patch() * s.f);
    float beta = 0;
    for_parts(s, [&](const convolution_shape& part, index_t first) {
      const auto& d = described::of(part, cuda_device::direction::weight_gradient, tf32);
      workspace space(elements(d.workspace));
      check("cudnnConvolutionBackwardFilter",
            cudnnConvolutionBackwardFilter(cuda_device::dnn(), &one, d.x, x + first * s.input().row_size(), d.y,
                                           dy + first * s.output().row_size(), d.how, cuda_device::weight_gradient_algorithm, space.data(),
                                           d.workspace, &beta, d.w, turned.data()));
      beta = 1;
    });
    if (s.n > 0) base::for_each(s.patch(), s.f, cuda_device::turn<true>{turned.data(), dw, s.f, s.patch()});
  }

 private:
  using workspace = storage<float>;
  using described = cuda_device::described_convolution;

  static constexpr float one = 1, zero = 0;

  static void check(const char* what, cudnnStatus_t status) { cuda_device::check(what, status); }

  static constexpr index_t elements(std::size_t bytes) { return static_cast<index_t>((bytes + sizeof(float) - 1) / sizeof(float)); }

  /// Weights (f, kh, kw, c): those prepared, or made here.
  class turned_weights {
   public:
    turned_weights(const convolution_shape& s, const float* w, const float* prepared)
        : own_(prepared == nullptr ? s.patch() * s.f : 0), data_(prepared == nullptr ? own_.data() : prepared) {
      if (prepared == nullptr) base::for_each(s.f, s.patch(), cuda_device::turn<false>{w, own_.data(), s.patch(), s.f});
    }
    const float* data() const { return data_; }

   private:
    workspace own_;
    const float* data_;
  };

  /// f(some images, first image): cuDNN counts the elements of a tensor in 31 bits.
  template <class F>
  static void for_parts(const convolution_shape& s, F f) {
    const index_t largest = std::max(s.input().row_size(), s.output().row_size());
    const index_t most    = std::max<index_t>(1, (index_t{1} << 30) / std::max<index_t>(1, largest));
    for (index_t first = 0; first < s.n; first += most) {
      convolution_shape part = s;
      part.n                 = std::min(most, s.n - first);
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
