// SPDX-License-Identifier: MIT
// Accessors for loops over elements, which are written as `to(i, j) = f(from(i, j), factor(j))`. Elements of any type are read and written
// in the type that arithmetic is done in: bfloat16 is widened to float when it is read, and rounded when it is written.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/concat.hpp>
#include <jem/core/error.hpp>

#include <string_view>
#include <type_traits>

namespace jem::inline v0 {

/// A reference to an element that is stored in fewer bits than arithmetic on it uses, such as a bfloat16: it is read and assigned as a
/// number.
template <element E>
struct stored_element {
  E* at;  ///< the address of the element

  using number = accumulator_t<E>;  ///< the type that it is read as

  constexpr operator number() const { return static_cast<number>(*at); }  ///< widened
  constexpr const stored_element& operator=(number x) const {             ///< rounded
    *at = static_cast<E>(x);
    return *this;
  }
};

/// The elements of a tensor in a backend's memory, in row-major order: E is const if they are only read. The bodies of loops capture it by
/// value. It is small, since everything that a loop captures should fit into registers.
template <class E>
struct elements {
  using stored = std::remove_const_t<E>;  ///< the type in memory
  using number = accumulator_t<stored>;   ///< the type that arithmetic is done in
  /// What element access returns: a number if E is const, otherwise a reference to the element, or a stored_element.
  using element =
      std::conditional_t<std::is_const_v<E>, number, std::conditional_t<std::is_same_v<stored, number>, E&, stored_element<stored>>>;

  E* data;  ///< the address of the first element

  /// Element i in row-major order.
  constexpr element operator()(index_t i) const {
    if constexpr (std::is_const_v<E>) {
      return static_cast<number>(data[i]);
    } else if constexpr (std::is_same_v<stored, number>) {
      return data[i];
    } else {
      return {data + i};
    }
  }
};

/// The elements of a tensor as a matrix.
template <class E>
struct matrix_elements {
  E* data;          ///< the address of the first element
  index_t columns;  ///< number of columns of the matrix

  /// Element (i, j).
  constexpr typename elements<E>::element operator()(index_t i, index_t j) const { return elements<E>{data}(i * columns + j); }
};

/// All elements of x, to be read: x(i).
template <tensor_like X>
elements<const std::remove_const_t<typename X::value_type>> read_elements(const X& x) {
  return {x.data()};
}
/// All elements of x, to be written.
template <tensor_value X>
elements<typename X::value_type> write_elements(X& x) {
  return {x.data()};
}

namespace detail {

/// The number of rows n of x (n, …).
template <tensor_like X>
index_t row_count(std::string_view where, const X& x) {
  if (x.extents().rank() < 1) fail(where, "a batch (n, …)", to_string(x.extents()));
  return x.extent(0);
}

/// The number of columns c of x (…, c).
template <tensor_like X>
index_t column_count(std::string_view where, const X& x) {
  if (x.extents().rank() < 1) fail(where, "at least one axis", to_string(x.extents()));
  return x.extent(x.extents().rank() - 1);
}

}  // namespace detail

/// x (n, …) as a matrix of n rows, to be read: x(i, j). Throws std::invalid_argument, which names `where`, if x has no axis.
template <tensor_like X>
matrix_elements<const std::remove_const_t<typename X::value_type>> read_rows(std::string_view where, const X& x) {
  (void)detail::row_count(where, x);
  return {x.data(), x.extents().row_size()};
}
/// The same, to be written.
template <tensor_value X>
matrix_elements<typename X::value_type> write_rows(std::string_view where, X& x) {
  (void)detail::row_count(where, x);
  return {x.data(), x.extents().row_size()};
}

/// x (…, c) as a matrix of c columns, to be read; all other axes together are its rows. Throws std::invalid_argument, which names
/// `where`, if x has no axis.
template <tensor_like X>
matrix_elements<const std::remove_const_t<typename X::value_type>> read_columns(std::string_view where, const X& x) {
  return {x.data(), detail::column_count(where, x)};
}
/// The same, to be written. Throws std::invalid_argument unless x has `columns` columns.
template <tensor_value X>
matrix_elements<typename X::value_type> write_columns(std::string_view where, X& x, index_t columns) {
  if (x.extents().rank() < 1 || x.extent(x.extents().rank() - 1) != columns)
    fail(where, concat("(…, ", columns, ")"), to_string(x.extents()));
  return {x.data(), columns};
}

/// The number of rows of x (…, c) as a matrix of c columns; 0 if c is 0.
template <tensor_like X>
index_t column_height(const X& x) {
  const index_t columns = x.extent(x.extents().rank() - 1);
  return columns == 0 ? 0 : x.size() / columns;
}

}  // namespace jem::inline v0
