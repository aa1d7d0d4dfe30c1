// SPDX-License-Identifier: MIT
// Operations on logits (n, k) and labels (n): what a classifier says, and how sure it is. Logits enter by their differences from the
// largest one of the row, so that what all of them have in common changes no probability, however large it is.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/weighed_row.hpp>
#include <jem/tensor/loops.hpp>
#include <jem/tensor/pooled_vector.hpp>
#include <jem/tensor/rows.hpp>

#include <limits>
#include <type_traits>

namespace jem::inline v0 {

namespace detail {

/// Labels have to be classes: the caller has checked their values (see `check_labels`).
template <tensor_like X, tensor_like Y>
void expect_labels(std::string_view where, const X& logits, const Y& y) {
  expect_rank(where, 2, logits.extents());
  expect_shape(where, shape{logits.extent(0)}, y.extents());
}

template <class T, class W>
struct log_sum_exp_of_row {
  const T* from;
  W* to;
  index_t columns;

  constexpr void operator()(index_t i) const { to[i] = static_cast<W>(weighed_row<T>(from + i * columns, columns).log_sum_exp()); }
};

template <class T>
struct softmax_of_row {
  const T* from;
  T* to;
  index_t columns;

  constexpr void operator()(index_t i) const {
    T* const shares = to + i * columns;
    const auto sum  = static_cast<T>(weighed_row<T>(from + i * columns, columns, -1, shares).sum);
    for (index_t j = 0; j < columns; ++j) shares[j] /= sum;
  }
};

/// log Σⱼ exp x[i, j] in elements of type W.
template <class W, tensor_like X>
tensor<W, typename X::backend_type> log_sum_exp_in(std::string_view where, const X& x) {
  using T = std::remove_const_t<typename X::value_type>;
  expect_rank(where, 2, x.extents());
  expect_at_least(where, "classes", 1, x.extent(1));
  tensor<W, typename X::backend_type> result(shape{x.extent(0)});
  for_each_row<typename X::backend_type>(x.extent(0), x.extent(1), log_sum_exp_of_row<T, W>{x.data(), result.data(), x.extent(1)});
  return result;
}

}  // namespace detail

/// Throws std::invalid_argument unless every label is in [0, classes). Reads the labels on the host: once a data set.
template <tensor_like Y>
void check_labels(std::string_view where, const Y& y, index_t classes) {
  pooled_vector<std::remove_const_t<typename Y::value_type>> host(static_cast<std::size_t>(y.size()));
  Y::backend_type::download(y.data(), y.size(), host.data());
  for (std::size_t i = 0; i < host.size(); ++i) {
    if (host[i] < 0 || host[i] >= classes) {
      fail(where, concat("labels in [0, ", classes, ")"), std::to_string(host[i]) + " at index " + std::to_string(i));
    }
  }
}

/// log Σⱼ exp x[i, j] of logits (n, k) → (n): infinity where a logit is, −infinity of a row of −infinities. Throws
/// std::invalid_argument for no classes.
template <tensor_like X>
tensor_of<X> log_sum_exp(const X& x) {
  return detail::log_sum_exp_in<std::remove_const_t<typename X::value_type>>("log_sum_exp", x);
}

/// The same in double (n): energies far from 0 differ by less than a float tells apart.
template <tensor_like X>
tensor<wide_t<std::remove_const_t<typename X::value_type>>, typename X::backend_type> wide_log_sum_exp(const X& x) {
  return detail::log_sum_exp_in<wide_t<std::remove_const_t<typename X::value_type>>>("wide_log_sum_exp", x);
}

/// exp x[i, j] / Σⱼ exp x[i, j] of logits (n, k) → (n, k); infinite logits share 1. Throws std::invalid_argument for no classes.
template <tensor_like X>
tensor_of<X> softmax(const X& x) {
  using T = std::remove_const_t<typename X::value_type>;
  expect_rank("softmax", 2, x.extents());
  expect_at_least("softmax", "classes", 1, x.extent(1));
  tensor_of<X> result(x.extents());
  for_each_row<typename X::backend_type>(x.extent(0), x.extent(1), detail::softmax_of_row<T>{x.data(), result.data(), x.extent(1)});
  return result;
}

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
