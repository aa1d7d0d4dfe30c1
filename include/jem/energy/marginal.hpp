// SPDX-License-Identifier: MIT
// The energy of an image under a classifier: E(x) = −log Σ_y exp f(x)[y], so that p(x) ∝ e^(−E(x)).
// Grathwohl et al. 2020, arXiv:1912.03263, equation 6.
#pragma once

#include <jem/nn/prepared.hpp>
#include <jem/tensor/logits.hpp>

namespace jem::inline v0 {

/// Holds a reference to the network, which has to outlive the energy; a prepared one is held by value.
template <class Net, class Held = const Net*>
class marginal_energy {
 public:
  /// A temporary network is refused.
  explicit marginal_energy(const Net& net) : net_(&net) {}
  explicit marginal_energy(const Net&&) = delete;
  /// Of a network that is held by value.
  explicit marginal_energy(owned<Net> net) : net_(std::move(net)) {}

  /// The same energy while the network's weights stand still, see prepared.hpp.
  template <tensor_value T>
    requires layer<Net, T>
  auto prepared(const T& x) const {
    using still = prepared_t<Net, T>;
    return marginal_energy<still, owned<still>>(owned<still>{prepared_layer(*net_, x)});
  }

  /// (n, …) → (n)
  template <tensor_value T>
    requires layer<Net, T>
  T value(const T& x) const {
    typename Net::template cache<T> cache;
    return -log_sum_exp(net_->forward(x, cache));
  }

  /// (n, …) → (n), grad = ∂E/∂x: minus the mean of ∂f(x)[y]/∂x under p(y|x).
  template <tensor_value T>
    requires layer<Net, T>
  T value_and_grad(const T& x, T& grad) const {
    typename Net::template cache<T> cache;
    const T logits = net_->forward(x, cache);  // (n, k)
    grad           = net_->backward(-softmax(logits), cache, nullptr);
    return -log_sum_exp(logits);
  }

 private:
  Held net_;
};

}  // namespace jem::inline v0
