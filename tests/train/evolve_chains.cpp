// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/gradient_matching.hpp>
#include <jem/loss/joint_contrastive_divergence.hpp>
#include <jem/loss/sampler_divergence.hpp>
#include <jem/loss/trimmed_divergence.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/sampling/fresh_starts.hpp>
#include <jem/sampling/half_data.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/trainer.hpp>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace {

using T = test::eigen_float;

const jem::sgld sampler{.step_size = 0.1f, .noise = 0.1f};
const jem::adam optimiser{.learning_rate = 0.01f};
constexpr auto hybrid = jem::cross_entropy{} + jem::contrastive_divergence{};
constexpr auto whole  = hybrid + jem::sampler_divergence{};

const auto set = jem::data::make_dataset(test::waves<T>({40, 3}), jem::labels<T>({40}, std::vector<std::int32_t>(40, 1)), 2);

template <class Loss, class Kernel>
auto trainer_of(const Loss& loss, const Kernel& kernel, jem::index_t steps = 4, jem::index_t classes = 0) {
  return jem::trainer{
      .loss = loss, .sampler = kernel, .optimiser = optimiser, .batch = 8, .steps = steps, .buffer = {.capacity = 40, .classes = classes}};
}

/// The bits of network, chains and losses after five iterations.
template <class Trainer>
std::vector<double> bits_after(const Trainer& t) {
  jem::rng g{5};
  auto s = t.init(jem::mlp<T>({3, 8, 2}, g), set, g);
  std::vector<double> bits;
  for (int i = 0; i < 5; ++i) bits.push_back(t.step(s).loss);
  const auto net = jem::conformance::parameter_values(s.net);
  const auto x   = s.buffer.positions().to_vector();
  bits.insert(bits.end(), net.begin(), net.end());
  bits.insert(bits.end(), x.begin(), x.end());
  return bits;
}

std::vector<double> bits_on(int threads) {
#ifdef _OPENMP
  const int before = omp_get_max_threads();
  omp_set_num_threads(threads);
#endif
  const auto bits = bits_after(trainer_of(whole, sampler));
#ifdef _OPENMP
  omp_set_num_threads(before);
#else
  (void)threads;
#endif
  return bits;
}

}  // namespace

TEST_CASE("a loss that does not read last steps trains the same bits as one that has no such term, and one that reads them others") {
  const auto plain = bits_after(trainer_of(hybrid, sampler));
  CHECK(bits_after(trainer_of(hybrid + 0.0f * jem::sampler_divergence{}, sampler)) == plain);
  CHECK(bits_after(trainer_of(whole, sampler)) != plain);
}

TEST_CASE("training through the last step has the same bits on one, two and seven threads") {
  const auto one = bits_on(1);
  CHECK(one == bits_on(2));
  CHECK(one == bits_on(7));
}

TEST_CASE("the first iteration has the chains of a trainer without last steps, and the loss of both terms") {
  jem::rng g{5}, same{5};
  const auto plain = trainer_of(hybrid, sampler);
  const auto t     = trainer_of(whole, sampler);
  auto s           = plain.init(jem::mlp<T>({3, 8, 2}, g), set, g);
  auto with        = t.init(jem::mlp<T>({3, 8, 2}, same), set, same);
  const double a = plain.step(s).loss, b = t.step(with).loss;
  CHECK(test::largest_difference(s.buffer.positions().to_vector(), with.buffer.positions().to_vector()) == 0);
  CHECK(a != b);
}

TEST_CASE("chains of p(x|y) are differentiated with their labels") {
  const auto loss = jem::cross_entropy{} + jem::joint_contrastive_divergence{} + jem::sampler_divergence{};
  jem::rng g{5};
  const auto two = jem::data::make_dataset(test::waves<T>({40, 3}),
                                           jem::labels<T>({40},
                                                          [] {
                                                            std::vector<std::int32_t> y(40);
                                                            for (std::size_t i = 0; i < 40; ++i) y[i] = static_cast<std::int32_t>(i % 2);
                                                            return y;
                                                          }()),
                                           2);
  const auto t   = trainer_of(loss, sampler, 4, 2);
  const jem::mlp<T> net({3, 8, 2}, g);
  const T start = test::waves<T>({6, 3}, 1, 2);
  const jem::labels<T> y({6}, {0, 1, 0, 1, 0, 1});
  jem::phases<T> images;
  jem::rng same = g;
  const auto x  = jem::detail::evolved_chains(t, jem::joint_energy{net, y}, start, y, g, images);
  CHECK(test::largest_difference(x.to_vector(), jem::evolve(sampler, jem::joint_energy{net, y}, start, 4, same).to_vector()) < 1e-6);
  CHECK(images.last_steps.extents() == jem::shape{12, 3});
  CHECK(images.last_steps_y.to_vector() == std::vector<std::int32_t>{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1});
  auto s = t.init(net, two, g);
  CHECK(std::isfinite(t.step(s).loss));
}

TEST_CASE("last steps need samples, a step, and a sampler that has a gradient") {
  jem::rng g{5};
  const auto refusal = [&](const auto& t) -> std::string {
    try {
      t.init(jem::mlp<T>({3, 8, 2}, g), set, g);
    } catch (const std::invalid_argument& e) { return e.what(); }
    return "";
  };
  CHECK(refusal(trainer_of(jem::cross_entropy{} + jem::sampler_divergence{}, sampler)) ==
        "[trainer] expected a loss that reads samples beside their last steps but received one that reads none");
  CHECK(refusal(trainer_of(whole, sampler, 0)) == "[trainer] expected steps >= 1 for a loss that reads last steps but received 0");
  CHECK(refusal(trainer_of(whole, jem::mala{{.step_size = 0.1f}})) ==
        "[trainer] expected a sampler such as sgld for a loss that reads last steps but received another");
}

TEST_CASE("energy matching in two phases on one state: matched gradients first, then a trimmed divergence of fresh chains beside them") {
  const jem::trainer first{.loss = jem::gradient_matching{}, .optimiser = optimiser, .batch = 8};
  const jem::trainer second{.loss      = jem::gradient_matching{} + 1e-3f * jem::trimmed_divergence{.share = 0.25f},
                            .sampler   = jem::sgld{.step_size = 0.1f, .noise = jem::rising_noise{.from = 10, .until = 10}},
                            .optimiser = optimiser,
                            .batch     = 8,
                            .steps     = 20};
  jem::rng g{5};
  auto s = second.init(jem::mlp<T>({3, 8, 2}, g), set, jem::fresh_starts<T, jem::half_data<T>>({3}, 0, jem::half_data(set.x)), g);
  for (int i = 0; i < 6; ++i) {
    const auto info = i < 3 ? first.step(s) : second.step(s);
    CHECK(std::isfinite(info.residual));
    CHECK(std::isnan(info.energy_sample) == (i < 3));
  }
}
