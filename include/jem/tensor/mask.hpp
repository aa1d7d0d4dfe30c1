// SPDX-License-Identifier: MIT
// Operations on the elements of a batch x for which a mask is not 0. The mask and the replacing values have the extents of x (n, …), or
// those of one row (…), which is then used for every row. No arithmetic is done with values that are not chosen, so that they may be NaN.
#pragma once

#include <jem/tensor/elements.hpp>
#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0 {

namespace detail {

/// Reads a batch of the extents of x, or one row for all rows. The one row is read as a matrix of 0 columns, so that element (i, j) has the
/// index 0·i + j.
template <tensor_like X, tensor_like M>
matrix_elements<const std::remove_const_t<typename M::value_type>> read_rows_or_one(std::string_view where, const X& x, const M& other) {
  if (other.extents() == x.extents()) return read_rows(where, other);
  shape row;
  for (index_t axis = 1; axis < x.extents().rank(); ++axis) row.push_back(x.extent(axis));
  if (!(other.extents() == row)) fail(where, to_string(x.extents()) + " or " + to_string(row), to_string(other.extents()));
  return {other.data(), 0};
}

}  // namespace detail

/// x ← from, where the mask is not 0. Throws std::invalid_argument unless `from` and the mask fit x.
template <tensor_value X, compatible<X> Y, compatible<X> M>
void replace_where(X& x, const Y& from, const M& mask) {
  using T           = typename X::value_type;
  const auto to     = write_rows("replace_where", x);
  const auto chosen = detail::read_rows_or_one("replace_where", x, mask), other = detail::read_rows_or_one("replace_where", x, from);
  X::backend_type::for_each(x.extent(0), to.columns,
                            [=] JEM_LAMBDA(index_t i, index_t j) { to(i, j) = chosen(i, j) != T{} ? other(i, j) : to(i, j); });
}

/// x ← 0, where the mask is not 0. Throws std::invalid_argument unless the mask fits x.
template <tensor_value X, compatible<X> M>
void clear_where(X& x, const M& mask) {
  using T           = typename X::value_type;
  const auto to     = write_rows("clear_where", x);
  const auto chosen = detail::read_rows_or_one("clear_where", x, mask);
  X::backend_type::for_each(x.extent(0), to.columns,
                            [=] JEM_LAMBDA(index_t i, index_t j) { to(i, j) = chosen(i, j) != T{} ? T{} : to(i, j); });
}

}  // namespace jem::inline v0
