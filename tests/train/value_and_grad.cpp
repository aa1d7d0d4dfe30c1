// SPDX-License-Identifier: MIT
// The conformance suite compares the gradient of every loss through networks with central differences.
#include "../support/compiled_convolutions.hpp"
#include "../support/loss_gradients.hpp"

#include <jem/loss/gradient_matching.hpp>
#include <jem/loss/joint_gradient_matching.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/train/value_and_grad.hpp>

using namespace test;

namespace {

jem::mlp<reference_double> small_net() {
  jem::rng g{1};
  return {{2, 5, 3}, g};
}

template <class Loss>
auto gradient_of(const Loss& loss, const jem::phases<reference_double>& images) {
  return jem::value_and_grad(loss, small_net(), images);
}

using T = reference_double;
struct not_a_loss {};
template <class L>
concept can_train =
    requires(const L& loss, const jem::mlp<T>& net, const jem::phases<T>& images) { jem::value_and_grad(loss, net, images); };
static_assert(can_train<jem::cross_entropy> && !can_train<not_a_loss> && !can_train<int>);

}  // namespace

TEST_CASE_TEMPLATE("one pass of all batches together gives the results of separate passes", T, eigen_double, guarded_double) {
  jem::rng g{3};
  using Net = jem::convnet<T>;
  const Net net({.height = 4, .width = 6, .channels = 2, .classes = 3, .widths = {3, 4}}, g);
  const auto images            = wave_images<T>({4, 6, 2});
  const auto [value, together] = jem::value_and_grad(everything, net, images);

  const auto logits   = separate_logits(net, images);
  auto slopes         = zero_slopes(logits);
  const double alone  = everything.accumulate(logits, 1, slopes);
  Net apart           = jem::zeros_like(net);
  const auto backward = [&](const T& batch, const T& slope) {
    typename Net::template cache<T> cache;
    (void)net.forward(batch, cache);
    (void)net.backward(slope, cache, &apart);
  };
  backward(images.x, slopes.x);
  backward(images.unlabelled, slopes.unlabelled);
  backward(images.samples, slopes.samples);
  backward(images.conditional, slopes.conditional);
  backward(images.outliers, slopes.outliers);
  CHECK(value == doctest::Approx(alone).epsilon(1e-6));
  jem::for_each_parameter_of([](const T& a, const T& b) { CHECK(largest_difference(a.to_vector(), b.to_vector()) < 1e-12); }, together,
                             apart);
}

TEST_CASE("the observer gets the logits of the batches that the loss reads, and no others") {
  const auto images = wave_images<T>({2});
  int seen          = 0;
  const auto watch  = [&](const jem::phases<T>& logits) {
    ++seen;
    CHECK(logits.x.extents() == jem::shape{4, 3});
    CHECK(logits.unlabelled.size() + logits.samples.size() + logits.conditional.size() == 0);
    CHECK(largest_difference(logits.x.to_vector(), separate_logits(small_net(), images).x.to_vector()) < 1e-15);
  };
  (void)jem::value_and_grad(jem::cross_entropy{}, small_net(), images, watch);
  CHECK(seen == 1);
}

TEST_CASE("a batch that the loss does not read may be missing, have any shape, or contain NaN") {
  auto images        = wave_images<T>({2});
  const auto all     = gradient_of(jem::cross_entropy{}, images);
  images.samples     = jem::full<T>({7, 9}, NAN);
  images.unlabelled  = T();
  images.conditional = T();
  CHECK(gradient_of(jem::cross_entropy{}, images).value == all.value);
  CHECK(gradient_of(jem::cross_entropy{} + 0.0f * jem::energy_penalty{}, images).value == all.value);
}

TEST_CASE("the p(x) term uses the labelled images if there are no others, and these pass through the network once") {
  auto images       = wave_images<T>({2});
  images.unlabelled = T();
  const auto oracle = [](const logit_phases& f) { return cross_entropy_value(f) + divergence_value(f); };
  CHECK(parameter_gradient_error(jem::cross_entropy{} + jem::contrastive_divergence{}, small_net(), images, oracle) < 1e-6);
  images.y = jem::labels<T>();  // a loss that reads no labels needs none
  CHECK(parameter_gradient_error(jem::contrastive_divergence{}, small_net(), images, divergence_value) < 1e-6);
}

TEST_CASE("a missing batch is named") {
  const auto message = [](const char* name) {
    return "[value_and_grad] expected a batch '" + std::string(name) + "', which the loss reads, but received none";
  };
  auto images    = wave_images<T>({2});
  images.samples = T();
  CHECK_THROWS_WITH_AS(gradient_of(jem::contrastive_divergence{}, images), message("samples").c_str(), std::invalid_argument);
  images.conditional = T();
  CHECK_THROWS_WITH_AS(gradient_of(jem::joint_contrastive_divergence{}, images), message("conditional").c_str(), std::invalid_argument);
  images.x = T();
  CHECK_THROWS_WITH_AS(gradient_of(jem::cross_entropy{}, images), message("x").c_str(), std::invalid_argument);
  CHECK_THROWS_WITH_AS(gradient_of(0.0f * jem::cross_entropy{}, images),
                       "[value_and_grad] expected a loss that reads a batch but received one that reads nothing", std::invalid_argument);
}

TEST_CASE("pairs need an even number of points, and those of E(x, y) a label for each point") {
  auto images  = wave_images<T>({2});
  images.pairs = waves<T>({3, 2});
  CHECK_THROWS_WITH_AS(gradient_of(jem::gradient_matching{}, images),
                       "[value_and_grad] expected pairs: an even number of points but received 3", std::invalid_argument);
  images.joint_pairs   = waves<T>({4, 2});
  images.joint_pairs_y = jem::labels<T>({2}, {0, 1});
  CHECK_THROWS_WITH_AS(gradient_of(jem::joint_gradient_matching{}, images), "[value_and_grad] expected (4) but received (2)",
                       std::invalid_argument);
}

TEST_CASE("labels are checked: one for each row, and classes only") {
  auto images = wave_images<T>({2});
  images.y    = jem::labels<T>({4}, {0, 3, 1, 2});
  CHECK_THROWS_WITH_AS(gradient_of(jem::cross_entropy{}, images), "[value_and_grad] expected labels in [0, 3) but received 3 at index 1",
                       std::invalid_argument);
  images.y = jem::labels<T>({4}, {0, 1, 1, -1});
  CHECK_THROWS_WITH_AS(gradient_of(jem::cross_entropy{}, images), "[value_and_grad] expected labels in [0, 3) but received -1 at index 3",
                       std::invalid_argument);
  images.y = jem::labels<T>({3}, {0, 1, 1});
  CHECK_THROWS_WITH_AS(gradient_of(jem::cross_entropy{}, images), "[value_and_grad] expected (4) but received (3)", std::invalid_argument);
  images.y = jem::labels<T>();
  CHECK_THROWS_AS(gradient_of(jem::cross_entropy{}, images), std::invalid_argument);
  images               = wave_images<T>({2});
  images.conditional_y = jem::labels<T>({2}, {0, 7});
  CHECK_THROWS_AS(gradient_of(jem::joint_contrastive_divergence{}, images), std::invalid_argument);
}

TEST_CASE("batches of images of different extents are refused") {
  auto images    = wave_images<T>({2});
  images.samples = waves<T>({5, 3});
  CHECK_THROWS_WITH_AS(gradient_of(jem::contrastive_divergence{}, images), "[value_and_grad] expected (5, 2) but received (5, 3)",
                       std::invalid_argument);
}

TEST_CASE("a batch may have a single image") {
  const jem::phases<T> one{.x = waves<T>({1, 2}), .y = jem::labels<T>({1}, {2})};
  CHECK(parameter_gradient_error(jem::cross_entropy{}, small_net(), one, cross_entropy_value) < 1e-6);
}

TEST_CASE("losses and gradients of a network whose logits are 1e30 are finite and right") {
  using F = jem::tensor<float, jem::eigen>;
  const jem::linear<F> net{F({1, 2}, {1e30f, -1e30f}), F({2}, {0, 0})};
  const jem::labels<F> y({2}, {0, 0});
  const jem::phases<F> images{
      .x = F({2, 1}, {1, -1}), .y = y, .samples = F({1, 1}, {-2}), .conditional = F({2, 1}, {1, 1}), .conditional_y = y};
  const auto all =
      jem::cross_entropy{} + jem::contrastive_divergence{} + jem::joint_contrastive_divergence{} + 1e-30f * jem::energy_penalty{};
  const auto [value, gradient] = jem::value_and_grad(all, net, images);
  // The cross-entropy is (0 + 2e30) / 2. Energies are −1e30 and −1e30 for the data, and −2e30 for the sample. The logits of the labels have
  // the means (1e30 + 1e30) / 2 for the samples of p(x|y), and (1e30 − 1e30) / 2 for the data.
  CHECK(value == doctest::Approx(1e30 + (2e30 - 1e30) + (1e30 - 0) + 1e-30 * (1e60 + 4e60)).epsilon(1e-5));
  for (const float slope : gradient.weight.to_vector()) CHECK(std::isfinite(slope));
  CHECK(gradient.weight.to_vector()[1] == doctest::Approx(-0.5 + (-2 + 0.5) + 0 + 1e-30 * (-1e30 - 8e30)).epsilon(1e-5));
}
