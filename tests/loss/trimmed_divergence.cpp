// SPDX-License-Identifier: MIT
#include "../support/loss_oracle.hpp"

#include <jem/loss/trimmed_divergence.hpp>

using namespace test;

static_assert(jem::trimmed_divergence{}.reads() == jem::phase_set{.data = true, .samples = true});

namespace {

/// One image of energy 0, and samples of these energies, of one class.
template <class T>
jem::phases<T> with_energies(const std::vector<double>& energies) {
  std::vector<double> logits;
  for (const double e : energies) logits.push_back(-e);
  return {.x = jem::zeros<T>({1, 1}), .samples = T({std::ssize(logits), 1}, logits)};
}

/// The slopes by the logits of the samples.
template <class T>
std::vector<double> slopes_of(const jem::trimmed_divergence& loss, const jem::phases<T>& logits) {
  auto slopes = zero_slopes(logits);
  (void)loss.accumulate(logits, 1, slopes);
  return slopes.samples.to_vector();
}

}  // namespace

TEST_CASE_TEMPLATE("the samples of the highest energies are left out, as many as the share says, rounded down", T, eigen_double,
                   guarded_double) {
  const auto logits = with_energies<T>({1, 9, 2, 8, 3});
  auto slopes       = zero_slopes(logits);
  CHECK(jem::trimmed_divergence{.share = 0.4f}.accumulate(logits, 0.5f, slopes) == doctest::Approx(-1));
  CHECK(largest_difference(slopes.samples.to_vector(), std::vector<double>{1.0 / 6, 0, 1.0 / 6, 0, 1.0 / 6}) < 1e-7);
  CHECK(slopes.x.to_vector() == std::vector<double>{-0.5});
  CHECK(slopes_of(jem::trimmed_divergence{.share = 0.39f}, logits) == std::vector<double>{0.25, 0, 0.25, 0.25, 0.25});
  CHECK(slopes_of(jem::trimmed_divergence{}, logits) == slopes_of(jem::trimmed_divergence{.share = 0}, logits));
}

TEST_CASE("of equal energies the last ones are left out first") {
  using T = eigen_double;
  CHECK(slopes_of(jem::trimmed_divergence{.share = 0.5f}, with_energies<T>({5, 5, 5, 5})) == std::vector<double>{0.5, 0.5, 0, 0});
  CHECK(slopes_of(jem::trimmed_divergence{.share = 0.5f}, with_energies<T>({5, 1, 5, 5})) == std::vector<double>{0.5, 0.5, 0, 0});
}

TEST_CASE("with a share of 0 it is contrastive divergence") {
  const auto logits = wave_logits<eigen_double>();
  CHECK(loss_error(jem::trimmed_divergence{.share = 0}, logits, 2.5f, divergence_value) < 1e-6);
}

TEST_CASE_TEMPLATE("the trimmed divergence has its value and gradient, with and without data of its own", T, eigen_double, guarded_double) {
  auto logits = wave_logits<T>();
  CHECK(loss_error(jem::trimmed_divergence{.share = 0.4f}, logits, 2.5f, jem::conformance::trimmed_value) < 1e-6);
  logits.unlabelled = T();
  CHECK(loss_error(jem::trimmed_divergence{.share = 0.4f}, logits, 1, jem::conformance::trimmed_value) < 1e-6);
}

TEST_CASE("at its bound the divergence has no gradient, and above it that without one") {
  const auto logits = with_energies<eigen_double>({3, 3});  // L = −3
  auto slopes       = zero_slopes(logits);
  CHECK(jem::trimmed_divergence{.bound = 2}.accumulate(logits, 0.5f, slopes) == -1);
  CHECK(slopes.samples.to_vector() == std::vector<double>{0, 0});
  CHECK(slopes.x.to_vector() == std::vector<double>{0});
  CHECK(jem::trimmed_divergence{.bound = 4}.accumulate(logits, 0.5f, slopes) == -1.5);
  CHECK(slopes.samples.to_vector() == std::vector<double>{0.25, 0.25});
}

TEST_CASE("an energy that is no number is not left out, so that it is noticed") {
  const auto logits = with_energies<eigen_double>({1, NAN, 2, 3});
  auto slopes       = zero_slopes(logits);
  CHECK(std::isnan(jem::trimmed_divergence{.share = 0.5f}.accumulate(logits, 1, slopes)));
}
