// SPDX-License-Identifier: MIT
// oneDNN's plans of convolutions, each for one thread. A plan is made once for each shape. Threads work in parallel by running it on
// different blocks of images, so that neither the plan nor a sum depends on the number of threads. A plan is not offered if oneDNN has
// only its slow reference loops for the shape, or refuses it.
#pragma once

#include <jem/backend/memory/host.hpp>
#include <jem/core/convolution_shape.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <oneapi/dnnl/dnnl.hpp>

#ifdef _OPENMP
#include <omp.h>
#endif

#if DNNL_VERSION_MAJOR < 2 || (DNNL_VERSION_MAJOR == 2 && DNNL_VERSION_MINOR < 6)
#error "jem: expected oneDNN 2.6 or newer (Debian package libdnnl-dev)"
#endif

namespace jem::inline v0::onednn_convolution {

/// While an object of this type exists, its thread opens no teams of OpenMP threads. Otherwise oneDNN would plan for, and use, all threads
/// of OpenMP.
class alone {
 public:
  alone() {
#ifdef _OPENMP
    threads_ = omp_get_max_threads();
    omp_set_num_threads(1);
#endif
  }
  ~alone() {
#ifdef _OPENMP
    omp_set_num_threads(threads_);
#endif
  }
  alone(const alone&)            = delete;
  alone& operator=(const alone&) = delete;

 private:
  [[maybe_unused]] int threads_ = 1;
};

/// Whether oneDNN uses all instructions of this set.
inline bool computes_with(dnnl_cpu_isa_t set) { return (dnnl_get_effective_cpu_isa() & set) == set; }
/// Whether the processor has vector instructions for products of bfloat16.
inline bool multiplies_bfloat16() { return computes_with(dnnl_cpu_isa_avx512_core_bf16); }
/// Whether the processor has matrix instructions for products of bfloat16.
inline bool multiplies_matrices() { return computes_with(dnnl_cpu_isa_avx512_core_amx); }

/// The instruction set of oneDNN's products, which depends on the processor that runs the program.
inline std::string instruction_set() {
  constexpr std::pair<dnnl_cpu_isa_t, const char*> known[] = {{dnnl_cpu_isa_avx512_core_amx, "AMX"},
                                                              {dnnl_cpu_isa_avx512_core_bf16, "AVX-512 BF16"},
                                                              {dnnl_cpu_isa_avx512_core, "AVX-512"},
                                                              {dnnl_cpu_isa_avx2, "AVX2"},
                                                              {dnnl_cpu_isa_avx, "AVX"},
                                                              {dnnl_cpu_isa_sse41, "SSE4.1"}};
  for (const auto& [set, name] : known) {
    if (computes_with(set)) return name;
  }
  return "instructions of its own choice";
}

/// What is computed of a convolution.
enum class direction : int { output, input_gradient, weight_gradient };

/// One convolution in one direction. Weights have the type of the factors; the gradient of the weights has floats.
struct task {
  convolution_shape shape;  ///< of a block of images
  direction what;           ///< what is computed
  bool halves  = false;     ///< whether factors are bfloat16
  bool rounded = false;     ///< whether the output, or the input's gradient, is bfloat16 as well
  bool biased  = false;     ///< whether a bias of floats is added to the output

  friend bool operator<(const task& a, const task& b) { return a.key() < b.key(); }

 private:
  std::array<index_t, 13> key() const {
    const auto& s = shape;
    return {s.n, s.h, s.w, s.c, s.kh, s.kw, s.f, s.stride, s.padding, static_cast<index_t>(what), halves, rounded, biased};
  }
};

/// How oneDNN computes one convolution in one direction.
class plan {
 public:
  using layout = dnnl::memory::desc;  ///< type, extents and order of elements

  /// The calling thread's plan for a task, which is made at the first call. Its weights have the layout for images of 16×16, if oneDNN
  /// accepts it for this task: prepared weights are laid out before the images are known.
  static const plan& of(const task& t) {
    thread_local std::map<task, plan> seen;
    const auto at = seen.find(t);
    if (at != seen.end()) return at->second;
    const task usual = usual_images(t);
    const layout any = layout(weight_extents(t.shape), factor_type(t), dnnl::memory::format_tag::any);
    if (!(usual < t) && !(t < usual)) return seen.try_emplace(t, t, any).first->second;
    plan made(t, of(usual).offered() ? of(usual).weights() : any);
    return seen.try_emplace(t, made.offered() ? std::move(made) : plan(t, any)).first->second;
  }

  /// The plan for weights (kh, kw, c, f) and images of 16×16, which decides the layout of prepared weights.
  static const plan& of(const shape& weight, convolution_geometry g, direction what, bool halves) {
    return of(usual_images({{1, 0, 0, weight[2], weight[0], weight[1], weight[3], g.stride, g.padding}, what, halves, halves, false}));
  }

  /// Makes a plan. It is not offered if oneDNN has no algorithm better than plain loops.
  plan(const task& t, const layout& weights) : arguments_(arguments_of(t.what)) {
    const alone here;
    try {
      make(t, weights);
    } catch (const dnnl::error&) {  // oneDNN refuses the shape
      offered_ = false;
    }
  }

  bool offered() const { return offered_; }                                           ///< whether oneDNN can run it
  const layout& weights() const { return weights_; }                                  ///< the layout of the weights, or of their gradient
  index_t weight_bytes() const { return static_cast<index_t>(weights_.get_size()); }  ///< size of the weights

  /// Lays out weights (kh, kw, c, f).
  void pack(const float* w, void* to) const { reorder(plain_, const_cast<float*>(w), weights_, to); }
  /// Writes laid out weights as (kh, kw, c, f).
  void unpack(void* from, float* w) const { reorder(weights_, from, plain_, w); }
  /// Laid out weights, as `run` takes them.
  dnnl::memory weights_at(void* w) const { return {weights_, engine_, w}; }

  /// Runs on images (n, h, w, c), laid out weights, a bias (f) and output (n, oh, ow, f). The direction decides which of them is written.
  void run(const void* x, const dnnl::memory& w, const float* bias, const void* y) const {
    const alone here;
    host_storage<float> scratch(static_cast<index_t>(scratch_.get_size() / sizeof(float) + 1));
    const auto at = [this](const layout& l, const void* data) { return dnnl::memory(l, engine_, const_cast<void*>(data)); };
    dnnl::stream stream(engine_);
    std::unordered_map<int, dnnl::memory> all{
        {arguments_[0], at(x_, x)}, {arguments_[1], w}, {arguments_[2], at(y_, y)}, {DNNL_ARG_SCRATCHPAD, at(scratch_, scratch.data())}};
    if (bias != nullptr) all.emplace(DNNL_ARG_BIAS, at(bias_, bias));
    primitive_.execute(stream, all);
    stream.wait();
  }

 private:
  using extents = dnnl::memory::dims;
  using type    = dnnl::memory::data_type;
  using tag     = dnnl::memory::format_tag;

  static task usual_images(task t) {
    convolution_shape& s = t.shape;
    s.n                  = 1;
    s.h                  = std::max<index_t>(16, s.kh);
    s.w                  = std::max<index_t>(16, s.kw);
    t.rounded            = t.halves;
    t.biased             = false;
    return t;
  }
  static extents weight_extents(const convolution_shape& s) { return {s.f, s.c, s.kh, s.kw}; }
  static type factor_type(const task& t) {
    return t.halves && t.what != direction::weight_gradient ? type::bf16 : type::f32;  // of weights
  }

  static std::array<int, 3> arguments_of(direction what) {
    switch (what) {
      case direction::input_gradient:
        return {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST};
      case direction::weight_gradient:
        return {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST};
      default:
        return {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
    }
  }

  // A primitive's description. In oneDNN 2 it is made from a description of the operation, in oneDNN 3 directly from the arguments.
  template <class P, class... A>
  static typename P::primitive_desc describe(const dnnl::engine& e, const dnnl::primitive_attr& attributes, const A&... given) {
#if DNNL_VERSION_MAJOR < 3
    return {typename P::desc(given...), attributes, e};
#else
    return {e, given..., attributes};
#endif
  }
  template <class P, class... A>
  static typename P::primitive_desc describe_gradient(const dnnl::engine& e, const dnnl::primitive_attr& attributes,
                                                      const dnnl::convolution_forward::primitive_desc& forward, const A&... given) {
#if DNNL_VERSION_MAJOR < 3
    return {typename P::desc(given...), attributes, e, forward};
#else
    return {e, given..., forward, attributes};
#endif
  }

  void make(const task& t, const layout& weights) {
    const convolution_shape& s = t.shape;
    const auto images = t.halves ? type::bf16 : type::f32, sums = t.rounded ? type::bf16 : type::f32;
    const bool from_output = t.what == direction::input_gradient, of_weights = t.what == direction::weight_gradient;
    const layout x({s.n, s.c, s.h, s.w}, from_output ? sums : images, tag::nhwc);
    const layout y({s.n, s.f, s.oh(), s.ow()}, from_output || of_weights ? images : sums, tag::nhwc);
    const layout bias = t.biased ? layout({s.f}, type::f32, tag::x) : layout();
    const extents stride{s.stride, s.stride}, padding{s.padding, s.padding};
    constexpr auto direct = dnnl::algorithm::convolution_direct;
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    attributes.set_fpmath_mode(dnnl::fpmath_mode::strict);  // floats are multiplied as floats, whatever the environment says
    using forward = dnnl::convolution_forward;
    if (t.what == direction::output) {
      return keep<forward>(
          describe<forward>(engine_, attributes, dnnl::prop_kind::forward_inference, direct, x, weights, bias, y, stride, padding, padding),
          t);
    }
    const layout hx({s.n, s.c, s.h, s.w}, images, tag::nhwc), hy({s.n, s.f, s.oh(), s.ow()}, images, tag::nhwc),
        hw(weight_extents(s), images, tag::any);
    const auto hint =
        describe<forward>(engine_, attributes, dnnl::prop_kind::forward_training, direct, hx, hw, hy, stride, padding, padding);
    if (from_output) {
      using backward = dnnl::convolution_backward_data;
      keep<backward>(describe_gradient<backward>(engine_, attributes, hint, direct, x, weights, y, stride, padding, padding), t);
    } else {
      using backward = dnnl::convolution_backward_weights;
      keep<backward>(describe_gradient<backward>(engine_, attributes, hint, direct, x, weights, y, stride, padding, padding), t);
    }
  }

  template <class P>
  void keep(const typename P::primitive_desc& d, const task& t) {
    const std::string_view how = d.impl_info_str();
    for (const char* plain : {"ref", "gemm", "simple"}) {
      if (how.starts_with(plain)) return;
    }
    const auto nth = [&](int argument) { return d.query_md(dnnl::query::exec_arg_md, argument); };
    x_             = nth(arguments_[0]);
    weights_       = nth(arguments_[1]);
    y_             = nth(arguments_[2]);
    bias_          = t.biased ? nth(DNNL_ARG_BIAS) : layout();
    scratch_       = d.scratchpad_desc();
    plain_         = layout(weight_extents(t.shape), type::f32, tag::hwio);
    primitive_     = P(d);
    offered_       = true;
  }

  void reorder(const layout& from, void* data, const layout& into, void* to) const {
    const alone here;
    dnnl::memory source(from, engine_, data), target(into, engine_, to);
    dnnl::stream stream(engine_);
    dnnl::reorder(source, target).execute(stream, source, target);
    stream.wait();
  }

  bool offered_ = false;
  std::array<int, 3> arguments_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  layout x_, weights_, y_, bias_, scratch_, plain_;
  dnnl::primitive primitive_;
};

}  // namespace jem::inline v0::onednn_convolution
