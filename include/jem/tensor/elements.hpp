// SPDX-License-Identifier: MIT
// What loops over elements are written in: `to(i, j) = f(from(i, j), factor(j))`. Elements of any type are read and written as the
// numbers that arithmetic is done in: bfloat16 is widened to float when it is read, and rounded when it is written.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/concat.hpp>
#include <jem/core/error.hpp>

#include <string_view>
#include <type_traits>

namespace jem::inline v0 {

/// An element that is stored in fewer bits than it is computed with, such as a bfloat16: it is read and assigned as a number.
template <element E>
struct stored_element {
  E* at;  ///< where it is

  using number = accumulator_t<E>;  ///< what it is read as

  constexpr operator number() const { return static_cast<number>(*at); }  ///< widened
  constexpr const stored_element& operator=(number x) const {             ///< rounded
    *at = static_cast<E>(x);
    return *this;
  }
};

/// The elements of a tensor in a backend's memory, in row-major order: E is const where they are only read. Loops are given it by value;
/// it is small, since what a loop carries has to fit into registers.
template <class E>
struct elements {
  using stored = std::remove_const_t<E>;  ///< what lies in memory
  using number = accumulator_t<stored>;   ///< what arithmetic is done in
  /// The number; where it may be written a reference to it, or to what is stored of it.
  using element =
      std::conditional_t<std::is_const_v<E>, number, std::conditional_t<std::is_same_v<stored, number>, E&, stored_element<stored>>>;

  E* data;  ///< of the first one

  /// Element i of all.
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

/// The same as a matrix.
template <class E>
struct matrix_elements {
  E* data;          ///< of the first one
  index_t columns;  ///< of the matrix

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

/// n of x (n, …).
template <tensor_like X>
index_t row_count(std::string_view where, const X& x) {
  if (x.extents().rank() < 1) fail(where, "a batch (n, …)", to_string(x.extents()));
  return x.extent(0);
}

/// c of x (…, c).
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

/// x (…, c) as a matrix of c columns, however many axes stand before them, to be read. Throws std::invalid_argument, which names
/// `where`, if x has no axis.
template <tensor_like X>
matrix_elements<const std::remove_const_t<typename X::value_type>> read_columns(std::string_view where, const X& x) {
  return {x.data(), detail::column_count(where, x)};
}
/// The same, to be written, for as many columns. Throws std::invalid_argument for another number of them.
template <tensor_value X>
matrix_elements<typename X::value_type> write_columns(std::string_view where, X& x, index_t columns) {
  if (x.extents().rank() < 1 || x.extent(x.extents().rank() - 1) != columns)
    fail(where, concat("(…, ", columns, ")"), to_string(x.extents()));
  return {x.data(), columns};
}

/// The rows of x (…, c) as a matrix of c columns; 0 where it has none.
template <tensor_like X>
index_t column_height(const X& x) {
  const index_t columns = x.extent(x.extents().rank() - 1);
  return columns == 0 ? 0 : x.size() / columns;
}

}  // namespace jem::inline v0
