// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/check_gradient.hpp>
#include <jem/energy/row.hpp>

using namespace test;

namespace {

/// E = x²·y + sin y, with a gradient by hand; `mistake` is added to ∂E/∂y where x > 1.
struct by_hand {
  double mistake;

  template <class V>
  V operator()(const V* x, V* gradient) const {
    gradient[0] = 2 * x[0] * x[1];
    gradient[1] = x[0] * x[0] + std::cos(x[1]) + (x[0] > 1 ? static_cast<V>(mistake) : V(0));
    return x[0] * x[0] * x[1] + std::sin(x[1]);
  }
};

/// Not a number above 1.
struct undefined {
  double operator()(const double* x, double* gradient) const {
    gradient[0] = 1;
    return x[0] < 1 ? x[0] : std::log(-1.0);
  }
};

}  // namespace

TEST_CASE_TEMPLATE("check_gradient finds nothing wrong with a right gradient", T, eigen_double, guarded_double) {
  const auto worst = jem::check_gradient(jem::row_energy{2, by_hand{0}}, T({3, 2}, {0.5, 1, 2, -3, 0, 3}));
  CHECK(worst.error < 1e-9);
  CHECK(worst.row >= 0);
}

TEST_CASE("check_gradient finds a wrong gradient and says where it is") {
  const auto worst = jem::check_gradient(jem::row_energy{2, by_hand{0.5}}, eigen_double({3, 2}, {0.5, 1, 2, 0, 0, 1}));
  CHECK(worst.row == 1);
  CHECK(worst.coordinate == 1);
  CHECK(worst.by_energy == doctest::Approx(5.5));
  CHECK(worst.by_differences == doctest::Approx(5));
  CHECK(worst.error == doctest::Approx(0.1));
  CHECK(to_string(worst) == "error 0.1 in row 1, coordinate 1: 5.5 by the energy, 5 by differences");
}

TEST_CASE("check_gradient tells right from wrong in float as well") {
  const eigen_float x({2, 2}, {0.5f, 1, 2, -1});
  CHECK(jem::check_gradient(jem::row_energy{2, by_hand{0}}, x).error < 1e-4);
  CHECK(jem::check_gradient(jem::row_energy{2, by_hand{0.01}}, x).error > 1e-3);
}

TEST_CASE("check_gradient reports what is not a number as an infinite error") {
  const auto worst = jem::check_gradient(jem::row_energy{1, undefined{}}, reference_double({2, 1}, {0, 1}));
  CHECK(worst.row == 1);
  CHECK(worst.error == HUGE_VAL);
  CHECK(jem::check_gradient(jem::row_energy{1, undefined{}}, reference_double({1, 1}, {0.99}), 0.001).error < 1e-9);
  CHECK(jem::check_gradient(jem::row_energy{1, undefined{}}, reference_double({1, 1}, {0.99}), 0.1).error == HUGE_VAL);
}

TEST_CASE("check_gradient accepts a batch of no chains") {
  const auto worst = jem::check_gradient(jem::row_energy{2, by_hand{0}}, reference_double(jem::shape{0, 2}));
  CHECK(worst.error == 0);
  CHECK(worst.row == -1);
}
