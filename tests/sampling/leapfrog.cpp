// SPDX-License-Identifier: MIT
#include "../support/counting.hpp"
#include "../support/doubles.hpp"

#include <jem/energy/pointwise.hpp>
#include <jem/sampling/leapfrog.hpp>

using namespace test;

namespace {

struct banana {
  constexpr auto operator()(auto x, auto y) const { return square(1 - x) / 2 + square(y - x * x); }
};
struct spring {
  constexpr auto operator()(auto x) const { return square(x) / 2; }
};

template <class T, class E>
jem::point<T> start_at(const E& energy, T x) {
  jem::point<T> at{std::move(x), T{}, T{}};
  at.energy = energy.value_and_grad(at.position, at.gradient);
  return at;
}

/// The end (x, y, p, q) of a trajectory in the banana's energy that starts at z.
std::vector<double> flow(const std::vector<double>& z, float step_size, jem::index_t steps) {
  using T           = reference_double;
  const auto energy = jem::pointwise<2>(banana{});
  auto at           = start_at(energy, T({1, 2}, {z[0], z[1]}));
  T momentum({1, 2}, {z[2], z[3]});
  jem::leapfrog{}(energy, at, momentum, step_size, steps);
  const auto x = at.position.to_vector(), p = momentum.to_vector();
  return {x[0], x[1], p[0], p[1]};
}

double determinant(std::vector<std::vector<double>> m) {
  double result = 1;
  for (std::size_t k = 0; k < m.size(); ++k) {
    const auto pivot = std::max_element(m.begin() + static_cast<std::ptrdiff_t>(k), m.end(),
                                        [k](const auto& a, const auto& b) { return std::abs(a[k]) < std::abs(b[k]); });
    if (pivot != m.begin() + static_cast<std::ptrdiff_t>(k)) result = -result;
    std::swap(m[k], *pivot);
    result *= m[k][k];
    for (std::size_t i = k + 1; i < m.size(); ++i) {
      for (std::size_t j = m.size(); j-- > k;) m[i][j] -= m[i][k] / m[k][k] * m[k][j];
    }
  }
  return result;
}

double energy_error(float step_size, jem::index_t steps) {
  const auto energy = [](const std::vector<double>& z) {
    return std::pow(1 - z[0], 2) / 2 + std::pow(z[1] - z[0] * z[0], 2) + (z[2] * z[2] + z[3] * z[3]) / 2;
  };
  const std::vector<double> z{0.3, -0.2, 0.7, 0.4};
  return energy(flow(z, step_size, steps)) - energy(z);
}

}  // namespace

TEST_CASE("one leapfrog step is half a step of the momentum, a step of the position and half a step of the momentum") {
  using T           = reference_double;
  const auto energy = jem::pointwise<1>(spring{});
  auto at           = start_at(energy, T({1, 1}, {1}));
  T momentum({1, 1}, {2});
  jem::leapfrog{}(energy, at, momentum, 0.5f, 1);
  // p½ = 2 − ¼·1 = 1.75, x = 1 + ½·1.75 = 1.875, p = 1.75 − ¼·1.875
  CHECK(at.position.to_vector()[0] == 1.875);
  CHECK(momentum.to_vector()[0] == 1.75 - 0.25 * 1.875);
  CHECK(at.energy.to_vector()[0] == 1.875 * 1.875 / 2);
  CHECK(at.gradient.to_vector()[0] == 1.875);
}

TEST_CASE("several steps in one call equal the same steps in single calls") {
  const std::vector<double> z{0.3, -0.2, 0.7, 0.4};
  auto one_by_one = z;
  for (int i = 0; i < 5; ++i) one_by_one = flow(one_by_one, 0.125f, 1);
  CHECK(largest_difference(flow(z, 0.125f, 5), one_by_one) < 1e-14);
}

TEST_CASE_TEMPLATE("leapfrog is reversible: with negated momenta it returns to its start", T, eigen_double, guarded_double) {
  const auto energy = jem::pointwise<2>(banana{});
  const T x = waves<T>({20, 2}), p = waves<T>({20, 2}, 1, 2.7);
  auto at    = start_at(energy, x);
  T momentum = p;
  jem::leapfrog{}(energy, at, momentum, 0.05f, 40);
  CHECK(largest_difference(at.position.to_vector(), x.to_vector()) > 0.5);
  momentum = -momentum;
  jem::leapfrog{}(energy, at, momentum, 0.05f, 40);
  CHECK(largest_difference(at.position.to_vector(), x.to_vector()) < 1e-10);
  CHECK(largest_difference((-momentum).to_vector(), p.to_vector()) < 1e-10);
}

TEST_CASE("leapfrog preserves volume: the determinant of its jacobian is one") {
  const std::vector<double> z{0.3, -0.2, 0.7, 0.4};
  std::vector<std::vector<double>> jacobian;  // transposed: one row for each input
  const double h = 1e-5;
  for (std::size_t i = 0; i < 4; ++i) {
    auto up = z, down = z;
    up[i] += h;
    down[i] -= h;
    auto row       = flow(up, 0.1f, 20);
    const auto low = flow(down, 0.1f, 20);
    for (std::size_t j = 0; j < 4; ++j) row[j] = (row[j] - low[j]) / (2 * h);
    jacobian.push_back(row);
  }
  CHECK(std::abs(jacobian[0][0] - 1) > 0.1);  // it is not the identity
  CHECK(determinant(jacobian) == doctest::Approx(1).epsilon(1e-6));
}

TEST_CASE("the energy error falls by four when the step is halved") {
  const double coarse = energy_error(0.0625f, 16), half = energy_error(0.03125f, 32), quarter = energy_error(0.015625f, 64);
  CHECK(std::abs(coarse) > 1e-5);
  CHECK(coarse / half == doctest::Approx(4).epsilon(0.05));
  CHECK(half / quarter == doctest::Approx(4).epsilon(0.02));
}

TEST_CASE("leapfrog computes one gradient for each step") {
  using T = reference_double;
  calls count;
  const counted energy{jem::pointwise<2>(banana{}), &count};
  auto at    = start_at(energy, waves<T>({3, 2}));
  T momentum = waves<T>({3, 2});
  count      = {};
  jem::leapfrog{}(energy, at, momentum, 0.1f, 13);
  CHECK(count.gradients == 13);
  CHECK(count.values == 0);
}
