// SPDX-License-Identifier: MIT
#include "../support/transforms.hpp"

#include <jem/energy/support.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace {

/// −π < x < π, as a user would write it.
struct angle {
  template <class V>
  constexpr V constrain(const V& u, V& log_slope) const {
    log_slope = std::log(2.0) - log1p(u * u);
    return 2 * atan(u);
  }
  template <class V>
  constexpr V unconstrain(const V& x) const {
    return sin(x / 2) / cos(x / 2);
  }
};

/// x₁ > x₂ > …, without a pull_back.
struct decreasing {
  static constexpr jem::index_t free_size(jem::index_t n) { return n; }
  template <class V>
  constexpr V constrain(const V* u, V* x, jem::index_t n) const {
    V log_jacobian = V(0);
    x[0]           = u[0];
    for (jem::index_t i = 1; i < n; ++i) {
      x[i] = x[i - 1] - exp(u[i]);
      log_jacobian += u[i];
    }
    return log_jacobian;
  }
  template <class V>
  constexpr void unconstrain(const V* x, V* u, jem::index_t n) const {
    u[0] = x[0];
    for (jem::index_t i = 1; i < n; ++i) u[i] = log(x[i - 1] - x[i]);
  }
};

struct one_way {
  template <class V>
  constexpr V constrain(const V& u, V&) const {
    return u;
  }
};

static_assert(jem::scalar_support<jem::support::positive> && jem::scalar_support<jem::support::interval> && jem::scalar_support<angle>);
static_assert(jem::support_by_hand<jem::support::simplex> && jem::support_by_hand<jem::support::ordered>);
static_assert(jem::support_by_duals<decreasing> && !jem::support_by_hand<decreasing>);
static_assert(jem::support_of_variable<angle> && jem::support_of_variable<decreasing>);
static_assert(!jem::support_of_variable<one_way>, "draws have to be mapped back");
static_assert(!jem::support_of_variable<int>);

}  // namespace

TEST_CASE("a support of one's own for single numbers has its inverse, and the logarithm of its derivative") {
  for (const double u : {-3.0, 0.0, 0.4, 20.0}) {
    const auto here = test::at<double>(angle{}, u);
    CHECK(here.x == doctest::Approx(2 * std::atan(u)));
    CHECK(here.log_slope == doctest::Approx(std::log(here.slope)));
    CHECK(test::at<double>(angle{}, here.x, -1).x == doctest::Approx(u));
  }
}

TEST_CASE("a support of one's own for several numbers is called with dual numbers, and has the derivatives that it says") {
  using V      = jem::dual<double, 2>;
  const V u[2] = {V::variable(1, 0), V::variable(-0.5, 1)};
  V x[2];
  const V log_jacobian = decreasing{}.constrain(u, x, 2);
  CHECK(x[1].partial[0] == 1);
  CHECK(log_jacobian.value == doctest::Approx(std::log(std::abs(x[1].partial[1]))));
}
