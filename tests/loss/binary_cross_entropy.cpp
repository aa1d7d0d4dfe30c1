// SPDX-License-Identifier: MIT
#include "../support/loss_oracle.hpp"

#include <jem/loss/binary_cross_entropy.hpp>

using namespace test;
using jem::conformance::discrimination_value;

static_assert(jem::binary_cross_entropy{}.reads() == jem::phase_set{.data = true, .samples = true});

TEST_CASE_TEMPLATE("binary cross-entropy is the surprise of one who takes sigmoid(-E) for the chance that an image is data", T,
                   eigen_double, guarded_double) {
  // −E = log 3 and log 1 of the data, log 4 of the sample: chances 3/4, 1/2, and 4/5
  const jem::phases<T> logits{.x = T({2, 2}, {std::log(2), 0, -std::log(2), -std::log(2)}), .samples = T({1, 2}, {std::log(3), 0})};
  auto slopes = zero_slopes(logits);
  CHECK(jem::binary_cross_entropy{}.accumulate(logits, 1, slopes) ==
        doctest::Approx(-(std::log(0.75) + std::log(0.5)) / 2 - std::log(0.2)).epsilon(1e-12));
  CHECK(largest_difference(slopes.x.to_vector(), std::vector<double>{-0.25 / 2 * 2 / 3, -0.25 / 2 / 3, -0.125, -0.125}) < 1e-7);
  CHECK(largest_difference(slopes.samples.to_vector(), std::vector<double>{0.8 * 0.75, 0.8 * 0.25}) < 1e-7);
}

TEST_CASE_TEMPLATE("binary cross-entropy has its value and gradient, with and without data of its own", T, eigen_double, guarded_double) {
  auto logits = wave_logits<T>();
  CHECK(loss_error(jem::binary_cross_entropy{}, logits, 1, discrimination_value) < 1e-6);
  CHECK(loss_error(jem::binary_cross_entropy{}, logits, 0.5f, discrimination_value) < 1e-6);
  logits.unlabelled = T();
  CHECK(loss_error(jem::binary_cross_entropy{}, logits, 1, discrimination_value) < 1e-6);
}

TEST_CASE("energies that are far on the right side cost nothing and have no slope, on the wrong side they cost their size") {
  on_every_tensor([]<class T>() {
    const auto of = [](float data, float samples) {
      const jem::phases<T> logits{.x = T({1, 2}, {data, -4e30f}), .samples = T({1, 2}, {samples, -4e30f})};
      auto slopes        = zero_slopes(logits);
      const double value = jem::binary_cross_entropy{}.accumulate(logits, 1, slopes);
      return std::tuple{value, slopes.x.to_vector(), slopes.samples.to_vector()};
    };
    using row = std::vector<float>;
    CHECK(of(1e30f, -1e30f) == std::tuple{0.0, row{0, 0}, row{0, 0}});
    CHECK(of(-1e30f, 1e30f) == std::tuple{2.0 * double{1e30f}, row{-1, 0}, row{1, 0}});
    // e⁻²⁰ is lost in the sum 1 + e⁻²⁰ of floats, and must not be lost here
    CHECK(std::get<0>(of(20, -400)) == doctest::Approx(std::log1p(std::exp(-20.0))).epsilon(1e-12));
  });
}

TEST_CASE("binary cross-entropy is log 4 where energies are 0, and at its least log 4 where samples are the data") {
  using T       = reference_double;
  const auto at = [](double level) {
    const jem::phases<T> logits{.x = jem::full<T>({3, 2}, level - std::log(2)), .samples = jem::full<T>({3, 2}, level - std::log(2))};
    auto slopes = zero_slopes(logits);
    return jem::binary_cross_entropy{}.accumulate(logits, 1, slopes);
  };
  CHECK(at(0) == doctest::Approx(std::log(4)).epsilon(1e-12));
  CHECK(at(1) > at(0) + 0.2);
  CHECK(at(-1) > at(0) + 0.2);
}
