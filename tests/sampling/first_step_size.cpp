// SPDX-License-Identifier: MIT
#include "../support/counting.hpp"
#include "../support/doubles.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/energy/pointwise.hpp>
#include <jem/sampling/first_step_size.hpp>

using namespace test;

namespace {

using T = eigen_double;

struct found {
  float step_size;
  jem::index_t evaluations;
};

template <class E>
found find(const E& energy, const T& x, float guess) {
  jem::rng g{1};
  const jem::hmc kernel;
  const auto state                    = kernel.init(energy, x);
  const auto [step_size, evaluations] = jem::first_step_size(kernel.proposal, energy, state, guess, g);
  CHECK(g.counter == 1);
  return {step_size, evaluations};
}

struct flat {
  T value(const T& x) const { return jem::zeros<T>({x.extent(0)}); }
  T value_and_grad(const T& x, T& grad) const {
    grad = jem::zeros<T>(x.extents());
    return value(x);
  }
};

/// NaN unless |x| < 1e-3
struct narrow {
  constexpr auto operator()(auto x) const { return sqrt(1e-6 - square(x)); }
};

}  // namespace

TEST_CASE("the first step size is within a factor of two the same from any guess, and scales with the target") {
  jem::rng g{2};
  for (const double deviation : {1e-3, 1.0, 1e4}) {
    const jem::gaussian<T> energy(jem::zeros<T>({20}), jem::full<T>({20}, deviation));
    const auto x = deviation * jem::normal<T>({100, 20}, g);
    for (const float guess : {1e-6f, 0.1f, 3e5f}) {
      const double step_size = find(energy, x, guess).step_size / deviation;
      CHECK(step_size > 0.5);
      CHECK(step_size < 2.0);
    }
  }
}

TEST_CASE("starts far out with gradients of 1e6 get step sizes that are stable") {
  const jem::gaussian<T> energy(jem::zeros<T>({2}), T({2}, {1e-3, 1}));
  const double step_size = find(energy, jem::full<T>({10, 2}, 1), 0.1f).step_size;
  CHECK(step_size > 2e-4);
  CHECK(step_size < 2e-3);  // 2 deviations is where leapfrog becomes unstable
}

TEST_CASE("evaluations are counted, and end on a flat energy and on one that is NaN nearly everywhere") {
  calls count;
  const auto x     = jem::zeros<T>({3, 1});
  const auto steps = find(counted{flat{}, &count}, x, 1).evaluations;
  CHECK(count.gradients == steps + 1);  // and that of the start
  CHECK(steps <= 101);
  CHECK(find(jem::pointwise<1>(narrow{}), x, 1).step_size < 0.01f);
}
