// SPDX-License-Identifier: MIT
#include "../../support/transforms.hpp"

#include <jem/energy/support/simplex.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

using jem::support::simplex;
using vector = std::vector<double>;

namespace {

vector free_of(const vector& x) {
  vector u(x.size() - 1);
  simplex{}.unconstrain(x.data(), u.data(), static_cast<jem::index_t>(x.size()));
  return u;
}

bool all_finite(const vector& u) {
  for (const double v : u) {
    if (!std::isfinite(v)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("free numbers of zero are the centre of the simplex") {
  const test::vector_at<double, simplex> centre(simplex{}, {0, 0, 0}, 4);
  for (const double x : centre.x) CHECK(x == doctest::Approx(0.25));
}

TEST_CASE("a simplex maps back and forth, and its elements have the sum 1") {
  for (const vector& x : {vector{0.5, 0.5}, vector{0.1, 0.2, 0.7}, vector{0.01, 0.9, 0.04, 0.05}}) {
    const test::vector_at<double, simplex> again(simplex{}, free_of(x), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(again.x[i] == doctest::Approx(x[i]).epsilon(1e-12));
    CHECK(std::accumulate(again.x.begin(), again.x.end(), 0.0) == doctest::Approx(1).epsilon(1e-14));
  }
}

TEST_CASE("the log-Jacobian of a simplex is that of differences, and so is pull_back") {
  for (const vector& u : {vector{0.4}, vector{-1, 0.7}, vector{0.2, -1.5, 2, 0.1, -0.3}}) {
    const std::size_t n = u.size() + 1;
    CHECK(test::vector_at<double, simplex>(simplex{}, u, n).log_jacobian ==
          doctest::Approx(test::log_jacobian_by_differences(simplex{}, u, n)).epsilon(1e-6));
    const vector g{0.5, -1, 2, 0.1, -0.4, 3};
    CHECK(test::pull_back_error(simplex{}, u, vector(g.begin(), g.begin() + static_cast<std::ptrdiff_t>(n))) < 1e-8);
  }
}

TEST_CASE_TEMPLATE("far out, the elements of a simplex stay positive and its log-Jacobian finite", T, float, double) {
  for (const T far : {T(-700), T(-30), T(30), T(700)}) {
    const std::vector<T> u{far, T(0), -far};
    const test::vector_at<T, simplex> x(simplex{}, u, 4);
    T sum = 0;
    for (const T each : x.x) {
      CHECK(each > 0);
      sum += each;
    }
    CHECK(sum == doctest::Approx(1).epsilon(1e-5));
    CHECK(std::isfinite(x.log_jacobian));
    std::vector<T> grad(3);
    const std::vector<T> g{1, 2, 3, 4};
    simplex{}.pull_back(u.data(), g.data(), grad.data(), 4);
    for (const T each : grad) CHECK(std::isfinite(each));
  }
}

TEST_CASE("what is not a simplex has no finite free numbers") {
  CHECK(all_finite(free_of({0.2, 0.3, 0.5})));
  CHECK_FALSE(all_finite(free_of({0.2, 0.3, 0.6})));
  CHECK_FALSE(all_finite(free_of({0.2, 0.3, 0.4})));
  CHECK_FALSE(all_finite(free_of({0, 0.5, 0.5})));
  CHECK_FALSE(all_finite(free_of({0.5, 0.5, 0})));
  CHECK_FALSE(all_finite(free_of({1.5, -1, 0.5})));
  CHECK_FALSE(all_finite(free_of({0.5, 1, -0.5})));
}

TEST_CASE("a simplex of one number is refused") {
  CHECK_THROWS_WITH_AS(simplex::check(1), "[simplex] expected count >= 2 but received 1", std::invalid_argument);
}
