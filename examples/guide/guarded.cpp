// The program of monitor.md: a guard runs the steps of a trainer whose learning rate of 1, without a penalty, is too large.
// usage: guarded [iterations]
#include "expect.hpp"

#include <jem/data/digits.hpp>
#include <jem/jem.hpp>

#include <cmath>
#include <cstdlib>
#include <iostream>

using tensor = jem::tensor<float, jem::eigen>;

int main(int argc, char** argv) {
  const jem::index_t iterations = argc > 1 ? std::atoi(argv[1]) : 300;
  const auto digits             = jem::data::digits_train<tensor>();

  const auto trainer = [](const jem::remedies& r) {
    const jem::sgld langevin{.step_size = r.step_size, .noise = 0.01f * r.noise};
    const jem::adam adam{.learning_rate = 1.0f * r.learning_rate};
    return jem::trainer{.loss           = jem::cross_entropy{} + jem::contrastive_divergence{} + r.penalty * jem::energy_penalty{},
                        .sampler        = langevin,
                        .optimiser      = adam,
                        .steps          = std::lround(5 * r.steps),
                        .gradient_limit = r.gradient_limit,
                        .buffer         = {.capacity = 640}};
  };

  jem::rng rng{2};
  const jem::convnet_options form{.height = 8, .width = 8, .classes = 10, .widths = {8, 16}};
  auto state = trainer({}).init(jem::convnet<tensor>(form, rng), digits, rng);

  jem::training_guard guard(state, {.dimension = 64, .classes = 10});
  while (state.iteration < iterations) {
    const auto told = guard.step(trainer, state);
    if (const auto& back = guard.intervened()) std::cout << told.iteration << ": " << back->cause.reason << "\n";
  }

  expect(guard.interventions() > 0, "a learning rate of 1 raises an alarm");
  expect(guard.levels().accuracy_level() > 0.7, "the run learns after it went back");
}
