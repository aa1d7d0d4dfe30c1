// SPDX-License-Identifier: MIT
// The conformance suite, part four: operations on the rows and columns of a batch, compared with reference. Operations that only move
// numbers give the same values; sums of k numbers in [−1, 1] may differ by the bound of rounding.hpp for two such sums in any order,
// 2·γₖ₊₃·k.
#pragma once

#include <jem/conformance/elementwise.hpp>
#include <jem/conformance/rounding.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/mask.hpp>
#include <jem/tensor/norms.hpp>
#include <jem/tensor/rows.hpp>

namespace jem::inline v0::conformance {

namespace detail {

struct positive {
  template <class V>
  constexpr V operator()(V x) const {
    return x > V(0) ? V(1) : V(0);
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

/// Writes the first and the last of ten numbers.
struct ends_of_ten {
  template <class V>
  constexpr V operator()(const V* row, V* two) const {
    two[0] = row[0], two[1] = row[9];
    return row[1] - row[8];
  }
  template <class V>
  constexpr V operator()(const V* row, const V* other, V* two) const {
    two[0] = row[0] - other[9], two[1] = other[0];
    return row[9] - other[1];
  }
};

template <class T>
void sum_outcomes(const T& x, const T& y, std::vector<outcome>& out) {
  using V              = typename T::value_type;
  const index_t n      = x.extent(0);
  const double of_rows = bound_of_sum<V>(10), of_columns = bound_of_sum<V>(2 * n), of_all = bound_of_sum<V>(10 * n);
  out.push_back({"row_sums", of_rows, values_of(row_sums(x))});
  out.push_back({"row_dots", of_rows, values_of(row_dots(x, y))});
  out.push_back({"sum_zip", 3 * of_rows, values_of(sum_zip(x, y, y, mix{}))});  // terms up to 3
  out.push_back({"column_sums", of_columns, values_of(column_sums(x))});
  out.push_back({"column_dots", of_columns, values_of(column_dots(x, y))});
  out.push_back({"sum", of_all, values_of(sum(x))});
  out.push_back({"squared_norm", of_all, values_of(squared_norm(x))});
  out.push_back({"row_norms", of_rows, values_of(row_norms(x))});
  T shorter = x, unit = x;
  shorten_rows(shorter, V(1.5)), normalise_rows(unit);
  out.push_back({"shorten_rows", of_rows, values_of(shorter)});
  out.push_back({"normalise_rows", of_rows, values_of(unit)});
}

template <class T>
void gathering_outcomes(const T& x, const T& y, T b, std::vector<outcome>& out) {
  const index_t n = x.extent(0);
  if (n == 0) return;
  std::vector<std::int32_t> order;
  for (index_t i = 0; i < n; i += 2) order.push_back(static_cast<std::int32_t>(n - 1 - i));
  const labels<T> rows(shape{std::ssize(order)}, order);
  out.push_back({"gather_rows", 0, values_of(gather_rows(x, rows))});
  scatter_rows(b, rows, y.rows(0, rows.size()));
  out.push_back({"scatter_rows", 0, values_of(b)});
}

/// Rows of 10, as (n, 2, 5).
template <class T>
std::vector<outcome> row_outcomes(index_t n) {
  using V           = typename T::value_type;
  const double ulps = ulps_of_one<V>(4);
  const shape extents{n, 2, 5};
  const T x = random_tensor<T>(extents, 4), y = random_tensor<T>(extents, 5);
  const T bias = random_tensor<T>({5}, 6), factor = random_tensor<T>({n}, 7);
  std::vector<outcome> out;
  sum_outcomes(x, y, out);
  T a = x, b = x, c = x, d = x, e = x;
  add_per_column(a, bias), scale_per_row(b, factor), scale_per_column(d, bias), add_per_row(e, factor);
  choose_rows(c, y, map(factor, quarter_of_square{}));
  out.push_back({"add_per_column", 0, values_of(a)});
  out.push_back({"scale_per_row", 0, values_of(b)});
  out.push_back({"scale_per_column", 0, values_of(d)});
  out.push_back({"add_per_row", 0, values_of(e)});
  out.push_back({"choose_rows", 0, values_of(c)});
  const T mask = map(x, positive{});
  replace_where(c, y, mask), clear_where(b, mask);
  out.push_back({"replace_where", 0, values_of(c)});
  out.push_back({"clear_where", 0, values_of(b)});
  out.push_back({"map_rows", ulps, values_of(map_rows(x, first_less_last{10}))});
  out.push_back({"map_rows with a second", ulps, values_of(map_rows(x, a, first_less_last{10}))});
  out.push_back({"map_rows, the second", ulps, values_of(a)});
  T first_and_last(shape{n, 2});
  out.push_back({"zip_rows", ulps, values_of(zip_rows(x, first_and_last, ends_of_ten{}))});
  out.push_back({"zip_rows, the second", 0, values_of(first_and_last)});
  out.push_back({"zip_rows of three", ulps, values_of(zip_rows(x, y, first_and_last, ends_of_ten{}))});
  out.push_back({"zip_rows of three, the last", ulps, values_of(first_and_last)});
  out.push_back({"concatenate", 0, values_of(concatenate(x, y, x.rows(0, n / 2)))});
  copy_into(a.rows(0, n / 2), y.rows(n - n / 2, n / 2));
  out.push_back({"copy_into", ulps, values_of(a)});
  gathering_outcomes(x, y, std::move(b), out);
  return out;
}

}  // namespace detail

/// The operations of tensor/rows.hpp, columns.hpp, norms.hpp and mask.hpp.
template <class B, class V>
evidence operations_on_rows_agree_with_reference() {
  return agreement<B>(detail::row_outcomes<tensor<V, B>>, detail::row_outcomes<tensor<V, reference>>);
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_rows{
    check{"operations on rows and columns agree with reference in float", operations_on_rows_agree_with_reference<B, float>},
    check{"operations on rows and columns agree with reference in double", operations_on_rows_agree_with_reference<B, double>}};

}  // namespace jem::inline v0::conformance
