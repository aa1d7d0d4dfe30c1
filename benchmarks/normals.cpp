// Standard normals into a tensor: items are numbers.
#include "backends.hpp"

template <class Backend>
static void normals(benchmark::State& state) {
  using tensor = jem::tensor<float, Backend>;
  jem::rng rng{1};
  for (auto _ : state) benchmark::DoNotOptimize(jem::normal<tensor>({state.range(0)}, rng).data());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

JEM_BENCHMARK(normals, ->Arg(4096)->Arg(1 << 20));
