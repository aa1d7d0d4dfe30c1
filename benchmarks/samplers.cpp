// Ten steps of a sampler for 1000 chains of a 100-dimensional normal with standard deviations from 0.5 to 2: items are
// gradients of one chain.
#include "backends.hpp"

template <class Tensor>
static auto target() {
  std::vector<float> deviation(100);
  for (std::size_t j = 0; j < 100; ++j) deviation[j] = 0.5f + 1.5f * static_cast<float>(j) / 99;
  return jem::gaussian<Tensor>(jem::zeros<Tensor>({100}), Tensor({100}, deviation));
}

template <class Backend, class Kernel>
static void run_normal(benchmark::State& state, const Kernel& kernel, jem::index_t gradients) {
  using tensor = jem::tensor<float, Backend>;
  jem::rng rng{1};
  const auto energy = target<tensor>();
  tensor chains     = jem::normal<tensor>({1000, 100}, rng);
  for (auto _ : state) chains = jem::evolve(kernel, energy, chains, 10, rng);
  state.SetItemsProcessed(state.iterations() * 10 * 1000 * gradients);
}

template <class Backend>
static void hmc_steps(benchmark::State& state) {
  run_normal<Backend>(state, jem::hmc({.step_size = 0.2f, .steps = 10}), 10);
}

template <class Backend>
static void mala_steps(benchmark::State& state) {
  run_normal<Backend>(state, jem::mala({.step_size = 0.02f}), 1);
}

JEM_BENCHMARK(hmc_steps, );
JEM_BENCHMARK(mala_steps, );
