// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/variables.hpp>

using namespace test;
namespace support = jem::support;
using strings     = std::vector<std::string>;

namespace {

/// One variable of each kind: 8 numbers from 7 free ones, and a last one.
auto all_kinds() {
  return jem::variables{jem::variable{"a"}, jem::variable{"s", 2, support::positive{}}, jem::variable{"p", support::interval{-1, 1}},
                        jem::variable{"cut", 2, support::ordered{}}, jem::variable{"w", 3, support::simplex{}}};
}

struct never {
  template <class V>
  constexpr V constrain(const V& u, V& log_slope) const {
    log_slope = V(0);
    return u;
  }
  template <class V>
  constexpr V unconstrain(const V& x) const {
    return x / 0;
  }
};

struct alone {
  static jem::index_t free_size(jem::index_t n) { return n; }
  template <class V>
  V constrain(const V* u, V* x, jem::index_t n) const {
    for (jem::index_t i = 0; i < n; ++i) x[i] = u[i];
    return V(0);
  }
  template <class V>
  void unconstrain(const V* x, V* u, jem::index_t n) const {
    for (jem::index_t i = 0; i < n; ++i) u[i] = x[i];
  }
};

}  // namespace

TEST_CASE("variables have the names that Stan would give them, and count their numbers") {
  const auto parameters = all_kinds();
  CHECK(parameters.names() == strings{"a", "s[1]", "s[2]", "p", "cut[1]", "cut[2]", "w[1]", "w[2]", "w[3]"});
  CHECK(parameters.size() == 9);
  CHECK(parameters.free_size() == 8);
  CHECK(jem::variables{jem::variable{"x"}}.names() == strings{"x"});
}

TEST_CASE_TEMPLATE("variables map each block of a row by its own support", T, eigen_double, guarded_double) {
  const auto parameters = all_kinds();
  const T u({2, 8}, {3, 0, 1, 0, 5, 0, 0, 0, -1, 1, 2, 0, 0, 1, 0, 0});
  T log_jacobian;
  const auto x      = parameters.constrain(u, log_jacobian).to_vector();
  const double e    = std::exp(1.0);
  const auto known  = std::vector<double>{3, 1, e, 0, 5, 6, 1. / 3, 1. / 3, 1. / 3, -1, e, e * e, 0, 0, e, 1. / 3, 1. / 3, 1. / 3};
  const double both = -std::log(2.0) + std::log(1.0 / 3 * 2 / 3) + std::log(2.0 / 3 * 1 / 4);  // of p and w at 0
  for (std::size_t j = 0; j < x.size(); ++j) CHECK(x[j] == doctest::Approx(known[j]));
  CHECK(log_jacobian.to_vector()[0] == doctest::Approx(0 + 1 + 0 + both));
  CHECK(log_jacobian.to_vector()[1] == doctest::Approx(1 + 2 + 1 + both));
}

TEST_CASE_TEMPLATE("constrained positions are mapped back, with any leading axes", T, eigen_double, guarded_double) {
  const auto parameters = all_kinds();
  const T u             = waves<T>({2, 3, 8}, 1.5, 1);
  const T x             = parameters.constrain(u);
  CHECK(x.extents() == jem::shape{2, 3, 9});
  CHECK(parameters.unconstrain(x).extents() == jem::shape{2, 3, 8});
  CHECK(largest_difference(parameters.unconstrain(x).to_vector(), u.to_vector()) < 1e-9);
  const T one = parameters.constrain(waves<T>({8}, 1.5, 1));  // no leading axis
  CHECK(one.extents() == jem::shape{9});
  CHECK(one.to_vector() == T(x.reshaped({6, 9}).rows(0, 1)).to_vector());
  CHECK(parameters.constrain(T(jem::shape{4, 0, 8})).extents() == jem::shape{4, 0, 9});
  CHECK(parameters.unconstrain(T(jem::shape{0, 9})).extents() == jem::shape{0, 8});
}

TEST_CASE("variables map floats") {
  const eigen_float u({1, 2}, {1, -2});
  const jem::variables parameters{jem::variable{"a", support::positive{}}, jem::variable{"b", support::above{3}}};
  const auto x = parameters.constrain(u).to_vector();
  CHECK(x[0] == doctest::Approx(std::exp(1.0)));
  CHECK(x[1] == doctest::Approx(3 + std::exp(-2.0)));
}

TEST_CASE("a position outside of a support is refused with variable, row and value") {
  using T               = reference_double;
  const auto parameters = all_kinds();
  const auto with       = [&](std::size_t j, double value) {
    auto x   = parameters.constrain(T({2, 8}, std::vector<double>(16))).to_vector();
    x[9 + j] = value;
    return T({2, 9}, x);
  };
  CHECK_THROWS_WITH_AS(parameters.unconstrain(with(2, -0.5)), "[unconstrain] expected s[2] to be > 0 in row 1 but received -0.5",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(parameters.unconstrain(with(3, 1)), "[unconstrain] expected p to be between -1 and 1 in row 1 but received 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(parameters.unconstrain(with(5, -4)), "[unconstrain] expected cut to be increasing in row 1 but received (0, -4)",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(parameters.unconstrain(with(8, 0.25)),
                       "[unconstrain] expected w to be positive with sum 1 in row 1 but received (0.333333333, 0.333333333, 0.25)",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(parameters.unconstrain(with(0, HUGE_VAL)), "[unconstrain] expected a to be finite in row 1 but received inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((jem::variables{jem::variable{"n", never{}}}.unconstrain(T({1, 1}, {2}))),
                       "[unconstrain] expected n to be inside of its support in row 0 but received 2", std::invalid_argument);
}

TEST_CASE("variables refuse settings and tensors that do not fit") {
  CHECK_THROWS_WITH_AS((jem::variables{jem::variable{"p", support::interval{2, 1}}}),
                       "[interval] expected low < high, a finite distance apart, but received 2 and 1", std::invalid_argument);
  CHECK_THROWS_WITH_AS((jem::variables{jem::variable{"w", support::simplex{}}}), "[simplex] expected count >= 2 but received 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((jem::variable{"t", 0}), "[variable] expected count >= 1 but received 0", std::invalid_argument);
  CHECK_THROWS_WITH_AS((jem::variables{jem::variable{"v", 65, alone{}}}),
                       "[variable] expected at most 64 numbers for a support without pull_back but received 65", std::invalid_argument);
  const auto parameters = all_kinds();
  using T               = reference_double;
  CHECK_THROWS_WITH_AS(parameters.constrain(T(jem::shape{3, 9})), "[constrain] expected (…, 8) but received (3, 9)", std::invalid_argument);
  CHECK_THROWS_WITH_AS(parameters.unconstrain(T(jem::shape{3, 8})), "[unconstrain] expected (…, 9) but received (3, 8)",
                       std::invalid_argument);
  CHECK_THROWS_AS(parameters.constrain(T(jem::shape{})), std::invalid_argument);
  T grad;
  CHECK_THROWS_WITH_AS(parameters.pull_back(T(jem::shape{3, 8}), T(jem::shape{2, 9}), grad),
                       "[pull_back] expected (3, 9) but received (2, 9)", std::invalid_argument);
}

TEST_CASE("long ordered variables and simplexes are mapped like short ones") {
  using T = eigen_double;
  const jem::variables parameters{jem::variable{"w", 300, support::simplex{}}, jem::variable{"c", 200, support::ordered{}}};
  const T u  = waves<T>({2, 499}, 0.5, 1);
  const T x  = parameters.constrain(u);
  double sum = 0;
  for (std::size_t j = 0; j < 300; ++j) sum += x.to_vector()[j];
  CHECK(sum == doctest::Approx(1).epsilon(1e-12));
  CHECK(largest_difference(parameters.unconstrain(x).to_vector(), u.to_vector()) < 1e-9);
}
