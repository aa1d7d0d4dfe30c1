// SPDX-License-Identifier: MIT
// A training run allocates no memory after its first iterations, on any thread.
#include "../support/compiled_convolutions.hpp"
#include "../support/doubles.hpp"
#include "../support/every_thread.hpp"

#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/energy_penalty.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/wide_resnet.hpp>
#include <jem/optim/adam.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/trainer.hpp>

#ifdef _OPENMP
#include <omp.h>

namespace {

using T = test::eigen_float;

const jem::sgld sampler{.step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}};
const jem::adam optimiser{.learning_rate = jem::linear_warm_up{.rate = 0.01f, .updates = 10}};
constexpr auto hybrid = jem::cross_entropy{} + jem::contrastive_divergence{} + 0.1f * jem::energy_penalty{};

const jem::trainer steady{.loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 9, .steps = 3};
const jem::trainer flat{
    .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 9, .steps = 3, .sharpness = jem::adaptive_sharpness{}};

/// The number of blocks that the pools of all threads have allocated so far.
std::size_t system_allocations() {
  std::size_t all = 0;
#pragma omp parallel reduction(+ : all)
  all += jem::host_pool::allocations();
  return all;
}

/// How many that are of two more iterations, and of sampling alone, after two by every thread.
template <class Net, class Trainer = decltype(steady)>
std::size_t later_allocations(const Net& net, const Trainer& algorithm = steady) {
  jem::rng g{5};
  const auto images = jem::normal<T>({24, 8, 8, 1}, g);
  std::vector<std::int32_t> classes(24);
  for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = static_cast<std::int32_t>(i % 3);
  const auto set  = jem::data::make_dataset(images, jem::labels<T>({24}, classes), 3);
  auto run        = algorithm.init(net, set, g);
  const auto once = [&] {
    algorithm.step(run);
    (void)jem::evolve(sampler, jem::marginal_energy{run.net}, images, 2, g);
  };
  test::by_every_thread([&] { once(), once(); });
  const auto before = system_allocations();
  once(), once();
  return system_allocations() - before;
}

}  // namespace

TEST_CASE("an iteration like those before allocates no memory for tensors and intermediate results, on any thread") {
  jem::rng g{4};
  const int most = omp_get_max_threads();
  for (const int threads : {1, 2, 3}) {
    omp_set_num_threads(threads);
    CAPTURE(threads);
    CHECK(later_allocations(jem::convnet<T>({.height = 8, .width = 8, .classes = 3, .widths = {16, 24}}, g)) == 0);
    CHECK(later_allocations(jem::convnet<T>({.height = 8, .width = 8, .classes = 3, .widths = {16, 24}}, g), flat) == 0);
    CHECK(later_allocations(jem::wide_resnet<T>({.depth = 10, .width = 1, .channels = 1, .classes = 3}, g)) == 0);
  }
  omp_set_num_threads(most);
}
#endif
