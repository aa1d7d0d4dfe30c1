// SPDX-License-Identifier: MIT
// The energy of an image under a classifier: E(x) = −log Σ_y exp f(x)[y], so that p(x) ∝ e^(−E(x)).
// Grathwohl et al. 2020, arXiv:1912.03263, equation 6.
#pragma once

#include <jem/nn/parameters.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/tensor/logits.hpp>

#include <algorithm>
#include <concepts>
#include <utility>

namespace jem::inline v0 {

namespace detail {

/// The element type of a network's activations: that of T, unless the network declares another.
template <class Net, class T>
struct kept_elements {
  using type = typename T::value_type;
};
template <class Net, class T>
  requires requires { typename Net::template activations<T>; }
struct kept_elements<Net, T> {
  using type = typename Net::template activations<T>::value_type;
};

/// How many rows of inputs (n, …) go through a network together; 0 for all of them. A few images at a time stay in a core's caches from
/// layer to layer, and threads need not wait for each other after each layer. There must be enough pixels for efficient matrix products.
/// Large networks take all rows, since their weights would pass through the caches once for each tile. If activations are stored in half
/// the memory, a tile has twice as many images.
template <tensor_value T, class Net>
index_t rows_at_once(const Net& net, const shape& extents) {
  using kept             = typename kept_elements<Net, T>::type;
  constexpr index_t rows = 8 * sizeof(typename T::value_type) / sizeof(kept), pixels = 1024, parameters = index_t{1} << 20;
  if (extents.rank() != 4 || parameter_count(net) > parameters) return 0;
  return (std::max)(rows, pixels / std::max<index_t>(1, extents[1] * extents[2]));
}

}  // namespace detail

/// The energy of an image under a classifier, E(x) = −log Σ_y exp f(x)[y]. Holds a reference to the network, which has to outlive the
/// energy; a prepared network is held by value.
template <class Net, class Held = const Net*>
class marginal_energy {
 public:
  /// See core/concepts.hpp. True only for networks whose weights do not change.
  static constexpr bool row_wise = std::same_as<Held, owned<Net>> && jem::row_wise<Net>;

  /// A temporary network is refused.
  explicit marginal_energy(const Net& net) : net_(&net) {}
  explicit marginal_energy(const Net&&) = delete;
  /// Takes a network that it holds by value.
  explicit marginal_energy(owned<Net> net, index_t rows_at_once = 0) : net_(std::move(net)), rows_(rows_at_once) {}

  /// The same energy prepared for a run in which the weights of the network do not change, see prepared.hpp.
  template <tensor_value T>
    requires layer<Net, T>
  auto prepared(const T& x) const {
    using still = prepared_t<Net, T>;
    return marginal_energy<still, owned<still>>(owned<still>{prepared_layer(*net_, x)}, detail::rows_at_once<T>(*net_, x.extents()));
  }

  /// The number of rows (n, …) that a sampler should carry through its steps together; 0 for all of them.
  index_t rows_at_once() const { return rows_; }

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
    const auto of = softmax_and_log_sum_exp(net_->forward(x, cache));
    grad          = net_->backward(-of.softmax, cache, nullptr);
    return -of.log_sum_exp;
  }

 private:
  Held net_;
  index_t rows_ = 0;
};

}  // namespace jem::inline v0
