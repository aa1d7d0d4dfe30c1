// The convolutions of the digits network and of a Wide ResNet's first group, batch 64: items are multiply-adds × 2.
#include "backends.hpp"

namespace {

struct problem {
  jem::shape image, weight;
  jem::convolution_geometry geometry;

  explicit problem(const benchmark::State& s)
      : image{64, s.range(0), s.range(0), s.range(1)}, weight{s.range(2), s.range(2), s.range(1), s.range(3)}, geometry{s.range(4), 1} {}
};

}  // namespace

#define JEM_SHAPES ->Args({8, 32, 4, 64, 2})->Args({4, 64, 3, 64, 1})->Args({32, 16, 3, 16, 1})

template <class Backend>
static void convolution_forward(benchmark::State& state) {
  using tensor = jem::tensor<float, Backend>;
  const problem p(state);
  jem::rng rng{1};
  const auto x = jem::normal<tensor>(p.image, rng), w = jem::normal<tensor>(p.weight, rng);
  const auto s = jem::make_convolution_shape(p.image, p.weight, p.geometry);
  for (auto _ : state) benchmark::DoNotOptimize(jem::convolution(x, w, p.geometry).data());
  state.SetItemsProcessed(state.iterations() * 2 * s.pixels() * s.patch() * s.f);
}

template <class Backend>
static void convolution_input_gradient(benchmark::State& state) {
  using tensor = jem::tensor<float, Backend>;
  const problem p(state);
  jem::rng rng{1};
  const auto s  = jem::make_convolution_shape(p.image, p.weight, p.geometry);
  const auto dy = jem::normal<tensor>(s.output(), rng), w = jem::normal<tensor>(p.weight, rng);
  for (auto _ : state) benchmark::DoNotOptimize(jem::convolution_input_gradient(dy, w, p.geometry, p.image).data());
  state.SetItemsProcessed(state.iterations() * 2 * s.pixels() * s.patch() * s.f);
}

template <class Backend>
static void convolution_weight_gradient(benchmark::State& state) {
  using tensor = jem::tensor<float, Backend>;
  const problem p(state);
  jem::rng rng{1};
  const auto s  = jem::make_convolution_shape(p.image, p.weight, p.geometry);
  const auto dy = jem::normal<tensor>(s.output(), rng), x = jem::normal<tensor>(p.image, rng);
  auto dw = jem::zeros<tensor>(p.weight);
  for (auto _ : state) {
    jem::add_convolution_weight_gradient(dw, x, dy, p.geometry);
    benchmark::DoNotOptimize(dw.data());
  }
  state.SetItemsProcessed(state.iterations() * 2 * s.pixels() * s.patch() * s.f);
}

JEM_BENCHMARK(convolution_forward, JEM_SHAPES);
JEM_BENCHMARK(convolution_input_gradient, JEM_SHAPES);
JEM_BENCHMARK(convolution_weight_gradient, JEM_SHAPES);
