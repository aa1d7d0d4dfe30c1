// SPDX-License-Identifier: MIT
#include <jem/sampling/noise.hpp>

#include <doctest/doctest.h>

namespace {

static_assert(jem::noise_scale<jem::fixed_noise> && jem::noise_scale<jem::langevin_noise> && jem::noise_scale<jem::no_noise>);
static_assert(jem::noise_scale<decltype([](float step_size) { return 2 * step_size; })>);
static_assert(jem::noise_scale<jem::fading_noise>);
static_assert(jem::noise_scale<float>, "a number is the same for every step size");

}  // namespace

TEST_CASE("langevin noise is the square root of 2 times step size times temperature") {
  CHECK(jem::langevin_noise{}(0.5f) == doctest::Approx(1).epsilon(1e-6));
  CHECK(jem::langevin_noise{.temperature = 4}(0.5f) == doctest::Approx(2).epsilon(1e-6));
  CHECK(jem::langevin_noise{}(0.0f) == 0);
  CHECK(jem::langevin_noise{.temperature = 0}(0.5f) == 0);
}

TEST_CASE("fading noise falls with the step size to nothing") {
  constexpr jem::fading_noise noise{.deviation = 0.6f, .first = 0.4f, .last = 0.2f};
  CHECK(noise(0.4f) == 0.6f);
  CHECK(noise(0.3f) == doctest::Approx(0.3f).epsilon(1e-6));
  CHECK(noise(0.25f) == doctest::Approx(0.15f).epsilon(1e-6));
  CHECK(noise(0.2f) == 0);
  CHECK(noise(0.1f) == 0);
  CHECK(noise(1.0f) == 0.6f);
  CHECK(jem::fading_noise{.deviation = 0.5f, .first = 0.1f, .last = 0.1f}(0.1f) == 0.5f);  // steps of one size
}

TEST_CASE("fixed noise and no noise do not ask for the step size") {
  CHECK(jem::fixed_noise{0.01f}(0.0f) == 0.01f);
  CHECK(jem::fixed_noise{0.01f}(100.0f) == 0.01f);
  CHECK(jem::no_noise{}(100.0f) == 0);
}
