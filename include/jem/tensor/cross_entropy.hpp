// SPDX-License-Identifier: MIT
// Functions of logits (n, k) and labels (n): the log-odds against a label, the cross-entropy, and its gradient. All are computed from the
// differences between the logits and the logit of the label, so that no digits are lost where the probability of the label is near 1.
#pragma once

#include <jem/tensor/logits.hpp>

namespace jem::inline v0 {

namespace detail {

/// log Σ_{j≠y} exp(xⱼ − x_y) of each row.
template <class T>
struct log_odds_of_row {
  const T* from;
  const std::int32_t* y;
  T* to;
  index_t columns;

  constexpr void operator()(index_t i) const {
    const T* const row = from + i * columns;
    to[i]              = weighed_row<T>(row, columns, y[i]).log_sum_exp_beside(row[y[i]]);
  }
};

/// log(1 + eˣ)
struct softplus {
  template <class T>
  constexpr T operator()(T x) const {
    return math::softplus(x);
  }
};

/// The softmax over the classes other than the label, and −1 at the label. With `times_other` it is multiplied by 1 − p_y, which gives
/// p − 1_y, and the log-odds against the label are written to `odds` unless it is null.
template <class T, bool times_other>
struct slope_of_row {
  const T* from;
  const std::int32_t* y;
  T* to;
  index_t columns;
  T* odds = nullptr;

  constexpr void operator()(index_t i) const {
    const T* const row = from + i * columns;
    T* const shares    = to + i * columns;
    const weighed_row<T> others(row, columns, y[i], shares);
    const T against = times_other ? others.log_sum_exp_beside(row[y[i]]) : T{};
    const T factor  = times_other ? math::sigmoid(against) : T(1);
    if (times_other && odds != nullptr) odds[i] = against;
    for (index_t j = 0; j < columns; ++j) shares[j] = j == y[i] ? -factor : factor * (shares[j] / static_cast<T>(others.sum));
  }
};

template <bool times_other, tensor_like X, tensor_like Y>
tensor_of<X> slope(std::string_view where, const X& x, const Y& y, tensor_of<X>* odds = nullptr) {
  using T = std::remove_const_t<typename X::value_type>;
  expect_labels(where, x, y);
  tensor_of<X> result(x.extents());
  T* const against = odds == nullptr ? nullptr : odds->data();
  for_each_row<typename X::backend_type>(x.extent(0), x.extent(1),
                                         slope_of_row<T, times_other>{x.data(), y.data(), result.data(), x.extent(1), against});
  return result;
}

}  // namespace detail

/// The log-odds against the labels, log((1 − p) / p) with p = p(y[i]|x[i]), of logits (n, k) and labels (n) → (n). They order rows as the
/// cross-entropy, which is log(1 + exp(log-odds)), and they still differ for rows whose cross-entropy rounds to 0. −infinity for a
/// single class.
template <tensor_like X, tensor_like Y>
tensor_of<X> log_odds_against(const X& x, const Y& y) {
  using T = std::remove_const_t<typename X::value_type>;
  detail::expect_labels("log_odds_against", x, y);
  tensor_of<X> result(shape{x.extent(0)});
  for_each_row<typename X::backend_type>(x.extent(0), x.extent(1),
                                         detail::log_odds_of_row<T>{x.data(), y.data(), result.data(), x.extent(1)});
  return result;
}

/// −log p(y[i]|x[i]) of logits (n, k) and labels (n) → (n), in nats; it keeps its relative precision where it is close to 0.
template <tensor_like X, tensor_like Y>
tensor_of<X> cross_entropies(const X& x, const Y& y) {
  return map(log_odds_against(x, y), detail::softplus{});
}

/// ∂(−log p(y|x))/∂x = p(·|x) − 1_y of logits (n, k) and labels (n) → (n, k); it keeps its precision where p(y|x) is close to 1.
template <tensor_like X, tensor_like Y>
tensor_of<X> cross_entropy_slope(const X& x, const Y& y) {
  return detail::slope<true>("cross_entropy_slope", x, y);
}

/// The cross-entropies and cross_entropy_slope in one pass, with the same bits as the separate functions: returns the cross-entropies (n),
/// and sets slope (n, k).
template <tensor_like X, tensor_like Y>
tensor_of<X> cross_entropies(const X& x, const Y& y, tensor_of<X>& slope) {
  detail::expect_labels("cross_entropies", x, y);
  tensor_of<X> odds(shape{x.extent(0)});  // (n)
  slope = detail::slope<true>("cross_entropies", x, y, &odds);
  return map(odds, detail::softplus{});
}

/// The direction of the cross-entropy's gradient: the softmax over the classes other than the label, and −1 at the label. It is
/// cross_entropy_slope without the factor 1 − p(y|x), so it does not vanish if p(y|x) is close to 1. Logits (n, k), labels (n) → (n, k).
template <tensor_like X, tensor_like Y>
tensor_of<X> rival_slope(const X& x, const Y& y) {
  return detail::slope<false>("rival_slope", x, y);
}

}  // namespace jem::inline v0
