// SPDX-License-Identifier: MIT
// A training step downloads its labels once, and sums the exponentials of each batch's logits once, for any number of terms, buffers and
// observers that use them.
#include "../support/counting_backend.hpp"
#include "../support/doubles.hpp"

#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/energy_penalty.hpp>
#include <jem/loss/gradient_matching.hpp>
#include <jem/loss/joint_contrastive_divergence.hpp>
#include <jem/loss/outlier_exposure.hpp>
#include <jem/loss/sampler_divergence.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/optim/sgd.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/trainer.hpp>

namespace {

using T = jem::tensor<float, test::counting>;

const jem::sgld sampler{.step_size = 1};
const jem::sgd optimiser{.learning_rate = 0.01f};
constexpr auto hybrid = jem::cross_entropy{} + jem::contrastive_divergence{} + 0.1f * jem::energy_penalty{};

/// Of one iteration after another one; the sampler, whose gradients are taken of logits of its own, makes no step.
template <class Loss, class Sharpness = jem::no_sharpness>
test::step_counts counts_of_a_step(const Loss& loss, jem::index_t classes_of_buffer, const Sharpness& sharpness = {}) {
  jem::rng g{1};
  const auto set = jem::data::make_dataset(test::waves<T>({20, 3}), jem::labels<T>({20}, std::vector<std::int32_t>(20, 1)), 2);
  const jem::trainer algorithm{.loss      = loss,
                               .sampler   = sampler,
                               .optimiser = optimiser,
                               .batch     = 4,
                               .steps     = 0,
                               .buffer    = {.capacity = 40, .classes = classes_of_buffer},
                               .sharpness = sharpness};
  auto state = algorithm.init(jem::mlp<T>({3, 5, 2}, g), set, g);
  algorithm.step(state);
  return test::counts_of([&] { algorithm.step(state); });
}

}  // namespace

TEST_CASE("a training step downloads its labels once, for the check, a buffer with classes and the accuracy") {
  CHECK(counts_of_a_step(jem::cross_entropy{}, 0).label_downloads == 1);
  CHECK(counts_of_a_step(hybrid, 0).label_downloads == 1);
  CHECK(counts_of_a_step(hybrid, 2).label_downloads == 1);
  CHECK(counts_of_a_step(hybrid + jem::joint_contrastive_divergence{}, 2).label_downloads == 1);
  CHECK(counts_of_a_step(jem::contrastive_divergence{}, 0).label_downloads == 0);
}

TEST_CASE("a training step sums the exponentials of each batch's logits once, for all terms and for its results") {
  CHECK(counts_of_a_step(hybrid, 0).log_sum_exps == 3);  // for cross-entropy, for the data of p(x), and for the samples
  CHECK(counts_of_a_step(jem::contrastive_divergence{} + jem::energy_penalty{}, 0).log_sum_exps == 2);
  CHECK(counts_of_a_step(jem::cross_entropy{}, 0).log_sum_exps == 2);  // for cross-entropy, and for the energies in the results
  CHECK(counts_of_a_step(hybrid + jem::joint_contrastive_divergence{}, 2).log_sum_exps == 3);
}

TEST_CASE("a second gradient downloads no labels again, and sums the exponentials of the logits at the moved weights once") {
  const auto joint = hybrid + jem::joint_contrastive_divergence{};
  CHECK(counts_of_a_step(joint, 2, jem::adaptive_sharpness{}).label_downloads == 1);
  CHECK(counts_of_a_step(joint, 2, jem::adaptive_sharpness{}).log_sum_exps == 6);
}

TEST_CASE("value_and_grad by itself asks as little, with an observer, too, and where one batch stands for the data and has the labels") {
  jem::rng g{2};
  const jem::mlp<T> net({3, 5, 2}, g);
  const jem::phases<T> images{.x = test::waves<T>({4, 3}), .y = jem::labels<T>({4}, {0, 1, 1, 0}), .samples = test::waves<T>({4, 3})};
  const auto observe = [](const jem::phases<T>& logits) {
    jem::training_info info;
    observe_logits(info, logits);
  };
  const auto once = test::counts_of([&] { (void)jem::value_and_grad(hybrid, net, images, observe); });
  CHECK(once == test::step_counts{.label_downloads = 1, .log_sum_exps = 3});
}

namespace {

/// An mlp that counts the cost of an iteration in forward passes of one image. A backward pass for the input's gradient costs as much as a
/// forward pass, and one for the gradients of input and weights costs twice as much.
struct counted_net : jem::made_of<jem::mlp<T>> {
  jem::mlp<T> net;
  jem::index_t* cost = nullptr;

  template <class X>
  using cache = jem::mlp<T>::cache<X>;

  static auto parameters(auto& self) { return std::tie(self.net); }
  static constexpr std::array parameter_names{"net"};

  T forward(T x, cache<T>& c) const {
    *cost += x.extent(0);
    return net.forward(std::move(x), c);
  }
  T backward(const T& dy, cache<T>& c, counted_net* gradient) const {
    *cost += (gradient == nullptr ? 1 : 2) * dy.extent(0);
    return net.backward(dy, c, gradient == nullptr ? nullptr : &gradient->net);
  }
};

/// The cost of an iteration with batches of 64, in passes of a batch forward.
template <class Loss, class Sharpness = jem::no_sharpness>
double cost_of_a_step(const Loss& loss, const Sharpness& sharpness = {}) {
  jem::rng g{1};
  const auto set = jem::data::make_dataset(test::waves<T>({200, 3}), jem::labels<T>({200}, std::vector<std::int32_t>(200, 1)), 2);
  const jem::trainer algorithm{
      .loss = loss, .sampler = sampler, .optimiser = optimiser, .steps = 20, .buffer = {.capacity = 64}, .sharpness = sharpness};
  jem::index_t cost = 0;
  auto state        = algorithm.init(counted_net{{}, jem::mlp<T>({3, 5, 2}, g), &cost}, set, g);
  cost              = 0;
  algorithm.step(state);
  return static_cast<double>(cost) / 64;
}

}  // namespace

TEST_CASE("an iteration with matched gradients costs a quarter of one with twenty steps of the sampler") {
  constexpr auto matched = jem::cross_entropy{} + jem::gradient_matching{};
  CHECK(cost_of_a_step(jem::cross_entropy{}) == 3);
  CHECK(cost_of_a_step(matched) == 3 + 2 + 2 * 3);
  CHECK(cost_of_a_step(matched + jem::outlier_exposure{}) == 11 + 1.5);
  CHECK(cost_of_a_step(jem::cross_entropy{} + jem::contrastive_divergence{}) == 3 + 2 * 20 + 2 * 3);
}

TEST_CASE("sharpness costs one more gradient of the batches, and no chains; without it, and with a radius of zero, there is none") {
  constexpr auto matched = jem::cross_entropy{} + jem::gradient_matching{};
  constexpr auto chains  = jem::cross_entropy{} + jem::contrastive_divergence{};
  CHECK(cost_of_a_step(jem::cross_entropy{}, jem::sharpness{}) == 3 + 3);
  CHECK(cost_of_a_step(matched, jem::adaptive_sharpness{}) == 2 + 2 * (3 + 2 * 3));
  CHECK(cost_of_a_step(chains, jem::adaptive_sharpness{}) == 2 * 20 + 2 * (3 + 2 * 3));
  CHECK(cost_of_a_step(chains, jem::no_sharpness{}) == 2 * 20 + 3 + 2 * 3);
  CHECK(cost_of_a_step(chains, jem::adaptive_sharpness{.radius = 0}) == 2 * 20 + 3 + 2 * 3);
}

TEST_CASE("a gradient through the last step of the chains costs eight passes, and none if the loss does not read it") {
  constexpr auto chains = jem::cross_entropy{} + jem::contrastive_divergence{};
  CHECK(cost_of_a_step(chains + jem::sampler_divergence{}) == 3 + 2 * 20 + 2 * 3 + 2 + 2 * 3);
  CHECK(cost_of_a_step(chains + 0.0f * jem::sampler_divergence{}) == 3 + 2 * 20 + 2 * 3);
}
