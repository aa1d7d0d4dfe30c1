// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/dual_energy.hpp>
#include <jem/energy/row.hpp>

using namespace test;

namespace {

/// Σⱼ (j + 1)·xⱼ²/2 + ln cosh of neighbouring sums, for any number of coordinates.
template <int D>
struct chain {
  template <class V>
  constexpr V operator()(const V* x) const {
    V e = V(0);
    for (int j = 0; j < D; ++j) e += (j + 1) * square(x[j]) / 2;
    for (int j = 0; j + 1 < D; ++j) e += softplus(x[j] + x[j + 1]) - (x[j] + x[j + 1]) / 2;
    return e;
  }
};

struct constant {
  template <class V>
  constexpr V operator()(const V*) const {
    return V(3);
  }
};

struct of_numbers_alone {
  double operator()(const double* x) const { return x[0]; }
};

using energy_type = jem::dual_energy<chain<3>>;
static_assert(jem::differentiable_energy<energy_type, reference_double>);
static_assert(jem::differentiable_energy<energy_type, jem::tensor<float, jem::eigen>>);
static_assert(!jem::energy<jem::dual_energy<of_numbers_alone>, reference_double>, "it is called with dual numbers");
static_assert(jem::row_wise<energy_type>);

}  // namespace

TEST_CASE_TEMPLATE("a dual energy has the value and the gradient of its function", T, eigen_double, guarded_double) {
  const jem::dual_energy energy{2, chain<2>{}};
  const T x({2, 2}, {1, 1, -1, 2});
  T gradient;
  const auto values = energy.value_and_grad(x, gradient).to_vector();
  const auto bend   = [](double s) { return std::log1p(std::exp(s)) - s / 2; };
  CHECK(values[0] == doctest::Approx(1.5 + bend(2)));
  CHECK(values[1] == doctest::Approx(4.5 + bend(1)));
  const auto slope = gradient.to_vector();
  CHECK(slope[0] == doctest::Approx(1 + 1 / (1 + std::exp(-2.0)) - 0.5));
  CHECK(slope[3] == doctest::Approx(4 + 1 / (1 + std::exp(-1.0)) - 0.5));
  CHECK(largest_difference(energy.value(x).to_vector(), values) < 1e-14);
}

TEST_CASE_TEMPLATE("a dual energy's gradient is that of central differences for every remainder of its chunks", T, eigen_double,
                   guarded_double) {
  CHECK(energy_gradient_error(jem::dual_energy{1, chain<1>{}}, waves<T>({5, 1}, 1.5, 1)) < 1e-8);
  CHECK(energy_gradient_error(jem::dual_energy{9, chain<9>{}}, waves<T>({3, 9}, 1.5, 1)) < 1e-7);
  CHECK(energy_gradient_error(jem::dual_energy{10, chain<10>{}}, waves<T>({3, 10}, 1.5, 1)) < 1e-7);
  CHECK(energy_gradient_error(jem::dual_energy{11, chain<11>{}}, waves<T>({3, 11}, 1.5, 1)) < 1e-7);
  CHECK(energy_gradient_error(jem::dual_energy{64, chain<64>{}}, waves<T>({2, 64}, 0.5, 1)) < 1e-7);
}

TEST_CASE("the gradient does not depend on the size of the chunks") {
  using T      = eigen_double;
  const auto x = waves<T>({4, 13}, 1.5, 1);
  T one, three, sixteen;
  (void)jem::dual_energy<chain<13>, 1>{13, {}}.value_and_grad(x, one);
  (void)jem::dual_energy<chain<13>, 3>{13, {}}.value_and_grad(x, three);
  (void)jem::dual_energy<chain<13>, 16>{13, {}}.value_and_grad(x, sixteen);
  CHECK(one.to_vector() == three.to_vector());
  CHECK(one.to_vector() == sixteen.to_vector());
}

TEST_CASE("a dual energy accepts no chains, one chain, rows of any extents, and rows of no elements") {
  using T = reference_double;
  T gradient;
  CHECK(jem::dual_energy{2, chain<2>{}}.value_and_grad(T(jem::shape{0, 2}), gradient).size() == 0);
  CHECK(gradient.extents() == jem::shape{0, 2});
  CHECK(jem::dual_energy{4, chain<4>{}}.value(T({1, 2, 2, 1}, {0, 0, 0, 0})).to_vector()[0] == doctest::Approx(3 * std::log(2.0)));
  CHECK(jem::dual_energy{0, constant{}}.value_and_grad(T(jem::shape{2, 0}), gradient).to_vector() == std::vector<double>{3, 3});
  CHECK(jem::dual_energy{2, constant{}}.value_and_grad(T({1, 2}, {5, 6}), gradient).to_vector() == std::vector<double>{3});
  CHECK(gradient.to_vector() == std::vector<double>{0, 0});
}

TEST_CASE("a dual energy refuses rows of another size, and more coordinates than it has room for") {
  reference_double gradient;
  const jem::dual_energy energy{3, chain<3>{}};
  CHECK_THROWS_WITH_AS(energy.value(reference_double({1, 2}, {1, 2})), "[dual_energy] expected rows of 3 elements but received (1, 2)",
                       std::invalid_argument);
  CHECK_THROWS_AS(energy.value_and_grad(reference_double({1, 2}, {1, 2}), gradient), std::invalid_argument);
  CHECK_THROWS_AS(energy.value(reference_double(jem::shape{})), std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)(jem::dual_energy{65, chain<65>{}}),
                       "[dual_energy] expected size from 0 to 64, and beyond that a gradient by hand in a row_energy, but received 65",
                       std::invalid_argument);
}
