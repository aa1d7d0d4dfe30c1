// SPDX-License-Identifier: MIT
// A mixture of K energies of one kind, K known at run time:
//
//     E(x) = −log Σ_k w_k·exp(−E_k(x)),   ∂E/∂x = Σ_k r_k(x)·∂E_k/∂x,   r = softmax_k(log w_k − E_k(x)),
//
// so that densities are added, whereas a sum of energies multiplies them. Component k has the share w_k·Z_k / Σ_l w_l·Z_l of all mass,
// with Z_k = ∫ exp(−E_k), so weights are probabilities only if all Z_k are equal. `gaussian` is not normalised, so of two
// gaussians with equal weights the wider one has more mass. `gaussian_mixture` takes probabilities and corrects for Z_k.
#pragma once

#include <jem/core/made_of.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/tensor/logits.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace jem::inline v0 {

namespace detail {

template <class V>
struct subtract_from {
  V value;

  constexpr V operator()(V e) const { return value - e; }
};

/// The logarithms of weights. Throws std::invalid_argument unless each is positive and finite.
inline std::vector<double> log_weights(std::string_view where, std::vector<double> weights) {
  for (double& w : weights) {
    if (!(w > 0 && std::isfinite(w))) fail(where, "weights > 0", std::to_string(w));
    w = std::log(w);
  }
  return weights;
}

}  // namespace detail

template <class E>
class mixture : public made_of<E> {
 public:
  /// E_k and log w_k. Logarithms are used because weights of components with many dimensions can overflow or underflow (mix_energies takes
  /// the weights themselves). Throws std::invalid_argument unless there are components, each with a finite log w_k.
  mixture(std::vector<E> components, std::vector<double> log_weights)
      : components_(std::move(components)), log_weights_(std::move(log_weights)) {
    expect_at_least("mixture", "components", 1, std::ssize(components_));
    expect_shape("mixture", shape{std::ssize(components_)}, shape{std::ssize(log_weights_)});
    for (const double w : log_weights_) {
      if (!std::isfinite(w)) fail("mixture", "finite logarithms of weights", std::to_string(w));
    }
  }

  /// E_k
  const std::vector<E>& components() const { return components_; }
  /// log w_k
  const std::vector<double>& log_weights() const { return log_weights_; }

  /// (n, …) → (n): infinity where every E_k is.
  template <tensor_value T>
    requires energy<E, T>
  T value(const T& x) const {
    return -log_sum_exp(logits(x, [&](std::size_t k) { return components_[k].value(x); }));
  }

  /// (n, …) → (n), grad = ∂E/∂x (n, …); one gradient of each component. Components with r_k(x) = 0 are left out.
  template <tensor_value T>
    requires differentiable_energy<E, T>
  T value_and_grad(const T& x, T& grad) const {
    std::vector<T> slopes(components_.size());
    const T shares = logits(x, [&](std::size_t k) {
      slopes[k] = T(x.extents());
      return components_[k].value_and_grad(x, slopes[k]);
    });
    const auto of  = softmax_and_log_sum_exp(shares);
    grad           = zeros<T>(x.extents());
    for (std::size_t k = 0; k < slopes.size(); ++k) add_weighted_rows(grad, of.softmax, static_cast<index_t>(k), slopes[k]);
    return -of.log_sum_exp;
  }

 private:
  /// log w_k − E_k(x), (n, K)
  template <tensor_value T, class F>
  T logits(const T& x, F energy_of) const {
    using V = typename T::value_type;
    T result(shape{x.extent(0), std::ssize(components_)});
    for (std::size_t k = 0; k < components_.size(); ++k) {
      set_column(result, static_cast<index_t>(k), map(energy_of(k), detail::subtract_from<V>{static_cast<V>(log_weights_[k])}));
    }
    return result;
  }

  std::vector<E> components_;
  std::vector<double> log_weights_;
};

/// −log Σ_k w_k·exp(−E_k(x)). Throws std::invalid_argument unless there is a positive weight for each component.
template <class E>
mixture<E> mix_energies(std::vector<E> components, std::vector<double> weights) {
  return {std::move(components), detail::log_weights("mix_energies", std::move(weights))};
}

/// E = −log Σ_k p_k·N(x; μ_k, σ_k²), normalised: exp(−E) is the density itself. Means and deviations are (K, d), one row for each
/// component; the probabilities are divided by their sum. Throws std::invalid_argument unless extents agree, deviations and
/// probabilities are positive.
template <tensor_value T>
mixture<gaussian<T>> gaussian_mixture(const T& means, const T& deviations, std::vector<double> probabilities) {
  using V = typename T::value_type;
  expect_rank("gaussian_mixture", 2, means.extents());
  expect_shape("gaussian_mixture", means.extents(), deviations.extents());
  expect_shape("gaussian_mixture", shape{means.extent(0)}, shape{std::ssize(probabilities)});
  double total = 0;
  for (const double p : probabilities) total += p;
  auto logs       = detail::log_weights("gaussian_mixture", std::move(probabilities));
  const index_t d = means.extent(1);
  std::vector<gaussian<T>> components;
  for (index_t k = 0; k < means.extent(0); ++k) {
    const T deviation = T(deviations.rows(k, 1)).reshaped({d});
    double log_z      = std::log(total);
    for (const V s : deviation.to_vector()) {
      if (!(s > V(0))) fail("gaussian_mixture", "deviations > 0", std::to_string(s));
      log_z += std::log(static_cast<double>(s) * std::sqrt(2 * 3.141592653589793));
    }
    logs[static_cast<std::size_t>(k)] -= log_z;
    components.emplace_back(T(means.rows(k, 1)).reshaped({d}), deviation);
  }
  return {std::move(components), std::move(logs)};
}

}  // namespace jem::inline v0
