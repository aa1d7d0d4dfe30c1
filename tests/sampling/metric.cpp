// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/pointwise.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/metric.hpp>

using namespace test;

namespace {

/// ½ Σ (x/s)² over two coordinates whose scales are 10 and 0.1.
struct uneven {
  constexpr auto operator()(auto x, auto y) const { return (square(x) / 100 + 100 * square(y)) / 2; }
};
struct even {
  constexpr auto operator()(auto x, auto y) const { return (square(x) + square(y)) / 2; }
};

template <class T, class E>
jem::point<T> start_at(const E& energy, T x) {
  jem::point<T> at{std::move(x), T{}, T{}};
  at.energy = energy.value_and_grad(at.position, at.gradient);
  return at;
}

static_assert(jem::row_wise<jem::unit_metric> && jem::row_wise<jem::diagonal_metric<eigen_float>>);

}  // namespace

TEST_CASE_TEMPLATE("with a metric s the dynamics are those of x/s with unit mass", T, eigen_double, guarded_double) {
  const auto scaled = jem::pointwise<2>(uneven{});
  const auto plain  = jem::pointwise<2>(even{});
  auto at           = start_at(scaled, T({2, 2}, {10, 0.2, -5, 0.03}));
  auto z            = start_at(plain, T({2, 2}, {1, 2, -0.5, 0.3}));
  T p({2, 2}, {0.3, -0.7, 1, 2}), q = p;
  jem::leapfrog{}(scaled, at, p, 0.25f, 7, jem::diagonal_metric<T>{T({2}, {10, 0.1})});
  jem::leapfrog{}(plain, z, q, 0.25f, 7);
  const auto x = at.position.to_vector(), expected = z.position.to_vector();
  for (std::size_t i = 0; i < 4; ++i) CHECK(x[i] / (i % 2 == 0 ? 10 : 0.1) == doctest::Approx(expected[i]).epsilon(1e-12));
  CHECK(largest_difference(p.to_vector(), q.to_vector()) < 1e-12);
  CHECK(largest_difference(at.energy.to_vector(), z.energy.to_vector()) < 1e-12);
}

TEST_CASE("a metric of ones gives the bits of no metric, for one step and for many") {
  const auto energy = jem::pointwise<2>(uneven{});
  for (const jem::index_t steps : {1, 5}) {
    auto with = start_at(energy, waves<eigen_double>({5, 2})), without = with;
    auto p = waves<eigen_double>({5, 2}, 1, 2), q = p;
    jem::leapfrog{}(energy, with, p, 0.1f, steps, jem::diagonal_metric<eigen_double>{eigen_double({2}, {1, 1})});
    jem::leapfrog{}(energy, without, q, 0.1f, steps);
    CHECK(with.position.to_vector() == without.position.to_vector());
    CHECK(p.to_vector() == q.to_vector());
  }
}

TEST_CASE("a metric scales each coordinate of an image") {
  using T = eigen_double;
  jem::point<T> at{T({1, 1, 2, 2}, {0, 0, 0, 0}), T({1}, {0.0}), T({1, 1, 2, 2}, {1, 1, 1, 1})};
  struct flat {
    T value(const T& x) const { return jem::zeros<T>({x.extent(0)}); }
    T value_and_grad(const T& x, T& grad) const {
      grad = jem::zeros<T>(x.extents());
      return value(x);
    }
  };
  T p({1, 1, 2, 2}, {1, 1, 1, 1});
  at.gradient = jem::zeros<T>(p.extents());
  jem::leapfrog{}(flat{}, at, p, 0.5f, 2, jem::diagonal_metric<T>{T({4}, {1, 2, 3, 4})});
  CHECK(at.position.to_vector() == std::vector<double>{1, 2, 3, 4});
}

TEST_CASE("a metric with another number of scales than coordinates is refused") {
  const auto energy = jem::pointwise<2>(even{});
  using metric      = jem::diagonal_metric<eigen_double>;
  jem::rng g{1};
  const jem::metropolis kernel{jem::hamiltonian<jem::leapfrog, metric>{.step_size = 0.1f, .metric = {eigen_double({3}, {1, 1, 1})}}};
  auto state = kernel.init(energy, waves<eigen_double>({5, 2}));
  CHECK_THROWS_WITH_AS(kernel.step(energy, state, g), "[diagonal_metric] expected (2) but received (3)", std::invalid_argument);
}

TEST_CASE("whitened positions are centred and divided") {
  const eigen_double x({2, 2}, {1, 10, 3, 30});
  const auto z = jem::detail::whitened(jem::detail::as_matrix(x), eigen_double({2}, {2, 10}), eigen_double({2}, {2, 0.1}));
  CHECK(largest_difference(z.to_vector(), std::vector<double>{-2, 0, 2, 2}) < 1e-15);
}
