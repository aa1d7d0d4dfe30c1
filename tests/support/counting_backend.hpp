// SPDX-License-Identifier: MIT
// A backend that counts operations which a training step should do only once: downloads of labels, and passes over logits that compute
// the exponentials of each row. All else is reference's.
#pragma once

#include <jem/backend/reference.hpp>
#include <jem/tensor/cross_entropy.hpp>

#include <concepts>

namespace test {

struct step_counts {
  int label_downloads = 0, log_sum_exps = 0;
  friend bool operator==(const step_counts&, const step_counts&) = default;
};

/// Whether a loop's body computes the log-sum-exp of a row of logits, or the exponentials for it.
template <class F>
inline constexpr bool weighs_logits = false;
template <class T, class W>
inline constexpr bool weighs_logits<jem::detail::log_sum_exp_of_row<T, W>> = true;
template <class T>
inline constexpr bool weighs_logits<jem::detail::softmax_of_row<T>> = true;
template <class T>
inline constexpr bool weighs_logits<jem::detail::log_odds_of_row<T>> = true;
template <class T, bool times_other>
inline constexpr bool weighs_logits<jem::detail::slope_of_row<T, times_other>> = true;

struct counting : jem::reference {
  static constexpr const char* name = "counting";

  inline static step_counts counts{};

  template <jem::element T>
  static void download(const T* from, jem::index_t n, T* to) {
    if constexpr (std::same_as<T, std::int32_t>) ++counts.label_downloads;
    jem::reference::download(from, n, to);
  }

  using jem::reference::for_each;
  template <class F>
  static void for_each(jem::index_t n, F f) {
    if constexpr (weighs_logits<F>) ++counts.log_sum_exps;
    jem::reference::for_each(n, f);
  }
};

static_assert(jem::backend<counting, float> && jem::backend<counting, double>);

/// The counts during a call of f.
template <class F>
step_counts counts_of(F f) {
  counting::counts = {};
  f();
  return counting::counts;
}

}  // namespace test
