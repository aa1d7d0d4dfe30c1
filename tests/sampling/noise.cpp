// SPDX-License-Identifier: MIT
#include <jem/sampling/noise.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace {

static_assert(jem::noise_scale<jem::fixed_noise> && jem::noise_scale<jem::langevin_noise> && jem::noise_scale<jem::no_noise>);
static_assert(jem::noise_scale<decltype([](float step_size) { return 2 * step_size; })>);
static_assert(jem::noise_scale<jem::fading_noise>);
static_assert(jem::noise_scale<jem::rising_noise> && !jem::noise_scale<decltype([](jem::index_t, jem::index_t, int) { return 1.0f; })>);
static_assert(jem::noise_scale<decltype([](auto...) { return 1.0f; })>, "a function of anything is one of the step size");
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

TEST_CASE("rising noise is none, then that of a temperature that rises in equal steps, and then that of the full one") {
  const jem::rising_noise noise{.temperature = 2, .from = 10, .until = 14};
  for (const jem::index_t k : {0, 10}) CHECK(noise(0.25f, k) == 0);
  for (const jem::index_t k : {14, 15, 1000}) CHECK(noise(0.25f, k) == doctest::Approx(1).epsilon(1e-6));
  CHECK(noise(0.25f, 11) == doctest::Approx(std::sqrt(0.25)).epsilon(1e-6));
  CHECK(noise(0.25f, 13) == doctest::Approx(std::sqrt(0.75)).epsilon(1e-6));
  const jem::rising_noise jump{.temperature = 2, .from = 10, .until = 10};
  CHECK(jump(0.25f, 9) == 0);
  CHECK(jump(0.25f, 10) == doctest::Approx(1).epsilon(1e-6));
  CHECK_THROWS_WITH_AS((jem::rising_noise{.from = 2, .until = 1}(1, 0)), "[rising_noise] expected from <= until but received 2 and 1",
                       std::invalid_argument);
}
