// SPDX-License-Identifier: MIT
// Plans of convolutions by cuDNN's graph interface. A plan is made once for each shape. To run it takes a tenth of the time of a call of
// the older interface. It is the first plan offered by cuDNN's heuristics that is deterministic and uses the requested arithmetic. So it
// depends on the shape and the device only; nothing is timed.
#pragma once

#include <jem/backend/thrust/cuda/device.hpp>
#include <jem/core/concat.hpp>
#include <jem/core/convolution_shape.hpp>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include <cudnn.h>

namespace jem::inline v0::cuda_device {

/// Throws std::runtime_error with cuDNN's own message, unless the status is a success.
inline void check(const char* what, cudnnStatus_t status) {
  if (status != CUDNN_STATUS_SUCCESS) throw std::runtime_error(std::string("[thrust_cudnn] ") + what + ": " + cudnnGetErrorString(status));
}

/// A thread's handle of cuDNN, on the default stream.
class dnn {
 public:
  static cudnnHandle_t handle() {
    thread_local const dnn mine;
    return mine.handle_;
  }

 private:
  dnn() { check("cudnnCreate", cudnnCreate(&handle_)); }
  ~dnn() { (void)cudnnDestroy(handle_); }
  dnn(const dnn&)            = delete;
  dnn& operator=(const dnn&) = delete;

  cudnnHandle_t handle_ = nullptr;
};

/// A descriptor of cuDNN's graph interface.
class graph_part {
 public:
  explicit graph_part(cudnnBackendDescriptorType_t type) {
    check("cudnnBackendCreateDescriptor", cudnnBackendCreateDescriptor(type, &part_));
  }
  ~graph_part() {
    if (part_ != nullptr) (void)cudnnBackendDestroyDescriptor(part_);
  }
  graph_part(graph_part&& other) noexcept : part_(std::exchange(other.part_, nullptr)) {}
  graph_part(const graph_part&)            = delete;
  graph_part& operator=(const graph_part&) = delete;

  /// Sets an attribute to a list of values.
  template <class V>
  graph_part& set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::initializer_list<V> values) {
    check("cudnnBackendSetAttribute", cudnnBackendSetAttribute(part_, name, type, std::ssize(values), values.begin()));
    return *this;
  }

  /// Sets an attribute to another descriptor.
  graph_part& set(cudnnBackendAttributeName_t name, const graph_part& other) {
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, {other.part_});
  }

  /// Reads at most `most` values of an attribute; returns how many there are.
  std::int64_t get(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::int64_t most, void* values) const {
    std::int64_t count = 0;
    check("cudnnBackendGetAttribute", cudnnBackendGetAttribute(part_, name, type, most, &count, values));
    return count;
  }

  /// Completes the descriptor, so that it can be used. Returns whether cuDNN accepts it.
  bool finalize() { return cudnnBackendFinalize(part_) == CUDNN_STATUS_SUCCESS; }

  /// Completes a descriptor and returns it. Throws std::runtime_error if cuDNN does not accept it.
  graph_part done(const char* what) {
    check(what, cudnnBackendFinalize(part_));
    return std::move(*this);
  }

  cudnnBackendDescriptor_t get() const { return part_; }

 private:
  cudnnBackendDescriptor_t part_ = nullptr;
};

/// What is computed of a convolution.
enum class direction : int { output, input_gradient, weight_gradient };

/// How cuDNN computes one convolution in one direction.
class convolution_plan {
 public:
  /// Throws std::runtime_error if no plan fits.
  convolution_plan(const convolution_shape& s, direction d, bool tf32) : plan_(make(s, d, tf32)) {
    plan_.get(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &workspace_);
  }

  /// The calling thread's plan for a shape, which is made at the first call.
  static const convolution_plan& of(const convolution_shape& s, direction d, bool tf32) {
    using key = std::array<index_t, 11>;
    thread_local std::map<key, convolution_plan> seen;
    const key k{s.n, s.h, s.w, s.c, s.kh, s.kw, s.f, s.stride, s.padding, static_cast<index_t>(d), tf32};
    const auto at = seen.find(k);
    return at != seen.end() ? at->second : seen.try_emplace(k, s, d, tf32).first->second;
  }

  /// Bytes of memory that a run needs in addition to its operands.
  std::int64_t workspace() const { return workspace_; }

  /// Runs on images (n, h, w, c), weights (f, kh, kw, c) and output (n, oh, ow, f). The direction decides which of them is written.
  void run(const float* x, const float* w, const float* y, float* workspace) const {
    const graph_part operands = graph_part(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR)
                                    .set<std::int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, {'x', 'w', 'y'})
                                    .set<const void*>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, {x, w, y})
                                    .set<const void*>(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, {workspace})
                                    .done("the operands of a convolution");
    check("cudnnBackendExecute", cudnnBackendExecute(dnn::handle(), plan_.get(), operands.get()));
  }

 private:
  using sizes = std::array<index_t, 4>;

  /// The descriptor of a tensor: (n, c, h, w) in cuDNN's order of axes, with channels last in memory.
  static graph_part describe(std::int64_t id, sizes e) {
    const auto [n, c, h, w] = e;
    return graph_part(CUDNN_BACKEND_TENSOR_DESCRIPTOR)
        .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, {id})
        .set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, {CUDNN_DATA_FLOAT})
        .set<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, {n, c, h, w})
        .set<std::int64_t>(CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, {h * w * c, 1, w * c, c})
        .set<std::int64_t>(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, {16})
        .done("a tensor of a convolution");
  }

  /// The descriptor of stride and padding.
  static graph_part geometry(const convolution_shape& s) {
    return graph_part(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR)
        .set<std::int64_t>(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, {2})
        .set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, {CUDNN_DATA_FLOAT})
        .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, {CUDNN_CROSS_CORRELATION})
        .set<std::int64_t>(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, {s.padding, s.padding})
        .set<std::int64_t>(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, {s.padding, s.padding})
        .set<std::int64_t>(CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, {1, 1})
        .set<std::int64_t>(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, {s.stride, s.stride})
        .done("the geometry of a convolution");
  }

  /// The names of one direction's operation and of its attributes.
  struct names {
    cudnnBackendDescriptorType_t operation;
    cudnnBackendAttributeName_t geometry, x, w, y, alpha, beta;
  };

  static names names_of(direction d) {
    switch (d) {
      case direction::input_gradient:
        return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
      case direction::weight_gradient:
        return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
      default:
        return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
    }
  }

  /// Whether an engine adds in the same order in each run and multiplies in full float32, or in tf32 if that is allowed. Engines that use
  /// transforms (FFT or Winograd) are not accepted: where cuDNN offers them, they take gigabytes and are not faster.
  static bool fits(const graph_part& configuration, bool tf32) {
    const graph_part engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    cudnnBackendDescriptor_t into = engine.get();
    configuration.get(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &into);
    std::array<cudnnBackendNumericalNote_t, CUDNN_NUMERICAL_NOTE_TYPE_COUNT> notes{};
    const auto count = engine.get(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, std::ssize(notes), notes.data());
    for (std::int64_t i = 0; i < count; ++i) {
      switch (notes[static_cast<std::size_t>(i)]) {
        case CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC:
        case CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION:
        case CUDNN_NUMERICAL_NOTE_FFT:
        case CUDNN_NUMERICAL_NOTE_WINOGRAD:
          return false;
        case CUDNN_NUMERICAL_NOTE_TENSOR_CORE:
        case CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS:
          if (!tf32) return false;
          break;
        default:
          break;
      }
    }
    return true;
  }

  /// The engine configurations that the heuristics offer, best first.
  static std::vector<graph_part> offers(const graph_part& graph, cudnnBackendHeurMode_t mode) {
    graph_part heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph).set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, {mode});
    if (!heuristics.finalize()) return {};
    const auto count = heuristics.get(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, nullptr);
    std::vector<graph_part> offered;
    std::vector<cudnnBackendDescriptor_t> into;
    for (std::int64_t i = 0; i < count; ++i) into.push_back(offered.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR).get());
    const auto given = heuristics.get(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, count, into.data());
    while (std::ssize(offered) > given) offered.pop_back();
    return offered;
  }

  static graph_part make(const convolution_shape& s, direction d, bool tf32) {
    const graph_part x = describe('x', {s.n, s.c, s.h, s.w}), w = describe('w', {s.f, s.c, s.kh, s.kw}),
                     y = describe('y', {s.n, s.f, s.oh(), s.ow()}), how = geometry(s);
    const names as             = names_of(d);
    const graph_part operation = graph_part(as.operation)
                                     .set(as.geometry, how)
                                     .set(as.x, x)
                                     .set(as.w, w)
                                     .set(as.y, y)
                                     .set(as.alpha, CUDNN_TYPE_FLOAT, {1.0f})
                                     .set(as.beta, CUDNN_TYPE_FLOAT, {0.0f})
                                     .done("a convolution");
    const graph_part graph = graph_part(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)
                                 .set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, {dnn::handle()})
                                 .set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operation)
                                 .done("the graph of a convolution");
    for (const auto mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
      for (const graph_part& configuration : offers(graph, mode)) {
        if (!fits(configuration, tf32)) continue;
        graph_part plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
        plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, {dnn::handle()})
            .set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
        if (plan.finalize()) return plan;
      }
    }
    throw std::runtime_error(concat("[thrust_cudnn] no plan for a convolution of ", s.input(), " with ", s.weight()));
  }

  graph_part plan_;
  std::int64_t workspace_ = 0;
};

}  // namespace jem::inline v0::cuda_device
