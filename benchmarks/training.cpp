// One iteration of the demo: 20 SGLD steps of 64 digits, the gradient of the loss, an Adam step. Items are images.
#include "backends.hpp"

#include <jem/data/digits.hpp>

template <class Backend>
static void training_iteration(benchmark::State& state) {
  using tensor   = jem::tensor<float, Backend>;
  const auto set = jem::data::digits_train<tensor>();
  jem::rng rng{1};
  const jem::trainer trainer{.loss      = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{} + 0.01f * jem::energy_penalty{},
                             .sampler   = jem::sgld{.step_size = 1.0f, .noise = 0.01f},
                             .optimiser = jem::adam{.learning_rate = jem::linear_warm_up{1e-3f, 200}}};
  jem::convnet<tensor> net({.height = 8, .width = 8}, rng);
  auto run = trainer.init(std::move(net), set, rng);
  for (auto _ : state) trainer.step(run);
  state.SetItemsProcessed(state.iterations() * 64);
}

JEM_BENCHMARK(training_iteration, ->Unit(benchmark::kMillisecond));
