// SPDX-License-Identifier: MIT
// log Σⱼ exp xⱼ and exp xⱼ / Σ exp x of each row of logits (n, k). Only the differences from the largest logit of a row are
// used, so that a number added to all logits changes no probability, however large it is.
#pragma once

#include <jem/core/weighed_row.hpp>
#include <jem/tensor/loops.hpp>
#include <jem/tensor/tensor.hpp>

#include <type_traits>

namespace jem::inline v0 {

namespace detail {

template <class T, class W>
struct log_sum_exp_of_row {
  const T* from;
  W* to;
  index_t columns;

  constexpr void operator()(index_t i) const { to[i] = static_cast<W>(weighed_row<T>(from + i * columns, columns).log_sum_exp()); }
};

/// The softmax, and the log-sum-exp unless `log_sums` is null.
template <class T>
struct softmax_of_row {
  const T* from;
  T* to;
  index_t columns;
  T* log_sums              = nullptr;
  wide_t<T>* wide_log_sums = nullptr;

  constexpr void operator()(index_t i) const {
    T* const shares = to + i * columns;
    const weighed_row<T> row(from + i * columns, columns, -1, shares);
    const auto sum = static_cast<T>(row.sum);
    for (index_t j = 0; j < columns; ++j) shares[j] /= sum;
    if (log_sums == nullptr) return;
    wide_log_sums[i] = row.log_sum_exp();
    log_sums[i]      = static_cast<T>(wide_log_sums[i]);
  }
};

template <tensor_like X>
void expect_classes(std::string_view where, const X& x) {
  expect_rank(where, 2, x.extents());
  expect_at_least(where, "classes", 1, x.extent(1));
}

/// log Σⱼ exp x[i, j] in elements of type W.
template <class W, tensor_like X>
tensor<W, typename X::backend_type> log_sum_exp_in(std::string_view where, const X& x) {
  using T = std::remove_const_t<typename X::value_type>;
  expect_classes(where, x);
  tensor<W, typename X::backend_type> result(shape{x.extent(0)});
  for_each_row<typename X::backend_type>(x.extent(0), x.extent(1), log_sum_exp_of_row<T, W>{x.data(), result.data(), x.extent(1)});
  return result;
}

}  // namespace detail

/// log Σⱼ exp x[i, j] of logits (n, k) → (n): infinity for a row with a logit of infinity, −infinity for a row whose logits are all
/// −infinity. Throws std::invalid_argument if k is 0.
template <tensor_like X>
tensor_of<X> log_sum_exp(const X& x) {
  return detail::log_sum_exp_in<std::remove_const_t<typename X::value_type>>("log_sum_exp", x);
}

/// The same in double (n), since energies far from 0 may differ by less than the precision of a float.
template <tensor_like X>
tensor<wide_t<std::remove_const_t<typename X::value_type>>, typename X::backend_type> wide_log_sum_exp(const X& x) {
  return detail::log_sum_exp_in<wide_t<std::remove_const_t<typename X::value_type>>>("wide_log_sum_exp", x);
}

/// exp x[i, j] / Σⱼ exp x[i, j] of logits (n, k) → (n, k); logits of infinity share the probability 1 equally. Throws
/// std::invalid_argument if k is 0.
template <tensor_like X>
tensor_of<X> softmax(const X& x) {
  using T = std::remove_const_t<typename X::value_type>;
  detail::expect_classes("softmax", x);
  tensor_of<X> result(x.extents());
  for_each_row<typename X::backend_type>(x.extent(0), x.extent(1), detail::softmax_of_row<T>{x.data(), result.data(), x.extent(1)});
  return result;
}

/// The results of the functions softmax, log_sum_exp and wide_log_sum_exp, which E(x) = −log Σ exp f(x) and its gradient need.
template <tensor_value T>
struct softmax_sums {
  T softmax;                                                                     // (n, k)
  T log_sum_exp;                                                                 // (n)
  typename T::template rebind<wide_t<typename T::value_type>> wide_log_sum_exp;  // (n)
};

/// All three results in one pass over logits (n, k), with the same bits as the separate functions. Throws std::invalid_argument if k is 0.
template <tensor_like X>
softmax_sums<tensor_of<X>> softmax_and_log_sum_exp(const X& x) {
  using T = std::remove_const_t<typename X::value_type>;
  using W = tensor<wide_t<T>, typename X::backend_type>;
  detail::expect_classes("softmax_and_log_sum_exp", x);
  const shape rows{x.extent(0)};
  softmax_sums<tensor_of<X>> result{tensor_of<X>(x.extents()), tensor_of<X>(rows), W(rows)};
  for_each_row<typename X::backend_type>(
      x.extent(0), x.extent(1),
      detail::softmax_of_row<T>{x.data(), result.softmax.data(), x.extent(1), result.log_sum_exp.data(), result.wide_log_sum_exp.data()});
  return result;
}

}  // namespace jem::inline v0
