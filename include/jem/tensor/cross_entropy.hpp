// SPDX-License-Identifier: MIT
// Logits (n, k) against their labels (n): the odds against a label, the cross-entropy, and its gradient. Everything is computed from the
// differences between the logits and that of the label, so that nothing is rounded away where the probability of the label is near 1.
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

/// The softmax over the other classes, and −1 at the label; times 1 − p_y this is p − 1_y. The log-odds against the label are written, too,
/// if there is a place for them.
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

/// log((1 − p) / p) of p = p(y[i]|x[i]), of logits (n, k) and labels (n) → (n): the odds against the labels. It orders rows as the
/// cross-entropy log(1 + exp odds) does, and still tells those apart whose cross-entropy rounds to 0. −infinity for a single class.
template <tensor_like X, tensor_like Y>
tensor_of<X> log_odds_against(const X& x, const Y& y) {
  using T = std::remove_const_t<typename X::value_type>;
  detail::expect_labels("log_odds_against", x, y);
  tensor_of<X> result(shape{x.extent(0)});
  for_each_row<typename X::backend_type>(x.extent(0), x.extent(1),
                                         detail::log_odds_of_row<T>{x.data(), y.data(), result.data(), x.extent(1)});
  return result;
}

/// −log p(y[i]|x[i]) of logits (n, k) and labels (n) → (n), in nats, exact to the last digits where it is close to 0.
template <tensor_like X, tensor_like Y>
tensor_of<X> cross_entropies(const X& x, const Y& y) {
  return map(log_odds_against(x, y), detail::softplus{});
}

/// ∂(−log p(y|x))/∂x = p(·|x) − 1_y of logits (n, k) and labels (n) → (n, k); it keeps its precision where p(y|x) is close to 1.
template <tensor_like X, tensor_like Y>
tensor_of<X> cross_entropy_slope(const X& x, const Y& y) {
  return detail::slope<true>("cross_entropy_slope", x, y);
}

/// Both in one pass, with the same bits: returns the cross-entropies (n), and sets slope (n, k).
template <tensor_like X, tensor_like Y>
tensor_of<X> cross_entropies(const X& x, const Y& y, tensor_of<X>& slope) {
  detail::expect_labels("cross_entropies", x, y);
  tensor_of<X> odds(shape{x.extent(0)});  // (n)
  slope = detail::slope<true>("cross_entropies", x, y, &odds);
  return map(odds, detail::softplus{});
}

/// The direction of that gradient, which does not vanish if p(y|x) is close to 1: cross_entropy_slope without its factor 1 − p(y|x), the
/// softmax over the other classes, and −1 at the label. Logits (n, k), labels (n) → (n, k).
template <tensor_like X, tensor_like Y>
tensor_of<X> rival_slope(const X& x, const Y& y) {
  return detail::slope<false>("rival_slope", x, y);
}

}  // namespace jem::inline v0
