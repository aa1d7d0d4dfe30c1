// SPDX-License-Identifier: MIT
// Operations on logits (n, k) and labels (n).
#pragma once

#include <jem/core/concat.hpp>
#include <jem/tensor/labels.hpp>
#include <jem/tensor/loops.hpp>
#include <jem/tensor/rows.hpp>
#include <jem/tensor/softmax.hpp>

#include <type_traits>

namespace jem::inline v0 {

namespace detail {

/// Throws std::invalid_argument unless logits are (n, k) and labels (n). Does not check that labels are valid classes, which the caller has
/// done (see `check_labels`).
template <tensor_like X, tensor_like Y>
void expect_labels(std::string_view where, const X& logits, const Y& y) {
  expect_rank(where, 2, logits.extents());
  expect_shape(where, shape{logits.extent(0)}, y.extents());
}

}  // namespace detail

/// The column of the largest element of each row, (n, k) → (n); the first one if several are equal.
template <tensor_like X>
labels<X> row_argmax(const X& x) {
  using T = typename X::value_type;
  expect_rank("row_argmax", 2, x.extents());
  expect_at_least("row_argmax", "classes", 1, x.extent(1));
  labels<X> result(shape{x.extent(0)});
  const index_t columns  = x.extent(1);
  const T* const from    = x.data();
  std::int32_t* const to = result.data();
  for_each_row<typename X::backend_type>(x.extent(0), columns, [=] JEM_LAMBDA(index_t i) {
    index_t best = 0;
    for (index_t j = 1; j < columns; ++j) best = from[i * columns + j] > from[i * columns + best] ? j : best;
    to[i] = static_cast<std::int32_t>(best);
  });
  return result;
}

/// For logits (n, k) and labels (n) → (n): 1 for a row whose largest logit is that of its label, else 0. If several logits are the largest,
/// the first one counts. 0 for a row with a NaN. Labels may be any numbers.
template <tensor_like X, tensor_like Y>
tensor_of<X> label_is_largest(const X& x, const Y& y) {
  using T = std::remove_const_t<typename X::value_type>;
  detail::expect_labels("label_is_largest", x, y);
  expect_at_least("label_is_largest", "classes", 1, x.extent(1));
  tensor_of<X> result(shape{x.extent(0)});
  const index_t columns           = x.extent(1);
  const T* const from             = x.data();
  const std::int32_t* const which = y.data();
  T* const to                     = result.data();
  for_each_row<typename X::backend_type>(x.extent(0), columns, [=] JEM_LAMBDA(index_t i) {
    const T* const row = from + i * columns;
    index_t best       = 0;
    bool known         = true;
    for (index_t j = 0; j < columns; ++j) {
      best  = row[j] > row[best] ? j : best;
      known = known && row[j] == row[j];
    }
    to[i] = known && best == which[i] ? T(1) : T{};
  });
  return result;
}

/// x[i, y[i]] of logits (n, k) and labels (n) → (n).
template <tensor_like X, tensor_like Y>
tensor_of<X> pick(const X& x, const Y& y) {
  detail::expect_labels("pick", x, y);
  tensor_of<X> result(shape{x.extent(0)});
  const auto from = read_rows("pick", x);
  const auto to   = write_elements(result);
  const auto of   = read_elements(y);
  X::backend_type::for_each(x.extent(0), [=] JEM_LAMBDA(index_t i) { to(i) = from(i, of(i)); });
  return result;
}

/// x[i, y[i]] ← x[i, y[i]] + amount
template <tensor_value X, tensor_like Y>
void add_at(X& x, const Y& y, std::type_identity_t<typename X::value_type> amount) {
  detail::expect_labels("add_at", x, y);
  const auto to = write_rows("add_at", x);
  const auto of = read_elements(y);
  X::backend_type::for_each(x.extent(0), [=] JEM_LAMBDA(index_t i) { to(i, of(i)) += amount; });
}

}  // namespace jem::inline v0
