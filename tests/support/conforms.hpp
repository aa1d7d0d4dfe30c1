// SPDX-License-Identifier: MIT
// A check of the conformance suite as a test.
#pragma once

#include <jem/conformance/result.hpp>

#include <doctest/doctest.h>

#include <algorithm>

namespace test {

/// Runs the check of that name; a failure says what was off, by how much, and where.
template <std::size_t N>
void conforms(const std::array<jem::conformance::check, N>& checks, std::string_view name) {
  const auto found = std::ranges::find(checks, name, [](const jem::conformance::check& c) { return std::string_view(c.name); });
  REQUIRE(found != checks.end());
  const auto r = jem::conformance::run_check(*found);
  INFO(r.where, ": an error of ", r.error, " instead of at most ", r.tolerance, " (", name_of(r.measure), ")");
  CHECK(r.passed);
}

}  // namespace test
