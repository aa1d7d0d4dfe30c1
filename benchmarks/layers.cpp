// The convolutions of Wide ResNets, layer by layer, as a training iteration runs them: behind a leaky ReLU, with weights that stand
// still prepared once; in float32 on eigen and in bfloat16 on onednn. Items are multiply-adds × 2.
#include <jem/backend/onednn.hpp>
#include <jem/jem.hpp>

#include <benchmark/benchmark.h>

#include <string>

namespace {

using leaky = jem::functions::leaky_relu;

struct layer {
  const char* network;
  jem::index_t batch, size, in, out, kernel, stride;

  jem::shape image() const { return {batch, size, size, in}; }
  jem::shape weight() const { return {kernel, kernel, in, out}; }
  jem::convolution_geometry geometry() const { return {stride, kernel / 2}; }
  jem::convolution_shape convolution() const { return jem::make_convolution_shape(image(), weight(), geometry()); }
  std::string name() const {
    const auto n = [](jem::index_t i) { return std::to_string(i); };
    return std::string(network) + " " + n(in) + "-" + n(out) + " " + n(kernel) + "x" + n(kernel) +
           (stride > 1 ? " stride " + n(stride) : "") + " on " + n(size) + "x" + n(size);
  }
};

constexpr layer layers[]{
    {"WRN-10-1", 64, 32, 3, 16, 3, 1},    {"WRN-10-1", 64, 32, 16, 16, 3, 1},   {"WRN-10-1", 64, 32, 16, 32, 3, 1},
    {"WRN-10-1", 64, 32, 32, 32, 3, 2},   {"WRN-10-1", 64, 32, 16, 32, 1, 2},   {"WRN-10-1", 64, 16, 32, 64, 3, 1},
    {"WRN-10-1", 64, 16, 64, 64, 3, 2},   {"WRN-16-2", 64, 32, 3, 16, 3, 1},    {"WRN-16-2", 64, 32, 16, 32, 1, 1},
    {"WRN-16-2", 64, 32, 16, 32, 3, 1},   {"WRN-16-2", 64, 32, 32, 32, 3, 1},   {"WRN-16-2", 64, 32, 32, 64, 3, 1},
    {"WRN-16-2", 64, 32, 32, 64, 1, 2},   {"WRN-16-2", 64, 32, 64, 64, 3, 2},   {"WRN-16-2", 64, 16, 64, 64, 3, 1},
    {"WRN-16-2", 64, 16, 64, 128, 3, 1},  {"WRN-16-2", 64, 16, 64, 128, 1, 2},  {"WRN-16-2", 64, 16, 128, 128, 3, 2},
    {"WRN-16-2", 64, 8, 128, 128, 3, 1},  {"WRN-16-4", 32, 32, 16, 64, 3, 1},   {"WRN-16-4", 32, 32, 64, 64, 3, 1},
    {"WRN-16-4", 32, 32, 64, 128, 3, 1},  {"WRN-16-4", 32, 32, 128, 128, 3, 2}, {"WRN-16-4", 32, 16, 128, 128, 3, 1},
    {"WRN-16-4", 32, 16, 128, 256, 3, 1}, {"WRN-16-4", 32, 16, 256, 256, 3, 2}, {"WRN-16-4", 32, 8, 256, 256, 3, 1},
    {"WRN-28-10", 8, 32, 160, 160, 3, 1}, {"WRN-28-10", 8, 16, 320, 320, 3, 1}, {"WRN-28-10", 8, 8, 640, 640, 3, 1},
};

/// X holds the images, W the weights.
template <class X, class W>
struct operands {
  layer of;
  jem::rng rng{1};
  W w{jem::normal<W>(of.weight(), rng)};
  X x{jem::converted<typename X::value_type>(jem::normal<W>(of.image(), rng))};
  X dy{jem::converted<typename X::value_type>(jem::normal<W>(of.convolution().output(), rng))};
  jem::prepared_weights<X> prepared{jem::prepare_convolution<X>(w, of.geometry(), of.image())};
};

template <class F>
void run(benchmark::State& state, const layer& of, F f) {
  for (auto _ : state) benchmark::DoNotOptimize(f().data());
  const auto s = of.convolution();
  state.SetItemsProcessed(state.iterations() * 2 * s.pixels() * s.patch() * s.f);
}

template <class Element, class Backend>
void add(const layer& of, const std::string& by) {
  using W          = jem::tensor<float, Backend>;
  using X          = jem::tensor<Element, Backend>;
  const auto bench = [&](const char* what, auto f) {
    benchmark::RegisterBenchmark((of.name() + "/" + what + "/" + by).c_str(), f, of)->UseRealTime();
  };
  bench("output", [](benchmark::State& state, const layer& l) {
    const operands<X, W> o{l};
    const jem::around<X, leaky> with{.weights = &o.prepared};
    run(state, l, [&] { return jem::convolution(o.x, o.w, l.geometry(), nullptr, with); });
  });
  bench("input", [](benchmark::State& state, const layer& l) {
    const operands<X, W> o{l};
    const jem::around<X, leaky> with{.weights = &o.prepared};
    run(state, l, [&] { return jem::convolution_input_gradient(o.dy, o.w, l.geometry(), l.image(), &o.x, with); });
  });
  bench("weights", [](benchmark::State& state, const layer& l) {
    const operands<X, W> o{l};
    W dw = jem::zeros<W>(l.weight());
    run(state, l, [&]() -> W& {
      jem::add_convolution_weight_gradient(dw, o.x, o.dy, l.geometry(), leaky{});
      return dw;
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  for (const layer& each : layers) {
    add<float, jem::eigen>(each, "eigen");
    add<jem::bfloat16, jem::onednn>(each, "onednn, bfloat16");
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
