// SPDX-License-Identifier: MIT
#include <jem/io/state_parts.hpp>
#include <jem/train/auc_curriculum.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace {

using steps = std::vector<jem::index_t>;

/// What the curriculum says after each of the areas.
steps after(jem::auc_curriculum& curriculum, const std::vector<double>& areas) {
  steps all;
  for (const double area : areas) all.push_back(curriculum.observe(area));
  return all;
}

}  // namespace

TEST_CASE("a step more comes when the mean of the last areas reaches its bound, and the next mean begins anew") {
  jem::auc_curriculum curriculum({.first = 1, .last = 9, .reaches = 0.75f, .over = 3});
  CHECK(curriculum.steps() == 1);
  // means of three: 0.5, 0.75, then of three new ones 1
  CHECK(after(curriculum, {0, 0.5, 1, 0.75, 1, 1, 1, 0, 1, 1, 0.25}) == steps{1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4});
  CHECK(curriculum.steps() == 4);
}

TEST_CASE("by default it takes eight areas of 0.8, from 1 step to 50") {
  jem::auc_curriculum curriculum;
  const std::vector<double> seven(7, 0.8);
  CHECK(after(curriculum, seven) == steps(7, 1));
  CHECK(curriculum.observe(0.8) == 2);
  for (int i = 0; i < 1000; ++i) curriculum.observe(1);
  CHECK(curriculum.steps() == 50);
}

TEST_CASE("an area that is NaN counts for nothing, and no steps follow the last ones") {
  jem::auc_curriculum curriculum({.first = 0, .last = 2, .over = 2});
  const double none = std::numeric_limits<double>::quiet_NaN();
  CHECK(after(curriculum, {1, none, 1, none, 1, 1, 1, 1}) == steps{0, 0, 1, 1, 1, 2, 2, 2});
  jem::auc_curriculum fixed({.first = 5, .last = 5, .over = 1});
  CHECK(fixed.observe(1) == 5);
}

TEST_CASE("a curriculum that ends before it begins is refused") {
  CHECK_THROWS_WITH_AS(jem::auc_curriculum({.first = 3, .last = 2}), "[auc_curriculum] expected first <= last but received 3 and 2",
                       std::invalid_argument);
}

TEST_CASE("a curriculum that is loaded goes on as if it had not stopped, and parts of another one are refused") {
  const jem::curriculum_options options{.last = 9, .over = 3};
  jem::auc_curriculum whole(options), resumed(options);
  after(whole, {1, 1, 1, 1, 1});
  const auto parts = jem::io::parts_of(whole);
  jem::io::assign_parts(parts, resumed, "it");
  CHECK(resumed.steps() == 2);
  CHECK(resumed.observe(1) == 3);
  CHECK(whole.observe(1) == 3);

  jem::auc_curriculum shorter({.last = 1}), narrow({.last = 9, .over = 1});
  CHECK_THROWS_WITH_AS(jem::io::assign_parts(parts, shorter, "it"),
                       doctest::Contains("[auc_curriculum] expected steps from 1 to 1 but received 2"), std::runtime_error);
  CHECK_THROWS_WITH_AS(jem::io::assign_parts(parts, narrow, "it"),
                       doctest::Contains("[auc_curriculum] expected at most 1 areas but received 2"), std::runtime_error);
  CHECK(shorter.steps() == 1);
}
