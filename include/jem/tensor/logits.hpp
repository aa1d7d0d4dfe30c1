// SPDX-License-Identifier: MIT
// Operations on logits (n, k) and labels (n): what a classifier says, and how sure it is.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/tensor/labels.hpp>
#include <jem/tensor/loops.hpp>
#include <jem/tensor/rows.hpp>
#include <jem/tensor/softmax.hpp>

#include <type_traits>

namespace jem::inline v0 {

namespace detail {

/// Labels have to be classes: the caller has checked their values (see `check_labels`).
template <tensor_like X, tensor_like Y>
void expect_labels(std::string_view where, const X& logits, const Y& y) {
  expect_rank(where, 2, logits.extents());
  expect_shape(where, shape{logits.extent(0)}, y.extents());
}

}  // namespace detail

/// The column of the largest element of each row, (n, k) → (n); the first of equals.
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

/// 1 where the largest logit of a row (n, k), the first of equals, is the label's, else 0 → (n). A row with a NaN is wrong whatever its
/// label. Labels may be any numbers.
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
  using T = typename X::value_type;
  detail::expect_labels("pick", x, y);
  tensor_of<X> result(shape{x.extent(0)});
  const index_t columns           = x.extent(1);
  const T* const from             = x.data();
  const std::int32_t* const which = y.data();
  T* const to                     = result.data();
  X::backend_type::for_each(x.extent(0), [=] JEM_LAMBDA(index_t i) { to[i] = from[i * columns + which[i]]; });
  return result;
}

/// x[i, y[i]] ← x[i, y[i]] + amount
template <tensor_value X, tensor_like Y>
void add_at(X& x, const Y& y, std::type_identity_t<typename X::value_type> amount) {
  using T = typename X::value_type;
  detail::expect_labels("add_at", x, y);
  const index_t columns           = x.extent(1);
  T* const to                     = x.data();
  const std::int32_t* const which = y.data();
  X::backend_type::for_each(x.extent(0), [=] JEM_LAMBDA(index_t i) { to[i * columns + which[i]] += amount; });
}

/// x[i, k] ← c[i] for one column k of x (n, m); c is (n). Throws std::invalid_argument for a column that x does not have.
template <tensor_value X, compatible<X> C>
void set_column(X& x, index_t k, const C& c) {
  using T = typename X::value_type;
  expect_rank("set_column", 2, x.extents());
  expect_shape("set_column", shape{x.extent(0)}, c.extents());
  if (k < 0 || k >= x.extent(1)) fail("set_column", concat("a column of ", x.extents()), std::to_string(k));
  const index_t columns = x.extent(1);
  T* const to           = x.data();
  const T* const from   = c.data();
  X::backend_type::for_each(x.extent(0), [=] JEM_LAMBDA(index_t i) { to[i * columns + k] = from[i]; });
}

/// x[i, …] ← x[i, …] + w[i, k]·y[i, …] for one column k of weights w (n, m). A weight of 0 adds nothing, not even NaN.
template <tensor_value X, compatible<X> W, compatible<X> Y>
void add_weighted_rows(X& x, const W& w, index_t k, const Y& y) {
  using T = typename X::value_type;
  expect_shape("add_weighted_rows", x.extents(), y.extents());
  expect_shape("add_weighted_rows", shape{detail::row_count("add_weighted_rows", x), w.extent(1)}, w.extents());
  if (k < 0 || k >= w.extent(1)) fail("add_weighted_rows", concat("a column of ", w.extents()), std::to_string(k));
  const index_t columns = x.extents().row_size(), kinds = w.extent(1);
  T* const to           = x.data();
  const T *const weight = w.data(), *const from = y.data();
  X::backend_type::for_each(x.extent(0), columns, [=] JEM_LAMBDA(index_t i, index_t j) {
    const T factor = weight[i * kinds + k];
    to[i * columns + j] += factor != T{} ? factor * from[i * columns + j] : T{};
  });
}

}  // namespace jem::inline v0
