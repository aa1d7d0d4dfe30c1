// SPDX-License-Identifier: MIT
#include "../support/counting.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <doctest/doctest.h>

namespace {

using tensor = jem::tensor<float, jem::eigen>;
using target = jem::gaussian<tensor>;

target standard(jem::index_t d) { return {jem::zeros<tensor>({d}), jem::full<tensor>({d}, 1)}; }

struct value_only {
  template <jem::tensor_value T>
  T value(const T& x) const {
    return jem::row_sums(x);
  }
};

struct halve {
  template <jem::tensor_value T>
  void operator()(T& x) const {
    jem::scale(x, 0.5f);
  }
};

static_assert(!jem::kernel<jem::sgld<>, value_only, tensor>, "langevin dynamics needs gradients");
static_assert(!jem::kernel<jem::sgld<jem::constant, jem::no_noise, int>, target, tensor>, "a transform changes a batch");
static_assert(jem::kernel<jem::sgld<jem::constant, jem::no_noise, halve, jem::box>, target, tensor>);

}  // namespace

TEST_CASE("a step without noise is a step of gradient descent") {
  const jem::sgld kernel{.step_size = jem::constant{0.25f}, .noise = jem::no_noise{}};
  jem::rng g{1};
  const auto x = jem::evolve(kernel, standard(2), tensor({2, 2}, {4, -8, 1, 0}), 1, g);
  CHECK(x.to_vector() == std::vector<float>{3, -6, 0.75f, 0});
}

TEST_CASE("the step size multiplies the gradient, and not the fixed noise") {
  const jem::sgld kernel{.step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}};
  jem::rng g{7}, same = g;
  const auto x      = jem::evolve(kernel, standard(3), tensor({2, 3}, {1, 2, 3, 4, 5, 6}), 1, g).to_vector();
  const auto stream = same.next();  // x − 1·x = 0, so that only noise is left
  for (std::size_t i = 0; i < x.size(); ++i)
    CHECK(x[i] == doctest::Approx(0.01f * stream.normal(static_cast<jem::index_t>(i))).epsilon(1e-5));
  CHECK(g == same);
}

TEST_CASE("langevin noise is the default") {
  const jem::sgld kernel{.step_size = jem::constant{0.5f}};  // σ = √(2·0.5) = 1
  jem::rng g{8}, same = g;
  const auto x      = jem::evolve(kernel, standard(1), tensor({2, 1}, {2, 4}), 1, g).to_vector();
  const auto stream = same.next();
  CHECK(x[0] == doctest::Approx(1 + stream.normal(0)).epsilon(1e-5));
  CHECK(x[1] == doctest::Approx(2 + stream.normal(1)).epsilon(1e-5));
}

TEST_CASE("the transform is applied to the gradient, and the constraint to the position after the noise") {
  const jem::sgld kernel{
      .step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{100.0f}, .transform = halve{}, .constraint = jem::box{-1, 1}};
  jem::rng g{2};
  for (const float x : jem::evolve(kernel, standard(2), jem::zeros<tensor>({50, 2}), 3, g).to_vector()) CHECK(std::abs(x) <= 1);
  const jem::sgld quiet{.step_size = jem::constant{1.0f}, .noise = jem::no_noise{}, .transform = halve{}, .constraint = jem::box{-1, 1}};
  CHECK(jem::evolve(quiet, standard(1), tensor({2, 1}, {8, 1}), 1, g).to_vector() == std::vector<float>{1, 0.5f});
}

TEST_CASE("the schedule is called with steps 0, 1, 2, and continues with the step of a state") {
  const auto harmonic = [](jem::index_t k) {
    return 1.0f / static_cast<float>(2 + k);
  };  // ½, ⅓, ¼, so that the product of the factors 1 − ε is simple
  const jem::sgld kernel{.step_size = harmonic, .noise = jem::no_noise{}};
  jem::rng g{3};
  auto state = kernel.init(standard(1), tensor({1, 1}, {12}));
  for (int k = 0; k < 2; ++k) kernel.step(standard(1), state, g);
  CHECK(state.step == 2);
  CHECK(state.position.to_vector()[0] == doctest::Approx(12 * 1.0 / 2 * 2 / 3));
  kernel.step(standard(1), state, g);
  CHECK(state.position.to_vector()[0] == doctest::Approx(12 * 1.0 / 4));
}

TEST_CASE("sgld computes one gradient for each step, none for the start, and no value") {
  test::calls count;
  const test::counted energy{standard(2), &count};
  const jem::sgld kernel{.step_size = jem::constant{0.1f}};
  jem::rng g{4};
  (void)jem::evolve(kernel, energy, jem::zeros<tensor>({5, 2}), 7, g);
  CHECK(count.gradients == 7);
  CHECK(count.values == 0);
}

TEST_CASE("sgld reports neither acceptance nor energy error, and accepts a batch of no chains") {
  const jem::sgld kernel{.step_size = jem::constant{0.1f}};
  jem::rng g{5};
  auto state      = kernel.init(standard(2), tensor(jem::shape{0, 2}));
  const auto info = kernel.step(standard(2), state, g);
  CHECK(info.acceptance_probability.size() == 0);
  CHECK(state.position.extents() == jem::shape{0, 2});
}

TEST_CASE("numbers as step size and noise give the bits of constant and fixed_noise") {
  const auto start = jem::full<tensor>({5, 3}, 2);
  jem::rng g{4}, same = g;
  const auto plain = jem::evolve(jem::sgld{.step_size = 0.25f, .noise = 0.5f}, standard(3), start, 4, g);
  const auto named =
      jem::evolve(jem::sgld{.step_size = jem::constant{0.25f}, .noise = jem::fixed_noise{0.5f}}, standard(3), start, 4, same);
  CHECK(plain.to_vector() == named.to_vector());
  CHECK(g == same);
}

TEST_CASE("a noise that asks for the number of the step gets it, from 0 on in each run") {
  const jem::sgld kernel{.step_size = 0.5f, .noise = jem::rising_noise{.temperature = 1, .from = 2, .until = 2}};
  const auto start = tensor({2, 1}, {4, -8});
  jem::rng g{8};
  const auto draws = jem::sample(kernel, standard(1), start, 3, g).to_vector();
  CHECK(std::vector<float>(draws.begin(), draws.begin() + 4) == std::vector<float>{2, -4, 1, -2});  // no noise yet
  jem::rng same{8};
  same.next(), same.next();
  const auto stream = same.next();
  CHECK(draws[4] == doctest::Approx(0.5f + stream.normal(0)).epsilon(1e-5));
  CHECK(draws[5] == doctest::Approx(-1 + stream.normal(1)).epsilon(1e-5));
}

TEST_CASE("with gradients of unit norm and without noise every step has the length of the step size, until the box ends it") {
  const jem::sgld ascent{.step_size = 0.25f, .noise = jem::no_noise{}, .transform = jem::unit_norm{}, .constraint = jem::box{-1, 1}};
  jem::rng g{1};
  // of E = x²/2 downhill: along (3, 4)/5, along the axis, nowhere from the lowest point
  const tensor start({3, 2}, {0.75f, 1, 0, -0.5f, 0, 0});
  const auto once = jem::evolve(ascent, standard(2), start, 1, g).to_vector();
  const std::vector<double> expected{0.6, 0.8, 0, -0.25, 0, 0};
  for (std::size_t i = 0; i < 6; ++i) CHECK(once[i] == doctest::Approx(expected[i]).epsilon(1e-6));
  CHECK(jem::evolve(ascent, standard(2), tensor({1, 2}, {-9, 0}), 1, g).to_vector() == std::vector<float>{-1, 0});
}
