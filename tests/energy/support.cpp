// SPDX-License-Identifier: MIT
#include "../support/transforms.hpp"

#include <jem/energy/support.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace {

using test::angle, test::decreasing;

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
