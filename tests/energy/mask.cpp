// SPDX-License-Identifier: MIT
#include "../support/counting.hpp"
#include "../support/doubles.hpp"

#include <jem/energy/marginal.hpp>
#include <jem/energy/mask.hpp>
#include <jem/energy/pointwise.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <limits>

using namespace test;

namespace {

struct chain_of_three {
  constexpr auto operator()(auto x, auto y, auto z) const { return square(x) + square(y - x) + square(z * y - 1) / 2; }
};
const auto whole = jem::pointwise<3>(chain_of_three{});

struct value_only {
  template <jem::tensor_value T>
  T value(const T& x) const {
    return jem::row_sums(x);
  }
};

using masked_type = jem::masked_energy<std::remove_const_t<decltype(whole)>, reference_double>;
static_assert(jem::differentiable_energy<masked_type, reference_double>);
static_assert(!jem::energy<masked_type, jem::tensor<float, jem::reference>>, "the mask is of another element type");
static_assert(jem::energy<jem::masked_energy<value_only, reference_double>, reference_double>);
static_assert(!jem::differentiable_energy<jem::masked_energy<value_only, reference_double>, reference_double>);
static_assert(!jem::energy<jem::masked_energy<int, reference_double>, reference_double>);
static_assert(jem::kernel<jem::hmc, masked_type, reference_double> && jem::kernel<jem::mala, masked_type, reference_double>);

}  // namespace

TEST_CASE_TEMPLATE("a masked energy is the energy with the held coordinates at their observed values, and its gradient is 0 there", T,
                   eigen_double, guarded_double) {
  const auto energy = jem::masked(whole, T({3}, {7, 3, 7}), T({3}, {0, 1, 0}));
  const T x({2, 3}, {1, 100, 2, -1, 200, 0}), complete({2, 3}, {1, 3, 2, -1, 3, 0});
  T gradient, slope;
  const auto values = energy.value_and_grad(x, gradient).to_vector();
  CHECK(values == whole.value_and_grad(complete, slope).to_vector());
  CHECK(energy.value(x).to_vector() == values);
  auto expected = slope.to_vector();
  CHECK(expected[1] != 0);
  expected[1] = expected[4] = 0;
  CHECK(gradient.to_vector() == expected);
  CHECK(energy.completed(x).to_vector() == complete.to_vector());
  CHECK(energy_gradient_error(energy, waves<T>({5, 3}, 1.5, 1)) < 1e-8);
}

TEST_CASE("each chain may hold different coordinates, at different values") {
  using T           = reference_double;
  const auto energy = jem::masked(whole, T({2, 3}, {5, 0, 0, 0, 0, 6}), T({2, 3}, {1, 0, 0, 0, 0, 1}));
  const T x({2, 3}, {1, 2, 3, 1, 2, 3});
  CHECK(energy.completed(x).to_vector() == std::vector<double>{5, 2, 3, 1, 2, 6});
  CHECK(energy.value(x).to_vector() == whole.value(T({2, 3}, {5, 2, 3, 1, 2, 6})).to_vector());
  CHECK(energy_gradient_error(energy, x) < 1e-8);
}

TEST_CASE("a masked energy that holds nothing is the energy itself, and one that holds everything is constant") {
  using T         = reference_double;
  const T x       = waves<T>({4, 3}), zero({3}, {0, 0, 0}), one({3}, {1, 1, 1});
  const auto free = jem::masked(whole, zero, zero), fixed = jem::masked(whole, one, one);
  T gradient, slope;
  CHECK(free.value_and_grad(x, gradient).to_vector() == whole.value_and_grad(x, slope).to_vector());
  CHECK(gradient.to_vector() == slope.to_vector());
  CHECK(fixed.value_and_grad(x, gradient).to_vector() == std::vector<double>(4, 1.0));
  CHECK(gradient.to_vector() == std::vector<double>(12));
}

TEST_CASE("the value of a chain at a held coordinate does not matter, even if it is NaN") {
  using T           = reference_double;
  const double nan  = std::numeric_limits<double>::quiet_NaN();
  const auto energy = jem::masked(whole, T({3}, {nan, 2, nan}), T({3}, {0, 1, 0}));  // observed values of free coordinates are not used
  T gradient;
  CHECK(energy.value_and_grad(T({1, 3}, {1, nan, 1}), gradient).to_vector() == std::vector<double>{1 + 1 + 0.5});
  CHECK(gradient.to_vector() == std::vector<double>{0, 0, 2});
}

TEST_CASE("a mask of an image's extents holds pixels for the energy of a network") {
  using T = reference_double;
  jem::rng g{1};
  const jem::convnet<T> net({.height = 4, .width = 4, .channels = 1, .classes = 3, .widths = {2}}, g);
  T half                  = jem::zeros<T>({4, 4, 1});  // the upper half is held
  std::vector<double> top = half.to_vector();
  std::fill(top.begin(), top.begin() + 8, 1);
  const auto energy = jem::masked(jem::marginal_energy{net}, waves<T>({4, 4, 1}), T({4, 4, 1}, top));
  CHECK(energy_gradient_error(energy, waves<T>({2, 4, 4, 1}, 1, 2)) < 1e-8);
}

TEST_CASE("a masked energy calls the inner energy once, accepts a batch of no chains, and refuses masks that do not fit") {
  using T = reference_double;
  calls count;
  const auto energy = jem::masked(counted{whole, &count}, T({3}, {0, 0, 0}), T({3}, {0, 1, 0}));
  T gradient;
  CHECK(energy.value_and_grad(T(jem::shape{0, 3}), gradient).size() == 0);
  CHECK(count.gradients == 1);
  CHECK(count.values == 0);
  const auto wrong = jem::masked(whole, T({3}, {0, 0, 0}), T({2}, {0, 1}));
  CHECK_THROWS_WITH_AS(wrong.value(waves<T>({4, 3})), "[replace_where] expected (4, 3) or (3) but received (2)", std::invalid_argument);
}

TEST_CASE("sgld with the constraint hold, and sgld on the masked energy, have the same bits at the free coordinates") {
  using T = eigen_float;
  const T observed({3}, {0, 1.25f, 0}), mask({3}, {0, 1, 0});
  const auto energy = jem::masked(whole, observed, mask);
  const T start     = energy.completed(waves<T>({40, 3}));
  const jem::sgld wanders{.step_size = jem::constant{0.02f}};
  const jem::sgld holds{.step_size = jem::constant{0.02f}, .constraint = jem::hold{observed, mask}};
  jem::rng g{3}, same = g;
  const auto free = jem::evolve(wanders, energy, start, 25, g), held = jem::evolve(holds, whole, start, 25, same);
  CHECK(free.to_vector()[1] != 1.25f);
  CHECK(held.to_vector()[1] == 1.25f);
  CHECK(energy.completed(free).to_vector() == held.to_vector());
}

TEST_CASE("the values of a chain at held coordinates do not influence mala and hmc") {
  using T           = eigen_double;
  const auto energy = jem::masked(whole, T({3}, {0, 1.25, 0}), T({3}, {0, 1, 0}));
  const auto moved  = [&](const auto& kernel, double at_held) {
    T start = waves<T>({200, 3}, 0.5);
    replace_where(start, T({3}, {0, at_held, 0}), T({3}, {0, 1, 0}));
    jem::rng g{4};
    return energy.completed(jem::evolve(kernel, energy, start, 10, g)).to_vector();
  };
  CHECK(moved(jem::mala{{.step_size = 0.1f}}, 0) == moved(jem::mala{{.step_size = 0.1f}}, 1e6));
  CHECK(moved(jem::hmc{{.step_size = 0.3f, .steps = 3}}, 0) == moved(jem::hmc{{.step_size = 0.3f, .steps = 3}}, 1e6));
}
