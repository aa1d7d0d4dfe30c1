// SPDX-License-Identifier: MIT
// The energy as a classifier that tells data from samples, with −E(x) = log Σ_y exp f(x)[y] as the logit of "data":
//
//     L = mean softplus(E(x⁺)) + mean softplus(−E(x⁻)),   softplus(a) = log(1 + eᵃ)
//
// Samples that look like data are pushed up less and less, so that energies stay near 0 without a penalty. Yin et al. 2022,
// arXiv:2012.06568, for one class; Yin et al. 2025, arXiv:2510.13872 (DAT), whose code takes half of L, the mean over both batches.
#pragma once

#include <jem/core/math.hpp>
#include <jem/loss/phases.hpp>
#include <jem/tensor/rows.hpp>

namespace jem::inline v0 {

namespace detail {

/// softplus(sign·a)
template <class V>
struct signed_softplus {
  V sign;

  constexpr V operator()(V a) const { return math::softplus(sign * a); }
};

/// Its derivative by a.
template <class V>
struct signed_softplus_slope {
  V sign;

  constexpr V operator()(V a) const { return sign * math::sigmoid(sign * a); }
};

}  // namespace detail

/// log 4 where the energy does not tell data from samples.
struct binary_cross_entropy {
  using loss_tag = void;

  constexpr phase_set reads() const { return {.data = true, .samples = true}; }

  /// ∂L/∂f(x⁺) = −sigmoid(E(x⁺))·p(·|x⁺) / m, ∂L/∂f(x⁻) = sigmoid(−E(x⁻))·p(·|x⁻) / s
  template <tensor_value T>
  double accumulate(const phases<T>& logits, float weight, phases<T>& grad) const {
    return add_batch(*logits.data_softmax(), -1, weight, grad.data()) + add_batch(*logits.samples_softmax(), 1, weight, grad.samples);
  }

 private:
  template <tensor_value T>
  static double add_batch(const softmax_sums<T>& of, int sign, float weight, T& grad) {
    using V = typename T::value_type;
    using W = wide_t<V>;
    T slope = of.softmax;  // (n, k)
    scale_per_row(slope, map(of.log_sum_exp, detail::signed_softplus_slope<V>{static_cast<V>(sign)}));
    add_scaled(grad, weight / static_cast<float>(slope.extent(0)), slope);
    return weight * mean(map(of.wide_log_sum_exp, detail::signed_softplus<W>{static_cast<W>(sign)}));
  }
};

}  // namespace jem::inline v0
