// SPDX-License-Identifier: MIT
#include "../support/loss_oracle.hpp"

#include <jem/loss/contrastive_divergence.hpp>

using namespace test;

static_assert(jem::contrastive_divergence{}.reads() == jem::phase_set{.data = true, .samples = true});

TEST_CASE_TEMPLATE("contrastive divergence is the mean energy of the data minus that of the samples", T, eigen_double, guarded_double) {
  // E is −ln(1 + 3) for the data, and −ln(1 + 1) and −ln(2 + 6) for the samples.
  const jem::phases<T> logits{.x = T({1, 2}, {0, std::log(3)}), .samples = T({2, 2}, {0, 0, std::log(2), std::log(6)})};
  auto slopes = zero_slopes(logits);
  CHECK(jem::contrastive_divergence{}.accumulate(logits, 1, slopes) == doctest::Approx(-std::log(4) + (std::log(2) + std::log(8)) / 2));
  CHECK(largest_difference(slopes.x.to_vector(), std::vector<double>{-0.25, -0.75}) < 1e-12);  // lowers energies of data
  CHECK(largest_difference(slopes.samples.to_vector(), std::vector<double>{0.25, 0.25, 0.125, 0.375}) <
        1e-12);  // raises energies of samples
}

TEST_CASE_TEMPLATE("contrastive divergence has the right value and gradient, with and without unlabelled data", T, eigen_double,
                   guarded_double) {
  auto logits = wave_logits<T>();
  CHECK(loss_error(jem::contrastive_divergence{}, logits, 1, divergence_value) < 1e-6);
  CHECK(loss_error(jem::contrastive_divergence{}, logits, 2.5f, divergence_value) < 1e-6);
  logits.unlabelled = T();
  CHECK(loss_error(jem::contrastive_divergence{}, logits, 1, divergence_value) < 1e-6);
}

TEST_CASE("contrastive divergence does not change if a number is added to all energies") {
  using F               = jem::tensor<float, jem::eigen>;
  const auto divergence = [](float level) {
    const jem::phases<F> logits{.x = F({2, 2}, {level, level, level + 8, level}), .samples = F({1, 2}, {level, level - 8})};
    auto slopes = zero_slopes(logits);
    return jem::contrastive_divergence{}.accumulate(logits, 1, slopes);
  };
  CHECK(divergence(8e6f) == doctest::Approx(divergence(0)).epsilon(1e-6));
  CHECK(divergence(-8e6f) == doctest::Approx(divergence(0)).epsilon(1e-6));
}

TEST_CASE("contrastive divergence is 0 if the samples are the data") {
  using T = reference_double;
  jem::phases<T> logits{.x = waves<T>({6, 3}), .samples = waves<T>({6, 3})};
  auto slopes = zero_slopes(logits);
  CHECK(jem::contrastive_divergence{}.accumulate(logits, 1, slopes) == 0);
  CHECK(largest_difference(slopes.x.to_vector(), (-slopes.samples).to_vector()) < 1e-15);
}
