// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/numbers.hpp"

#include <jem/data/toy2d.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <functional>
#include <numbers>

namespace {

using tensor  = jem::tensor<double, jem::reference>;
using dataset = jem::data::dataset<tensor>;

struct toy {
  const char* name;
  dataset (*make)(jem::index_t, double, jem::rng&);
  jem::index_t classes;
};

const std::array<toy, 5> toys{{{"two_moons", &jem::data::two_moons<tensor>, 2},
                               {"circles", &jem::data::circles<tensor>, 2},
                               {"pinwheel", &jem::data::pinwheel<tensor>, 5},
                               {"checkerboard", &jem::data::checkerboard<tensor>, 1},
                               {"eight_gaussians", &jem::data::eight_gaussians<tensor>, 8}}};

/// f(x, y, label) for each point.
void for_points(const dataset& set, const std::function<void(double, double, int)>& f) {
  const auto x = set.x.to_vector();
  const auto y = set.y.to_vector();
  for (std::size_t i = 0; i < y.size(); ++i) f(x[2 * i], x[2 * i + 1], y[i]);
}

}  // namespace

TEST_CASE("toy sets have extents (n, 2), and point i has class i modulo the number of classes") {
  for (const auto& [name, make, classes] : toys) {
    INFO(name);
    jem::rng g{3};
    const auto set = make(83, 0.1, g);
    CHECK(set.x.extents() == jem::shape{83, 2});
    CHECK(set.classes == classes);
    const auto y = set.y.to_vector();
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == static_cast<int>(i) % classes);
  }
}

TEST_CASE("toy sets may have no point or one") {
  for (const auto& [name, make, classes] : toys) {
    INFO(name);
    jem::rng g{3};
    CHECK(make(0, 0.1, g).x.extents() == jem::shape{0, 2});
    CHECK(make(1, 0.1, g).y.to_vector() == std::vector<std::int32_t>{0});
  }
}

TEST_CASE("a toy set depends only on the generator, advances it, and is the beginning of a longer set") {
  for (const auto& [name, make, classes] : toys) {
    INFO(name);
    jem::rng g{5}, same{5};
    const auto first = make(100, 0.1, g).x.to_vector();
    CHECK(first == make(100, 0.1, same).x.to_vector());
    CHECK(g == same);
    CHECK(first != make(100, 0.1, g).x.to_vector());
    jem::rng again{5};
    auto longer = make(150, 0.1, again).x.to_vector();
    longer.resize(200);
    CHECK(first == longer);
  }
}

TEST_CASE("toy sets refuse negative numbers of points, negative noise and NaN") {
  for (const auto& [name, make, classes] : toys) {
    jem::rng g{5};
    const std::string start = "[" + std::string(name) + "] expected ";
    CHECK_THROWS_WITH_AS(make(-1, 0.1, g), (start + "points >= 0 but received -1").c_str(), std::invalid_argument);
    CHECK_THROWS_WITH_AS(make(1, -0.5, g), (start + "a finite noise >= 0 but received -0.500000").c_str(), std::invalid_argument);
    CHECK_THROWS_AS(make(1, std::nan(""), g), std::invalid_argument);
  }
}

TEST_CASE("two moons are two half circles that overlap in height") {
  jem::rng g{1};
  double lowest = 1, highest = -1;
  for_points(jem::data::two_moons<tensor>(2000, 0, g), [&](double x, double y, int label) {
    const double side = label == 0 ? 1 : -1;
    CHECK(std::hypot(x + side * 0.5, y + side * 0.25) == doctest::Approx(1));
    CHECK(side * y + 0.25 >= -1e-12);
    if (label == 0) lowest = std::min(lowest, y);
    if (label == 1) highest = std::max(highest, y);
  });
  CHECK(lowest < highest);
}

TEST_CASE("circles have radius 1 and 0.5, and points at all angles") {
  jem::rng g{1};
  std::array<int, 4> quadrants{};
  for_points(jem::data::circles<tensor>(2000, 0, g), [&](double x, double y, int label) {
    CHECK(std::hypot(x, y) == doctest::Approx(label == 0 ? 1 : 0.5));
    ++quadrants[static_cast<std::size_t>((x < 0 ? 1 : 0) + (y < 0 ? 2 : 0))];
  });
  for (const int count : quadrants) CHECK(count == doctest::Approx(500).epsilon(0.25));  // 6.4 standard deviations: 1e-9 in all
}

TEST_CASE("the arms of a pinwheel are rotations of one arm") {
  jem::rng g{1};
  for_points(jem::data::pinwheel<tensor>(500, 0, g), [&](double x, double y, int label) {
    const double r = std::hypot(x, y), expected = 2 * std::numbers::pi * label / 5 + 0.25 * std::exp(r);
    if (r > 0.3) CHECK(std::cos(std::atan2(y, x) - expected) == doctest::Approx(1).epsilon(1e-9));
  });
}

TEST_CASE("a checkerboard has its points evenly in the eight squares of one colour") {
  jem::rng g{1};
  std::array<int, 16> squares{};
  double sum = 0;
  for_points(jem::data::checkerboard<tensor>(16'000, 0, g), [&](double x, double y, int) {
    CHECK((x >= -2 && x < 2 && y >= -2 && y < 2));
    const int column = static_cast<int>(std::floor(x)) + 2, row = static_cast<int>(std::floor(y)) + 2;
    CHECK((column + row) % 2 == 0);
    ++squares[static_cast<std::size_t>(4 * row + column)];
    sum += x - std::floor(x) + y - std::floor(y);
  });
  for (std::size_t i = 0; i < 16; ++i) {
    if ((i / 4 + i % 4) % 2 == 0) CHECK(squares[i] == doctest::Approx(2000).epsilon(0.13));  // 6.2 standard deviations: 5e-9 in all
  }
  CHECK(sum / 32'000 == doctest::Approx(0.5).epsilon(0.02));  // 6.2 standard deviations: 6e-10
}

TEST_CASE("eight gaussians have their means on a circle, and the given standard deviation") {
  jem::rng g{1};
  for_points(jem::data::eight_gaussians<tensor>(8, 0, g), [](double x, double y, int label) {
    CHECK(x == doctest::Approx(2 * std::cos(label * std::numbers::pi / 4)).epsilon(1e-12));
    CHECK(y == doctest::Approx(2 * std::sin(label * std::numbers::pi / 4)).epsilon(1e-12));
  });
  double sum = 0, cross = 0;
  for_points(jem::data::eight_gaussians<tensor>(20'000, 0.2, g), [&](double x, double y, int label) {
    const double dx = x - 2 * std::cos(label * std::numbers::pi / 4), dy = y - 2 * std::sin(label * std::numbers::pi / 4);
    sum += dx * dx + dy * dy;
    cross += dx * dy;
  });
  CHECK(sum / 40'000 == doctest::Approx(0.04).epsilon(0.042));       // 6 standard deviations of √(2/40000): 2e-9
  CHECK(std::abs(cross / 20'000) < 6 * 0.04 / std::sqrt(20'000.0));  // 2e-9
}

TEST_CASE("noise moves each point of a toy set by independent normals") {
  for (const auto& [name, make, classes] : toys) {
    if (std::string_view(name) == "pinwheel") continue;  // whose noise is across the arm only
    INFO(name);
    jem::rng quiet{9}, loud{9};
    const auto at = make(5'000, 0, quiet).x.to_vector(), moved = make(5'000, 0.5, loud).x.to_vector();
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < at.size(); ++i) {
      sum += moved[i] - at[i];
      squares += (moved[i] - at[i]) * (moved[i] - at[i]);
    }
    CHECK(std::abs(sum / 10'000) < 0.03);                                   // 6 standard deviations: 2e-9
    CHECK(squares / 10'000 == doctest::Approx(0.25).epsilon(6 * 0.01415));  // the same
  }
}

TEST_CASE("toy sets are the same on every backend") {
  jem::rng g{1};
  const auto expected = jem::data::two_moons<jem::tensor<float, jem::reference>>(100, 0.1f, g).x.to_vector();
  test::on_every_tensor([&]<class T>() {
    jem::rng same{1};
    CHECK(jem::data::two_moons<T>(100, 0.1f, same).x.to_vector() == expected);
  });
}
