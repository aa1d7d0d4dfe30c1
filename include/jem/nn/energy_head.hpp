// SPDX-License-Identifier: MIT
// A linear head with an energy of its own: features φ ↦ logits f(x)[y] = log softmax(Wφ + b)[y] + h(φ), h = vᵀφ + c.
// The softmax of these logits is the classifier, unchanged, and their log-sum-exp is h: E(x) = −h(φ(x)) and
// E(x, y) = −log p(y|x) − h(φ(x)), so that losses, samplers and scores need not know. Logits fix p(y|x) up to a shift c(x) of them
// all (Grathwohl et al. 2020, arXiv:1912.03263, section 3); here the shift is learned apart. It is `--uncond` of their code.
#pragma once

#include <jem/nn/linear.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/nn/sums.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/logits.hpp>

#include <array>
#include <optional>
#include <tuple>

namespace jem::inline v0 {

/// Without an energy it is the linear layer `classes`, and E(x) = −log Σ_y exp f(x)[y].
template <tensor_value T>
struct energy_head {
  using tensor_type              = T;
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  linear<T> classes;                  // (d) → (k)
  std::optional<linear<T>> energy{};  // (d) → (1)

  template <tensor_value X>
  struct cache {
    typename linear<T>::template cache<X> classes, energy;
    sums_of<X> probabilities;  // (n, k), p(y|x)
  };

  static constexpr std::array parameter_names{"classes", "energy"};
  static auto parameters(auto& self) { return std::tie(self.classes, self.energy); }

  /// (n, d) → (n, k). Throws std::invalid_argument for other features.
  template <summed_in<T> X>
  X forward(X x, cache<X>& c) const {
    return converted<typename X::value_type>(forward_sums(std::move(x), c));
  }

  /// With z = Wφ + b and s = Σ_y ∂L/∂f[y]: ∂L/∂h = s, ∂L/∂z = ∂L/∂f − s·p(y|x).
  template <summed_in<T> X>
  X backward(const X& dy, cache<X>& c, energy_head* gradient) const {
    return backward_sums<X>(detail::read_as<number_of<X>>(dy), c, gradient);
  }

  /// As forward, see sums.hpp.
  template <summed_in<T> X>
  T forward_sums(X x, cache<X>& c) const {
    T logits = classes.forward_sums(x, c.classes);
    if (!energy) return logits;
    const T h       = energy->forward_sums(std::move(x), c.energy).reshaped({logits.extent(0)});
    c.probabilities = softmax(logits);
    add_to_columns(logits, -log_sum_exp(logits));
    add_to_columns(logits, h);
    return logits;
  }

  /// As backward.
  template <summed_in<T> X>
  X backward_sums(const T& dy, cache<X>& c, energy_head* gradient) const {
    linear<T>* const of_classes = detail::part(gradient, &energy_head::classes);
    if (!energy) return classes.template backward_sums<X>(dy, c.classes, of_classes);
    const T slope = row_sums(dy);  // (n)
    T share       = c.probabilities;
    scale_rows(share, slope);
    X dx = classes.template backward_sums<X>(dy - share, c.classes, of_classes);
    add_scaled(
        dx, 1,
        energy->template backward_sums<X>(slope.reshaped({slope.size(), 1}), c.energy, detail::part(gradient, &energy_head::energy)));
    return dx;
  }
};

/// A head with drawn weights and an energy; its classifier is what make_linear would have drawn.
template <tensor_value T, initializer<T> I = pytorch_uniform>
energy_head<T> make_energy_head(index_t in, index_t classes, rng& g, const I& initialize = {}) {
  auto classifier = make_linear<T>(in, classes, g, initialize);
  return {std::move(classifier), make_linear<T>(in, 1, g, initialize)};
}

}  // namespace jem::inline v0
