// SPDX-License-Identifier: MIT
// The trainer with the settings of JEM++ (Yang and Ji 2021, arXiv:2109.09032): clipped inner steps without noise within a box, and chains
// that start from the normal law of their class.
#include <jem/backend/reference.hpp>
#include <jem/data/digits.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/sampling/class_normal_start.hpp>
#include <jem/sampling/proximal_langevin.hpp>
#include <jem/train/trainer.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace {

using T = jem::tensor<float, jem::reference>;

/// Six iterations on digits: the losses, and then the chains. `classes` are the blocks of the buffer, 0 for none.
std::vector<float> trained(jem::index_t classes) {
  const auto set = jem::data::digits_train<T>();
  const jem::trainer algorithm{
      .loss      = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{},
      .sampler   = jem::proximal_langevin{.step_size = 0.2f, .inner = 5, .transform = jem::clip_elements{}, .constraint = jem::box{-1, 1}},
      .optimiser = jem::adam{.learning_rate = 1e-3f},
      .batch     = 8,
      .steps     = 3};
  jem::rng g{1};
  jem::class_normal_start start(set.x, set.y, set.classes, jem::box{-1, 1});
  jem::replay_buffer<T, decltype(start)> buffer({8, 8, 1}, {.capacity = 100, .classes = classes}, g, start);
  auto state = algorithm.init(jem::convnet<T>({.height = 8, .width = 8, .widths = {4, 8}}, g), set, std::move(buffer), g);
  std::vector<float> trace;
  for (int k = 0; k < 6; ++k) trace.push_back(static_cast<float>(algorithm.step(state).loss));
  const auto chains = state.buffer.positions().to_vector();
  trace.insert(trace.end(), chains.begin(), chains.end());
  return trace;
}

}  // namespace

TEST_CASE("training by inner steps from starts near the data is finite, stays in the box, and repeats its bits") {
  for (const jem::index_t classes : {0, 10}) {
    CAPTURE(classes);
    const auto trace = trained(classes);
    for (std::size_t k = 0; k < 6; ++k) CHECK(std::isfinite(trace[k]));
    for (std::size_t i = 6; i < trace.size(); ++i) {
      if (!(std::abs(trace[i]) <= 1)) FAIL("a chain has left the box");
    }
    CHECK(trained(classes) == trace);
  }
}
