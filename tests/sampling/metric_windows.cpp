// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/sampling/metric_windows.hpp>
#include <jem/tensor/noise.hpp>

using namespace test;

namespace {

using T = eigen_double;

jem::point<T> at(const T& x, const std::vector<double>& deviations) {
  const jem::gaussian<T> energy(jem::zeros<T>({std::ssize(deviations)}), T({std::ssize(deviations)}, deviations));
  jem::point<T> state{x, T{}, T{}};
  state.energy = energy.value_and_grad(state.position, state.gradient);
  return state;
}

}  // namespace

TEST_CASE("scales of a normal are its deviations, although draws are too narrow or too wide") {
  const std::vector<double> deviations{0.01, 1, 300};
  for (const double spread : {1e-3, 1.0, 1e4}) {
    jem::rng g{1};
    jem::metric_windows<T> windows(std::vector<double>(3, 1.0));
    for (int k = 0; k < 20; ++k) windows.add(at(spread * jem::normal<T>({500, 3}, g), deviations));
    const auto ratio = windows.finish();
    for (std::size_t j = 0; j < 3; ++j) {
      CHECK(windows.scales()[j] == doctest::Approx(deviations[j]).epsilon(0.01));
      CHECK(ratio[j] * windows.scales()[j] == doctest::Approx(1));
    }
    CHECK(windows.scale().to_vector() == windows.scales());
    CHECK(windows.inverse().to_vector()[2] == doctest::Approx(1 / windows.scales()[2]));
    CHECK(windows.without_variance() == 0);
  }
}

TEST_CASE("few rows move scales only part of the way") {
  jem::metric_windows<T> windows({1.0});
  windows.add(at(T({2, 1}, {-100, 100}), {100}));
  windows.finish();
  CHECK(windows.scales()[0] == doctest::Approx(std::pow(100, 2.0 / 7)));
}

TEST_CASE("a coordinate that does not move keeps its scale, and one without slope gets its deviation") {
  struct flat {
    static jem::point<T> state(const T& x) { return {x, jem::zeros<T>({x.extent(0)}), jem::zeros<T>(x.extents())}; }
  };
  jem::metric_windows<T> windows({3.0, 3.0});
  for (int k = 0; k < 1000; ++k) windows.add(flat::state(T({2, 2}, {5, -2, 5, 2})));
  windows.finish();
  CHECK(windows.scales()[0] == 3);
  CHECK(windows.scales()[1] == doctest::Approx(2).epsilon(0.01));
  CHECK(windows.without_variance() == 1);
}

TEST_CASE("positions are whitened around the mean of the batch, or that of the window") {
  jem::metric_windows<T> windows({2.0});
  windows.add(at(T({2, 1}, {0, 4}), {1}));
  CHECK(windows.whitened(T({2, 1}, {10, 14}), false).to_vector() == std::vector<double>{-1, 1});
  CHECK(windows.whitened(T({2, 1}, {10, 14}), true).to_vector() == std::vector<double>{4, 6});
}

TEST_CASE("windows grow, and the last one ends before the last fifth") {
  using ends = std::vector<jem::index_t>;
  CHECK(jem::detail::ends_of_windows(500, 10, 1.5) == ends{10, 25, 47, 81, 131, 207, 400});
  CHECK(jem::detail::ends_of_windows(500, 25, 2) == ends{25, 75, 175, 400});
  CHECK(jem::detail::ends_of_windows(20, 5, 2) == ends{5, 16});
  CHECK(jem::detail::ends_of_windows(20, 30, 2) == ends{16});
}
