// SPDX-License-Identifier: MIT
// One-dimensional Winograd transforms ("lines"), applied to numbers instead of packs.
#pragma once

#include "../../../support/numbers.hpp"

#include <jem/backend/cpu/winograd/transforms_1d.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace lines {

using values = std::vector<double>;

template <class Line>
values run(const values& from) {
  REQUIRE(from.size() == Line::in);
  values to(Line::out, -9);
  Line{}([&](int i) { return from[static_cast<std::size_t>(i)]; }, [&](int i, double v) { to[static_cast<std::size_t>(i)] = v; });
  return to;
}

/// The same for a line that is a template of its number type.
template <template <class> class Line>
values line(const values& from) {
  return run<Line<double>>(from);
}

inline values times(values x, const values& y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= y[i];
  return x;
}

inline double dot(const values& x, const values& y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

inline const values d = test::random_values(10, 1), g = test::random_values(4, 2), r = test::random_values(8, 3),
                    m = test::random_values(10, 4);

inline values first(const values& v, int n) { return values(v.begin(), v.begin() + n); }

/// Σ_k g[k]·d[stride·i + k] for i < outputs.
inline values filtered(int taps, int stride, int outputs = 4) {
  values y;
  for (int i = 0; i < outputs; ++i) {
    double sum = 0;
    for (int k = 0; k < taps; ++k) sum += g[static_cast<std::size_t>(k)] * d[static_cast<std::size_t>(stride * i + k)];
    y.push_back(sum);
  }
  return y;
}

/// The same by a Winograd algorithm.
template <class A>
values filtered_by() {
  return line<A::template output_line>(
      times(line<A::template input_line>(first(d, A::in)), line<A::template weight_line>(first(g, A::taps))));
}

/// The algorithm's transforms of gradients are the transposes of those of values: ⟨Aᵀm, r⟩ = ⟨m, A r⟩ and ⟨G g, m⟩ = ⟨g, Gᵀ m⟩.
template <class A>
void check_transposes() {
  const values products = first(m, A::products), taps = first(g, A::taps), outputs = first(r, A::out);
  CHECK(dot(line<A::template output_line>(products), outputs) ==
        doctest::Approx(dot(products, line<A::template output_gradient_line>(outputs))).epsilon(1e-13));
  CHECK(dot(line<A::template weight_line>(taps), products) ==
        doctest::Approx(dot(taps, line<A::template weight_gradient_line>(products))).epsilon(1e-13));
}

}  // namespace lines
