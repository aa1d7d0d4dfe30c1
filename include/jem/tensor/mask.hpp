// SPDX-License-Identifier: MIT
// Elements chosen by a mask: those where it is not 0. A mask, and what is put in, is a batch of x's extents (n, …) or one row
// (…), which then stands for every row. Elements that are not taken are not computed with: NaN there does no harm.
#pragma once

#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0 {

namespace detail {

/// How far the next row's elements are: the size of a row in a batch, 0 where one row stands for all.
template <tensor_like X, tensor_like M>
index_t row_stride(std::string_view where, const X& x, const M& other) {
  if (other.extents() == x.extents()) return x.extents().row_size();
  shape row;
  for (index_t axis = 1; axis < x.extents().rank(); ++axis) row.push_back(x.extent(axis));
  if (!(other.extents() == row)) fail(where, to_string(x.extents()) + " or " + to_string(row), to_string(other.extents()));
  return 0;
}

}  // namespace detail

/// x ← from, where the mask is not 0. Throws std::invalid_argument unless both fit x.
template <tensor_value X, compatible<X> Y, compatible<X> M>
void replace_where(X& x, const Y& from, const M& mask) {
  using T                = typename X::value_type;
  const index_t columns  = x.extents().row_size();
  const index_t to_mask  = detail::row_stride("replace_where", x, mask);
  const index_t to_other = detail::row_stride("replace_where", x, from);
  T* const to            = x.data();
  const T *const chosen = mask.data(), *const source = from.data();
  X::backend_type::for_each(columns == 0 ? 0 : x.size() / columns, columns, [=] JEM_LAMBDA(index_t i, index_t j) {
    to[i * columns + j] = chosen[i * to_mask + j] != T{} ? source[i * to_other + j] : to[i * columns + j];
  });
}

/// x ← 0, where the mask is not 0. Throws std::invalid_argument unless it fits x.
template <tensor_value X, compatible<X> M>
void clear_where(X& x, const M& mask) {
  using T               = typename X::value_type;
  const index_t columns = x.extents().row_size();
  const index_t stride  = detail::row_stride("clear_where", x, mask);
  T* const to           = x.data();
  const T* const chosen = mask.data();
  X::backend_type::for_each(columns == 0 ? 0 : x.size() / columns, columns, [=] JEM_LAMBDA(index_t i, index_t j) {
    to[i * columns + j] = chosen[i * stride + j] != T{} ? T{} : to[i * columns + j];
  });
}

}  // namespace jem::inline v0
