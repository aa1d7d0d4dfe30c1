// SPDX-License-Identifier: MIT
// The conformance suite, part two: every operation of tensor/, computed by a backend and by reference, with a tolerance for
// each. That reference itself is right is asked by the tests of tensor/, by analytic values.
#pragma once

#include "../support/numbers.hpp"

#include <jem/backend/reference.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/convolution.hpp>
#include <jem/tensor/images.hpp>
#include <jem/tensor/matmul.hpp>
#include <jem/tensor/noise.hpp>
#include <jem/tensor/pooling.hpp>
#include <jem/tensor/logits.hpp>
#include <jem/tensor/mask.hpp>
#include <jem/tensor/rows.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace conformance {

using jem::index_t;
using jem::shape;

namespace functor {

struct quarter_of_square {
  template <class V>
  constexpr V operator()(V x) const {
    return x * x / V(4);
  }
};

struct mix {
  template <class V>
  constexpr V operator()(V x, V y) const {
    return V(2) * x - y * y;
  }
};

struct positive {
  template <class V>
  constexpr V operator()(V x) const {
    return x > V(0) ? V(1) : V(0);
  }
};

struct turn {
  template <class V>
  constexpr void operator()(V& x, V& y, V u) const {
    x += u, y -= x;
  }
  template <class V>
  constexpr void operator()(V& x, V& y, V& z, V u) const {
    x += u, y -= x, z = y * u;
  }
};

struct first_less_last {
  index_t columns;
  template <class V>
  constexpr V operator()(const V* row) const {
    return row[0] - row[columns - 1];
  }
  template <class V>
  constexpr V operator()(const V* row, V* out) const {
    for (index_t j = 0; j < columns; ++j) out[j] = V(3) * row[j];
    return row[columns - 1];
  }
};

}  // namespace functor

/// The values of an operation on some backend, and by how much they may differ from reference's.
struct outcome {
  std::string operation;
  double tolerance;
  std::vector<double> values;
};

template <class X>
std::vector<double> host(const X& x) {
  return test::as<double>(x.to_vector());
}

/// Operations element by element: one rounding more or less, where a compiler fuses a product and a sum.
template <class T>
void elementwise_outcomes(index_t n, std::vector<outcome>& out) {
  using V           = typename T::value_type;
  const double unit = 4 * static_cast<double>(std::numeric_limits<V>::epsilon());
  const shape extents{n, 3};
  const T x = test::random_tensor<T>(extents, 1), y = test::random_tensor<T>(extents, 2), u = test::random_tensor<T>(extents, 3);
  out.push_back({"map", unit, host(map(x, functor::quarter_of_square{}))});
  out.push_back({"zip", unit, host(zip(x, y, functor::mix{}))});
  T a = x, b = y, c = x;
  apply(a, functor::quarter_of_square{});
  apply(b, x, functor::mix{});
  out.push_back({"apply", unit, host(a)});
  out.push_back({"apply with another", unit, host(b)});
  apply(a, b, u, functor::turn{});
  for (const T* each : {&a, &b}) out.push_back({"apply to two", 2 * unit, host(*each)});
  apply(a, b, c, u, functor::turn{});
  for (const T* each : {&a, &b, &c}) out.push_back({"apply to three", 2 * unit, host(*each)});
  out.push_back({"full", 0, host(jem::full<T>(extents, V(7)))});
  out.push_back({"zeros", 0, host(jem::zeros<T>(extents))});
  out.push_back({"+", 0, host(x + y)});
  out.push_back({"-", 0, host(x - y)});
  out.push_back({"*", 0, host(x * y)});
  out.push_back({"scalar *", 0, host(V(3) * x)});
  out.push_back({"negation", 0, host(-x)});
  scale(a, V(0.5)), add_scaled(b, V(2), x), clamp(c, V(-0.25), V(0.5)), fill(a, V(4));
  out.push_back({"fill", 0, host(a)});
  out.push_back({"add_scaled", 2 * unit, host(b)});
  out.push_back({"clamp", 2 * unit, host(c)});
}

/// The rigorous bound of a sum of k terms in [−1, 1], in any order, and of another such sum: 2·γₖ·k.
template <class V>
double bound_of_sum(index_t k) {
  return static_cast<double>(std::numeric_limits<V>::epsilon()) * static_cast<double>(k + 3) * static_cast<double>(k);
}

/// Operations on rows of 10.
template <class T>
void row_outcomes(index_t n, std::vector<outcome>& out) {
  using V           = typename T::value_type;
  const double unit = 4 * static_cast<double>(std::numeric_limits<V>::epsilon()), sums = bound_of_sum<V>(10 * n);
  const shape extents{n, 2, 5};
  const T x = test::random_tensor<T>(extents, 4), y = test::random_tensor<T>(extents, 5);
  const T bias = test::random_tensor<T>({5}, 6), factor = test::random_tensor<T>({n}, 7);
  out.push_back({"row_sums", bound_of_sum<V>(10), host(row_sums(x))});
  out.push_back({"row_dots", bound_of_sum<V>(10), host(row_dots(x, y))});
  out.push_back({"column_sums", bound_of_sum<V>(2 * n), host(column_sums(x))});
  out.push_back({"sum", sums, {static_cast<double>(jem::sum(x))}});
  out.push_back({"squared_norm", sums, {static_cast<double>(squared_norm(x))}});
  T a = x, b = x, c = x, d = x, e = x;
  add_to_rows(a, bias), scale_rows(b, factor), scale_columns(d, bias), add_to_columns(e, factor);
  choose_rows(c, y, map(factor, functor::quarter_of_square{}));
  out.push_back({"add_to_rows", 0, host(a)});
  out.push_back({"scale_rows", 0, host(b)});
  out.push_back({"scale_columns", 0, host(d)});
  out.push_back({"add_to_columns", 0, host(e)});
  out.push_back({"column_dots", bound_of_sum<V>(2 * n), host(column_dots(x, y))});
  out.push_back({"choose_rows", 0, host(c)});
  const T mask = map(x, functor::positive{});
  replace_where(c, y, mask), clear_where(b, mask);
  out.push_back({"replace_where", 0, host(c)});
  out.push_back({"clear_where", 0, host(b)});
  out.push_back({"map_rows", unit, host(map_rows(x, functor::first_less_last{10}))});
  out.push_back({"map_rows with a second", unit, host(map_rows(x, a, functor::first_less_last{10}))});
  out.push_back({"map_rows, the second", unit, host(a)});
  out.push_back({"concatenate", 0, host(concatenate(x, y, x.rows(0, n / 2)))});
  copy_into(a.rows(0, n / 2), y.rows(n - n / 2, n / 2));
  out.push_back({"copy_into", unit, host(a)});
  if (n == 0) return;
  std::vector<std::int32_t> order;
  for (index_t i = 0; i < n; i += 2) order.push_back(static_cast<std::int32_t>(n - 1 - i));
  const jem::labels<T> rows(shape{std::ssize(order)}, order);
  out.push_back({"gather_rows", 0, host(gather_rows(x, rows))});
  scatter_rows(b, rows, y.rows(0, rows.size()));
  out.push_back({"scatter_rows", 0, host(b)});
}

/// What a classifier's logits go through, 10 classes and values up to 40.
template <class T>
void logit_outcomes(index_t n, std::vector<outcome>& out) {
  using V           = typename T::value_type;
  const double unit = 40 * static_cast<double>(std::numeric_limits<V>::epsilon());
  const T x         = V(40) * test::random_tensor<T>({n, 10}, 8);
  std::vector<std::int32_t> classes;
  for (index_t i = 0; i < n; ++i) classes.push_back(static_cast<std::int32_t>(7 * i % 10));
  const jem::labels<T> y(shape{n}, classes);
  T z = x;
  add_at(z, y, V(-1));
  out.push_back({"log_sum_exp", 10 * unit, host(log_sum_exp(x))});
  out.push_back({"softmax", 10 * unit, host(softmax(x))});
  out.push_back({"row_argmax", 0, host(row_argmax(x))});
  out.push_back({"pick", 0, host(pick(x, y))});
  out.push_back({"add_at", 0, host(z)});
  set_column(z, 7, pick(x, y));
  out.push_back({"set_column", 0, host(z)});
  add_weighted_rows(z, x, 3, x);
  out.push_back({"add_weighted_rows", 160 * unit, host(z)});  // products up to 1600
}

/// Uniforms are the same bits everywhere; normals agree to some units in the last place.
template <class T>
void other_outcomes(index_t n, std::vector<outcome>& out) {
  using V           = typename T::value_type;
  const double unit = 4 * static_cast<double>(std::numeric_limits<V>::epsilon());
  const T images = test::random_tensor<T>({n, 6, 4, 3}, 9), means = test::random_tensor<T>({n, 3, 2, 3}, 10);
  const T weight = test::random_tensor<T>({3, 5}, 11), left = test::random_tensor<T>({n, 3}, 12);
  jem::rng offsets{98};
  const auto top = jem::random_indices<T>(n, 7, offsets), left_edge = jem::random_indices<T>(n, 7, offsets);
  out.push_back({"random_indices", 0, host(top)});
  out.push_back({"reflect_crops", 0, host(reflect_crops(images, 3, top, left_edge))});
  out.push_back({"mirrored", 0, host(mirrored(images))});
  out.push_back({"window_means", unit, host(window_means(images, 2, 2))});
  out.push_back({"window_means over images", 2 * unit, host(window_means(images, 6, 4))});
  out.push_back({"spread_means", unit, host(spread_means(means, 2, 2, images.extents()))});
  out.push_back({"matmul", bound_of_sum<V>(3), host(matmul(left, weight))});
  T gram = jem::full<T>({3, 3}, 1);
  add_matmul(gram, left, left, jem::transpose::yes);
  out.push_back({"add_matmul", bound_of_sum<V>(n + 1), host(gram)});
  jem::rng g{99};
  T x = jem::uniform<T>({n, 5}, -1, 1, g);
  out.push_back({"uniform", unit, host(x)});
  out.push_back({"normal", 2e-5, host(jem::normal<T>({n, 5}, g))});
  add_normal(x, 0.5f, g);
  out.push_back({"add_normal", 2e-5, host(x)});
}

template <class T>
std::vector<outcome> outcomes(index_t n) {
  std::vector<outcome> all;
  elementwise_outcomes<T>(n, all);
  row_outcomes<T>(n, all);
  logit_outcomes<T>(n, all);
  other_outcomes<T>(n, all);
  return all;
}

/// n = 0 and 1, sizes beside a tile of 128, and enough rows for several threads.
template <class B, class V>
void operations_agree_with_reference() {
  for (const index_t n : {0, 1, 2, 25, 26, 127, 3001}) {
    const auto mine = outcomes<jem::tensor<V, B>>(n), expected = outcomes<jem::tensor<V, jem::reference>>(n);
    REQUIRE(mine.size() == expected.size());
    for (std::size_t i = 0; i < mine.size(); ++i) {
      CAPTURE(n);
      CAPTURE(mine[i].operation);
      CHECK(test::largest_difference(mine[i].values, expected[i].values) <= expected[i].tolerance);
    }
  }
}

}  // namespace conformance
