// Matrix products, square and as the digits network has them: items are multiply-adds × 2.
#include "backends.hpp"

template <class Backend>
static void gemm(benchmark::State& state) {
  using tensor         = jem::tensor<float, Backend>;
  const jem::index_t m = state.range(0), n = state.range(1), k = state.range(2);
  jem::rng rng{1};
  const auto a = jem::normal<tensor>({m, k}, rng), b = jem::normal<tensor>({k, n}, rng);
  for (auto _ : state) benchmark::DoNotOptimize(jem::matmul(a, b).data());
  state.SetItemsProcessed(state.iterations() * 2 * m * n * k);
}

JEM_BENCHMARK(gemm, ->Args({256, 256, 256})->Args({1024, 64, 576})->Args({64, 10, 1024}));
