// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/row.hpp>

using namespace test;

namespace {

/// E = x² + xy + 3y⁴/4, as a user would write it.
struct valley {
  template <class V>
  constexpr V operator()(const V* x, V* gradient) const {
    gradient[0] = 2 * x[0] + x[1];
    gradient[1] = x[0] + 3 * x[1] * x[1] * x[1];
    return x[0] * x[0] + x[0] * x[1] + V(0.75) * x[1] * x[1] * x[1] * x[1];
  }
};

/// Its function without a gradient returns another value, so that a test sees which one was called.
struct valley_with_value : valley {
  using valley::operator();
  template <class V>
  constexpr V operator()(const V* x) const {
    return x[0] + 100;
  }
};

struct without_gradient {
  template <class V>
  constexpr V operator()(const V* x) const {
    return x[0];
  }
};

struct of_doubles {
  double operator()(const double* x, double* gradient) const {
    gradient[0] = 1;
    return x[0];
  }
};

static_assert(jem::differentiable_energy<jem::row_energy<valley>, reference_double>);
static_assert(jem::differentiable_energy<jem::row_energy<valley_with_value>, jem::tensor<float, jem::eigen>>);
static_assert(jem::energy<jem::row_energy<without_gradient>, reference_double>);
static_assert(!jem::differentiable_energy<jem::row_energy<without_gradient>, reference_double>);
static_assert(!jem::energy<jem::row_energy<int>, reference_double>);
static_assert(jem::differentiable_energy<jem::row_energy<of_doubles>, reference_double>);
static_assert(!jem::energy<jem::row_energy<of_doubles>, jem::tensor<float, jem::reference>>, "a function of doubles has no float chains");

}  // namespace

TEST_CASE_TEMPLATE("row_energy makes an energy of batches from a function of a row and its gradient", T, eigen_double, guarded_double) {
  const jem::row_energy energy{2, valley{}};
  const T x({2, 2}, {1, 2, -1, 0});
  T gradient;
  CHECK(energy.value_and_grad(x, gradient).to_vector() == std::vector<double>{1 + 2 + 12, 1});
  CHECK(gradient.to_vector() == std::vector<double>{4, 25, -2, -1});
  CHECK(energy.value(x).to_vector() == std::vector<double>{15, 1});
  CHECK(energy_gradient_error(energy, waves<T>({9, 2}, 1.5, 1)) < 1e-8);
}

TEST_CASE("row_energy calls the function without a gradient for value(), if there is one") {
  using T = reference_double;
  const jem::row_energy energy{2, valley_with_value{}};
  T gradient;
  CHECK(energy.value(T({1, 2}, {1, 2})).to_vector() == std::vector<double>{101});
  CHECK(energy.value_and_grad(T({1, 2}, {1, 2}), gradient).to_vector() == std::vector<double>{15});
}

TEST_CASE("a row energy accepts rows of any extents and a batch of no chains, and refuses rows of another size") {
  using T = reference_double;
  const jem::row_energy energy{4, without_gradient{}};
  CHECK(energy.value(T({1, 2, 2, 1}, {5, 6, 7, 8})).to_vector() == std::vector<double>{5});
  T gradient;
  CHECK(jem::row_energy{2, valley{}}.value_and_grad(T(jem::shape{0, 2}), gradient).size() == 0);
  CHECK(gradient.extents() == jem::shape{0, 2});
  const jem::row_energy wide{3, valley{}};
  CHECK_THROWS_WITH_AS(wide.value(T({1, 2}, {1, 2})), "[row_energy] expected rows of 3 elements but received (1, 2)",
                       std::invalid_argument);
  CHECK_THROWS_AS(wide.value_and_grad(T({1, 2}, {1, 2}), gradient), std::invalid_argument);
  CHECK_THROWS_AS(energy.value(T(jem::shape{})), std::invalid_argument);
}
