// SPDX-License-Identifier: MIT
#include "line_examples.hpp"

#include <jem/backend/cpu/winograd/transforms_1d.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace winograd = jem::winograd;
using namespace lines;

namespace {

/// Outputs of a filter by Winograd's algorithm F(2·Pairs, Taps).
template <int Pairs, int Taps>
values filtered_by_points() {
  return run<winograd::output_line<double, Pairs, Taps>>(
      times(run<winograd::input_line<double, Pairs, Taps>>(first(d, 2 * Pairs + Taps - 1)),
            run<winograd::weight_line<double, Pairs, Taps>>(first(g, Taps))));
}

/// ⟨L x, y⟩ = ⟨x, Lᵀ y⟩
template <class Line, class Transposed>
void check_transposed() {
  const values x = first(m, Line::in), y = first(d, Line::out);
  CHECK(dot(run<Line>(x), y) == doctest::Approx(dot(x, run<Transposed>(y))).epsilon(1e-13));
}

}  // namespace

TEST_CASE("four outputs of a filter of two taps take five products, and eight take nine") {
  CHECK(test::largest_difference(filtered_by_points<2, 2>(), filtered(2, 1)) < 1e-14);
  CHECK(test::largest_difference(filtered_by_points<4, 2>(), filtered(2, 1, 8)) < 1e-13);
}

TEST_CASE("four outputs of a filter of three taps take six products, and eight take ten") {
  CHECK(test::largest_difference(filtered_by_points<2, 3>(), filtered(3, 1)) < 1e-14);
  CHECK(test::largest_difference(filtered_by_points<4, 3>(), filtered(3, 1, 8)) < 1e-13);
}

TEST_CASE("the transforms for gradients are the transposes of those for values") {
  check_transposed<winograd::output_line<double, 2, 2>, winograd::output_gradient_line<double, 2, 2>>();
  check_transposed<winograd::output_line<double, 4, 3>, winograd::output_gradient_line<double, 4, 3>>();
  check_transposed<winograd::weight_line<double, 2, 2>, winograd::weight_gradient_line<double, 2, 2>>();
  check_transposed<winograd::weight_line<double, 4, 3>, winograd::weight_gradient_line<double, 4, 3>>();
}

TEST_CASE("the rounding error is small for the points that were chosen; larger tiles have larger errors") {
  const auto error = []<int Pairs>(std::integral_constant<int, Pairs>) {
    double sum = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      const auto x = test::random_values(2 * Pairs + 2, seed), taps = test::random_values(3, seed + 1000);
      std::vector<float> a(x.begin(), x.end()), b(taps.begin(), taps.end()), v(2 * Pairs + 2), u(v.size()), y(2 * Pairs);
      winograd::input_line<float, Pairs, 3>{}([&](int i) { return a[static_cast<std::size_t>(i)]; },
                                              [&](int i, float p) { v[static_cast<std::size_t>(i)] = p; });
      winograd::weight_line<float, Pairs, 3>{}([&](int i) { return b[static_cast<std::size_t>(i)]; },
                                               [&](int i, float p) { u[static_cast<std::size_t>(i)] = p; });
      winograd::output_line<float, Pairs, 3>{}([&](int i) { return v[static_cast<std::size_t>(i)] * u[static_cast<std::size_t>(i)]; },
                                               [&](int i, float p) { y[static_cast<std::size_t>(i)] = p; });
      for (std::size_t i = 0; i < y.size(); ++i) {
        double right = 0;
        for (std::size_t k = 0; k < 3; ++k) right += static_cast<double>(a[i + k]) * static_cast<double>(b[k]);
        sum += (static_cast<double>(y[i]) - right) * (static_cast<double>(y[i]) - right) / static_cast<double>(y.size());
      }
    }
    return std::sqrt(sum / 200);
  };
  CHECK(error(std::integral_constant<int, 2>{}) < 2e-7);
  CHECK(error(std::integral_constant<int, 4>{}) < 1.5e-6);
}
