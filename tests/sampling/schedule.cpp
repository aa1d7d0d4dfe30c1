// SPDX-License-Identifier: MIT
#include <jem/sampling/schedule.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

static_assert(jem::schedule<jem::constant> && jem::schedule<jem::polynomial_decay>);
static_assert(jem::schedule<decltype([](jem::index_t k) { return 1.0f / static_cast<float>(1 + k); })>);
static_assert(jem::schedule<float>, "a number is the same at every step");
static_assert(!jem::schedule<decltype([](std::string) { return 1.0f; })>);

}  // namespace

TEST_CASE("a constant schedule does not change") {
  static_assert(jem::constant{0.25f}(0) == 0.25f && jem::constant{0.25f}(1'000'000'000'000) == 0.25f);
  CHECK(jem::constant{0.1f}(7) == 0.1f);
}

TEST_CASE("polynomial decay starts at its first value and follows its formula") {
  const jem::polynomial_decay decay{.first = 2.0f, .delay = 10, .power = 1};
  CHECK(decay(0) == 2.0f);
  CHECK(decay(10) == doctest::Approx(1.0));
  CHECK(decay(30) == doctest::Approx(0.5));
  CHECK(jem::polynomial_decay{.first = 1}(31) == doctest::Approx(std::pow(32.0, -0.55)));
}

TEST_CASE("geometric decay goes from its first to its last value in equal ratios, and stays there") {
  const jem::geometric_decay decay{.first = 0.8f, .last = 0.1f, .steps = 4};
  CHECK(decay(0) == 0.8f);
  CHECK(decay(1) == doctest::Approx(0.4));
  CHECK(decay(2) == doctest::Approx(0.2));
  CHECK(decay(3) == 0.1f);
  CHECK(decay(1'000'000'000'000) == 0.1f);
  const jem::geometric_decay one{.first = 0.8f, .last = 0.1f, .steps = 1};
  CHECK(one(0) == 0.8f);
  CHECK(one(1) == 0.1f);
}
