// SPDX-License-Identifier: MIT
// Operations on the columns of a batch, which are channels where the last axis is theirs. Sums over columns, and the bias that
// is added to each row, stand in rows.hpp.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/tensor/rows.hpp>

namespace jem::inline v0 {

/// x[…, j] ← s[j]·x[…, j], s is (c).
template <tensor_like S, summed_in<S> X>
  requires tensor_value<X>
void scale_columns(X& x, const S& s) {
  using T               = typename X::value_type;
  using V               = number_of<X>;
  const index_t columns = s.size();
  if (x.extents().rank() < 1 || x.extent(x.extents().rank() - 1) != columns) {
    fail("scale_columns", concat("(…, ", columns, ")"), to_string(x.extents()));
  }
  T* const to         = x.data();
  const V* const from = s.data();
  X::backend_type::for_each(columns == 0 ? 0 : x.size() / columns, columns, [=] JEM_LAMBDA(index_t i, index_t j) {
    to[i * columns + j] = static_cast<T>(static_cast<V>(to[i * columns + j]) * from[j]);
  });
}

/// x[i, …] ← x[i, …] + s[i], s is (n).
template <tensor_value X, compatible<X> S>
void add_to_columns(X& x, const S& s) {
  using T = typename X::value_type;
  expect_shape("add_to_columns", shape{detail::row_count("add_to_columns", x)}, s.extents());
  const index_t columns = x.extents().row_size();
  T* const to           = x.data();
  const T* const from   = s.data();
  X::backend_type::for_each(x.extent(0), columns, [=] JEM_LAMBDA(index_t i, index_t j) { to[i * columns + j] += from[i]; });
}

/// (…, c), (…, c) → (c): the inner product of each pair of columns.
template <tensor_like X, compatible<X> Y>
sums_of<X> column_dots(const X& x, const Y& y) {
  using T = typename X::value_type;
  using W = wide_t<T>;
  expect_shape("column_dots", x.extents(), y.extents());
  if (x.extents().rank() < 1) fail("column_dots", "at least one axis", to_string(x.extents()));
  const index_t columns = x.extent(x.extents().rank() - 1);
  sums_of<X> sums(shape{columns});
  const T *const left = x.data(), *const right = y.data();
  X::backend_type::sum_columns(
      columns == 0 ? 0 : x.size() / columns, columns,
      [=] JEM_LAMBDA(index_t i, index_t j) { return static_cast<W>(left[i * columns + j]) * static_cast<W>(right[i * columns + j]); },
      sums.data());
  return sums;
}

}  // namespace jem::inline v0
