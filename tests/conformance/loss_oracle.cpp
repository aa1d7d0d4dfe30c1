// SPDX-License-Identifier: MIT
#include <jem/backend/reference.hpp>
#include <jem/conformance/loss_oracle.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;

namespace {

using tensor = jem::tensor<double, jem::reference>;

/// A loss whose gradient is too large by a factor of 1.001.
struct overstated : jem::cross_entropy {
  template <class T>
  double accumulate(const jem::phases<T>& logits, float weight, jem::phases<T>& slopes) const {
    (void)jem::cross_entropy::accumulate(logits, 1.001f * weight, slopes);
    auto unused = zero_slopes(logits);
    return jem::cross_entropy::accumulate(logits, weight, unused);
  }
};

}  // namespace

TEST_CASE("the losses of the oracle have the values of their equations") {
  logit_phases f;
  f.x           = {{0, 0, std::log(3.0), 0}, {0, 0}, 2};
  f.samples     = {{0, 0}, {}, 2};
  f.conditional = {{5, 7}, {1}, 2};
  CHECK(f.x.free_energy(0) == doctest::Approx(std::log(2.0)));
  CHECK(f.x.free_energy(1) == doctest::Approx(std::log(4.0)));
  CHECK(cross_entropy_value(f) == doctest::Approx((std::log(2.0) + std::log(4.0 / 3)) / 2));
  CHECK(divergence_value(f) == doctest::Approx(-std::log(2.0) / 2));
  CHECK(joint_divergence_value(f) == doctest::Approx(7 - std::log(3.0) / 2));
  CHECK(penalty_value(f) == doctest::Approx(std::pow(std::log(2.0), 2) * (1 + 2.5)));
  CHECK(discrimination_value(f) == doctest::Approx(-(std::log(2.0 / 3) + std::log(4.0 / 5)) / 2 - std::log(1.0 / 3)));
  f.unlabelled = f.samples;
  CHECK(divergence_value(f) == 0);
}

TEST_CASE("a loss with a wrong gradient or value is found") {
  const auto logits = wave_logits<tensor>();
  CHECK(loss_error(jem::cross_entropy{}, logits, 1, cross_entropy_value) < 1e-6);
  CHECK(loss_error(overstated{}, logits, 1, cross_entropy_value) > 5e-5);
  CHECK(loss_error(jem::cross_entropy{}, logits, 1, divergence_value) > 0.1);
}
