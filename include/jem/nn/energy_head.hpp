// SPDX-License-Identifier: MIT
// A linear head with an energy of its own: features φ ↦ logits f(x)[y] = log softmax(Wφ + b)[y] + h(φ), h = vᵀφ + c.
// The softmax of these logits is the classifier, unchanged, and their log-sum-exp is h: E(x) = −h(φ(x)) and
// E(x, y) = −log p(y|x) − h(φ(x)), so that losses, samplers and scores work unchanged. p(y|x) does not change if c(x) is added to all
// logits (Grathwohl et al. 2020, arXiv:1912.03263, section 3); here this shift is a separate output that is learned. Their code has it as
// the option `--uncond`.
#pragma once

#include <jem/nn/linear.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/logits.hpp>

#include <array>
#include <optional>
#include <tuple>
#include <utility>

namespace jem::inline v0 {

/// A linear head whose logits are log p(y|x) + h(x), with an energy −h of its own. Without `energy` it is the linear layer `classes`, and
/// E(x) = −log Σ_y exp f(x)[y].
template <tensor_value T>
struct energy_head : made_of<T> {
  linear<T> classes;                  // (d) → (k)
  std::optional<linear<T>> energy{};  // (d) → (1)

  energy_head() = default;
  /// Takes a classifier, and optionally a linear output for h.
  energy_head(linear<T> classifier, std::optional<linear<T>> h = {}) : classes(std::move(classifier)), energy(std::move(h)) {}

  template <tensor_value X>
  struct cache {
    typename linear<T>::template cache<X> classes, energy;
    sums_of<X> probabilities;  // (n, k), p(y|x)
  };

  static constexpr std::array parameter_names{"classes", "energy"};
  static auto parameters(auto& self) { return std::tie(self.classes, self.energy); }

  /// (n, d) → (n, k). Throws std::invalid_argument for another number of features.
  template <summed_in<T> X, stored_or_summed<X> Y = X>
  Y forward(X x, cache<X>& c, const around<X, unchanged, Y>& with = {}) const {
    const around<X, unchanged, T> summed{};
    if (!energy) return finished(classes.forward(std::move(x), c.classes, summed), with);
    T logits        = classes.forward(x, c.classes, summed);
    const T h       = energy->forward(std::move(x), c.energy, summed).reshaped({logits.extent(0)});
    c.probabilities = softmax(logits);
    add_per_row(logits, -log_sum_exp(logits));
    add_per_row(logits, h);
    return finished(std::move(logits), with);
  }

  /// With z = Wφ + b and s = Σ_y ∂L/∂f[y]: ∂L/∂h = s, ∂L/∂z = ∂L/∂f − s·p(y|x).
  template <summed_in<T> X, stored_or_summed<X> Y>
  X backward(const Y& dy, cache<X>& c, energy_head* gradient, const around<X>& with = {}) const {
    linear<T>* const of_classes = detail::part(gradient, &energy_head::classes);
    if (!energy) return classes.backward(dy, c.classes, of_classes, with);
    const T& slopes = detail::read_as<number_of<X>>(dy);
    const T s       = row_sums(slopes);  // (n)
    T share         = c.probabilities;
    scale_per_row(share, s);
    X dx         = classes.backward(T(slopes - share), c.classes, of_classes);
    const X of_h = energy->backward(s.reshaped({s.size(), 1}), c.energy, detail::part(gradient, &energy_head::energy));
    add_scaled(dx, 1, of_h);
    return finished(std::move(dx), with);
  }
};

/// A head with drawn weights and with `energy`. Its classifier has the weights that make_linear would draw with the same generator.
template <tensor_value T, initializer<T> I = pytorch_uniform>
energy_head<T> make_energy_head(index_t in, index_t classes, rng& g, const I& initialize = {}) {
  auto classifier = make_linear<T>(in, classes, g, initialize);
  return {std::move(classifier), make_linear<T>(in, 1, g, initialize)};
}

}  // namespace jem::inline v0
