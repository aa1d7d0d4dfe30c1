// SPDX-License-Identifier: MIT
#include <jem/backend/reference.hpp>
#include <jem/conformance/numbers.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;

namespace {

constexpr double unknown  = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("largest_difference counts NaN beside NaN as 0, and any other NaN as infinity") {
  CHECK(largest_difference(std::vector{1.0, 2.0, -3.0}, std::vector{1.0, 2.5, -3.25}) == 0.5);
  CHECK(largest_difference(std::vector{unknown, infinity}, std::vector{unknown, infinity}) == 0);
  CHECK(largest_difference(std::vector{unknown, 1.0}, std::vector{1.0, 1.0}) == infinity);
  CHECK(largest_difference(std::vector{1.0, infinity}, std::vector{1.0, -infinity}) == infinity);
  CHECK(largest_difference(std::vector{1.0, unknown, 5.0}, std::vector{1.0, 2.0, 5.0}) == infinity);
  CHECK(largest_difference(std::vector{1.0}, std::vector{1.0, 1.0}) == infinity);
  CHECK(largest_difference(std::vector<float>{}, std::vector<double>{}) == 0);
  CHECK(largest_difference(std::vector{0.5f}, std::vector{0.75}) == 0.25);
}

TEST_CASE("different_bits tells 0 from -0, and counts equal bits of NaN as equal") {
  CHECK(same_bits(std::vector{unknown, 1.0}, std::vector{unknown, 1.0}));
  CHECK(different_bits(std::vector{0.0f, 1.0f, 2.0f}, std::vector{-0.0f, 1.0f, 3.0f}) == 2);
  CHECK(different_bits(std::vector{1.0}, std::vector{1.0, 2.0}) == infinity);
  CHECK_FALSE(same_bits(std::vector{1.0}, std::vector{1.0 + 0x1p-52}));
}

TEST_CASE("random values of a seed are the same in every type, and within [-1, 1)") {
  const auto values = random_values<double>(1000, 3);
  CHECK(as<float>(values) == random_values<float>(1000, 3));
  CHECK(values != random_values<double>(1000, 4));
  const auto [low, high] = std::ranges::minmax(values);
  CHECK(low >= -1);
  CHECK(low < -0.98);
  CHECK(high < 1);
  CHECK(high > 0.98);
  CHECK(random_values(0).empty());
  CHECK(random_tensor<jem::tensor<float, jem::reference>>({2, 3}, 3).to_vector() == random_values<float>(6, 3));
}

TEST_CASE("fine values in double use more bits than a float has") {
  const auto fine = fine_values<double>(1000, 3), coarse = random_values<double>(1000, 3);
  CHECK(fine_values<float>(1000, 3) == random_values<float>(1000, 3));
  CHECK(largest_difference(fine, coarse) < 0x1p-24);
  CHECK(std::ranges::count_if(fine, [](double x) { return x == static_cast<double>(static_cast<float>(x)); }) < 10);
}

TEST_CASE("wave values are amplitude times sin(phase times (i + 1))") {
  CHECK(wave_values<double>(2, 2, 0.5) == std::vector{2 * std::sin(0.5), 2 * std::sin(1.0)});
  CHECK(waves<jem::tensor<double, jem::reference>>({2, 1}, 2, 0.5).to_vector() == wave_values<double>(2, 2, 0.5));
}
