// SPDX-License-Identifier: MIT
#include "../../support/transforms.hpp"

#include <jem/energy/support/ordered.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using jem::support::ordered;
using vector = std::vector<double>;

TEST_CASE("ordered numbers begin with the first free number and grow by exponentials") {
  const test::vector_at<double, ordered> three(ordered{}, {-1, 0, std::log(2.0)}, 3);
  CHECK(three.x[0] == -1);
  CHECK(three.x[1] == 0);
  CHECK(three.x[2] == doctest::Approx(2));
  CHECK(three.log_jacobian == doctest::Approx(std::log(2.0)));
  vector u(3);
  ordered{}.unconstrain(three.x.data(), u.data(), 3);
  CHECK(u[0] == -1);
  CHECK(u[1] == doctest::Approx(0));
  CHECK(u[2] == doctest::Approx(std::log(2.0)));
}

TEST_CASE("the log-Jacobian of ordered numbers is that of differences, and so is pull_back") {
  for (const vector& u : {vector{0.3}, vector{0.3, -1.2}, vector{-2, 0.1, 1.5, -0.7, 0.2}}) {
    CHECK(test::vector_at<double, ordered>(ordered{}, u, u.size()).log_jacobian ==
          doctest::Approx(test::log_jacobian_by_differences(ordered{}, u, u.size())).epsilon(1e-7));
    const vector g{0.5, -1, 2, 0.1, -0.4};
    CHECK(test::pull_back_error(ordered{}, u, vector(g.begin(), g.begin() + static_cast<std::ptrdiff_t>(u.size()))) < 1e-8);
  }
}

TEST_CASE_TEMPLATE("ordered numbers increase even where an increment is too small to be seen", T, float, double) {
  const test::vector_at<T, ordered> far(ordered{}, {T(5), T(-700), T(-30), T(-88)}, 4);
  for (std::size_t i = 1; i < 4; ++i) CHECK(far.x[i] > far.x[i - 1]);
  CHECK(far.log_jacobian == T(-818));
  const test::vector_at<T, ordered> up(ordered{}, {T(0), T(700)}, 2);
  CHECK(std::isfinite(up.x[1]));
  CHECK(up.x[1] > 1e30f);
}

TEST_CASE("numbers that do not increase have no finite free numbers") {
  const auto free = [](const vector& x) {
    vector u(x.size());
    ordered{}.unconstrain(x.data(), u.data(), static_cast<jem::index_t>(x.size()));
    return u;
  };
  CHECK_FALSE(std::isfinite(free({1, 1})[1]));
  CHECK_FALSE(std::isfinite(free({1, 0.5, 2})[1]));
  CHECK(std::isfinite(free({1, 0.5, 2})[2]));
}
