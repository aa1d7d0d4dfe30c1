// SPDX-License-Identifier: MIT
#include "../support/transforms.hpp"

#include <jem/energy/support_rows.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using vector = std::vector<double>;

namespace {

using test::angle, test::decreasing;

vector free_of(const decreasing& s, const vector& x) {
  vector u(x.size());
  jem::detail::unconstrain_block(s, x.data(), u.data(), static_cast<jem::index_t>(x.size()));
  return u;
}

}  // namespace

TEST_CASE("a support of one's own for single numbers works on blocks of them") {
  const vector u{0.3, -1.5, 40};
  const test::vector_at<double, angle> x(angle{}, u, 3);
  double sum = 0;
  for (std::size_t j = 0; j < 3; ++j) {
    CHECK(x.x[j] == doctest::Approx(2 * std::atan(u[j])));
    sum += std::log(2 / (1 + u[j] * u[j]));
  }
  CHECK(x.log_jacobian == doctest::Approx(sum));
  CHECK(test::pull_back_error(angle{}, {0.3, -1.5, 4}, {1, 2, -3}) < 1e-8);
  vector again(3);
  jem::detail::unconstrain_block(angle{}, x.x.data(), again.data(), 3);
  for (std::size_t j = 0; j < 3; ++j) CHECK(again[j] == doctest::Approx(u[j]));
}

TEST_CASE("a support of one's own for several numbers needs no gradient by hand") {
  for (const std::size_t n : {1u, 3u, 11u, 64u}) {
    vector u(n), g(n);
    for (std::size_t j = 0; j < n; ++j) u[j] = std::sin(double(j)), g[j] = std::cos(3.0 * double(j));
    const test::vector_at<double, decreasing> x(decreasing{}, u, n);
    CHECK(test::pull_back_error(decreasing{}, u, g) < 1e-6);
    const auto again = free_of(decreasing{}, x.x);
    for (std::size_t j = 0; j < n; ++j) CHECK(again[j] == doctest::Approx(u[j]).epsilon(1e-8));
  }
}

TEST_CASE("the pull_back of ordered numbers by hand agrees with one by dual numbers") {
  const vector u{0.5, -1, 2}, g{1, -2, 0.5}, turned{-1, 2, -0.5};
  vector by_duals(3), by_hand(3);
  jem::detail::pull_back_block(decreasing{}, u.data(), g.data(), by_duals.data(), 3);  // decreasing is ordered with increments turned
  jem::detail::pull_back_block(jem::support::ordered{}, u.data(), turned.data(), by_hand.data(), 3);
  CHECK(by_duals[0] == doctest::Approx(-by_hand[0]));
  CHECK(by_duals[1] == doctest::Approx(by_hand[1]));
  CHECK(by_duals[2] == doctest::Approx(by_hand[2]));
}
