// SPDX-License-Identifier: MIT
// A sampler's last step x̃ = x − ε·∂E_θ/∂x + noise depends on the parameters θ, which contrastive divergence neglects. The term that it
// lacks is the mean of E(x̃) − w·log ‖x̃ − nearest other sample‖, where θ is held fixed in E: low energies, and a high entropy, of the law
// of the samples. With g the term's gradient by x̃, its gradient by θ is −ε·mean g·∂²E/∂x∂θ, which a difference of energies at x ± h·g
// gives without second derivatives. Du, Li, Tenenbaum and Mordatch 2021, arXiv:2012.01316.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/matching/gradient_pairs.hpp>
#include <jem/sampling/constraint.hpp>
#include <jem/sampling/gradient_transform.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/tensor/distances.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <type_traits>
#include <utility>

namespace jem::inline v0 {

/// How a last step is differentiated.
struct last_step_options {
  not_negative<"last_step_options", "entropy"> entropy = 0.3f;  ///< weight w of the entropy; 0 for none
  positive<"last_step_options", "reach"> reach         = 0.1f;  ///< root mean square of the numbers in h·g, see pairs_of; > 0
};

/// The result of a last step.
template <tensor_value T>
struct last_step {
  T position;               // (n, …): x̃
  gradient_pairs<T> pairs;  // x + h·g, then x − h·g: phases::last_steps and phases::last_steps_by
};

/// A kernel whose step is x ← constraint(x − ε·transform(∂E/∂x) + noise), with ε a schedule, such as sgld.
template <class K>
concept gradient_step = requires(const K& k, index_t step) {
  { value_at(k.step_size, step) } -> std::convertible_to<float>;
  k.transform;
  k.constraint;
};

namespace detail {

/// x + by·(1 + |x|)
template <class V>
struct nudge {
  V by;

  constexpr V operator()(V x) const { return x + by * (V(1) + (x < V(0) ? -x : x)); }
};

/// g where both are equal, else 0
struct where_equal {
  template <class V>
  constexpr V operator()(V g, V a, V b) const {
    return a == b ? g : V(0);
  }
};

/// −w / max(d², 1e-12)
template <class V>
struct pull_of_distance {
  V weight;

  constexpr V operator()(V square) const { return -weight / (square > V(1e-12) ? square : V(1e-12)); }
};

/// g ← 0 where f sets elements near x, in place of leaving them as they are: the derivative of a box, of held values, of clipped elements.
template <tensor_value T, class F>
void stop_where_set(T& g, const T& x, const F& f) {
  using V = typename T::value_type;
  if constexpr (!std::same_as<F, identity> && !std::same_as<F, unconstrained>) {
    for (const V by : {V(1e-5), V(-1e-5)}) {
      const T beside = map(x, nudge<V>{by});
      T changed      = beside;
      f(changed);
      g = zip(g, beside, changed, where_equal{});
    }
  }
}

/// Adds −w·∂/∂x̃ log ‖x̃ − nearest‖ to g, the nearest other samples held fixed, and returns the mean of the logarithms.
template <tensor_value T>
double add_entropy_gradient(T& g, const T& position, float weight) {
  using V         = typename T::value_type;
  T apart         = position - gather_rows(position, nearest_others(position));
  const T squares = row_dots(apart, apart);  // (n)
  double logs     = 0;
  for (const double square : squares.to_vector()) logs += std::log(std::isnan(square) ? square : (std::max)(square, 1e-12)) / 2;
  scale_per_row(apart, map(squares, pull_of_distance<V>{static_cast<V>(weight)}));
  add_scaled(g, 1, apart);
  return logs / static_cast<double>(position.extent(0));
}

}  // namespace detail

/// Step number `step` of chains from x (n, …), and the pairs that give the gradient of what is said above. Elements that the constraint or
/// the transform sets count as constant, and so do rows that clip_norm shortens; distances below 1e-6 count as 1e-6. It takes two
/// gradients, and one more if the kernel has a transform. Throws std::invalid_argument for a single chain if the entropy has a weight.
template <gradient_step K, class Energy, tensor_value T>
  requires(kernel<K, Energy, T> && differentiable_energy<Energy, T>)
last_step<T> differentiable_step(const K& k, const Energy& energy, const T& x, index_t step, rng& g,
                                 const last_step_options& options = {}) {
  auto state = k.init(energy, x);
  state.step = step;
  k.step(energy, state, g);
  T along(x.extents());
  double value = mean(energy.value_and_grad(state.position, along));
  if (options.entropy > 0) value -= options.entropy * detail::add_entropy_gradient(along, state.position, options.entropy);
  detail::stop_where_set(along, state.position, k.constraint);
  if constexpr (!std::same_as<std::remove_cvref_t<decltype(k.transform)>, identity>) {
    T gradient(x.extents());
    gradient_of(energy, x, gradient);
    detail::stop_where_set(along, gradient, k.transform);
  }
  detail::points_along<T> points("differentiable_step", x, along, options.reach);
  const double epsilon = value_at(k.step_size, step);
  return {std::move(state.position), {std::move(points.x), {-epsilon / (2 * points.h), points.square, value}}};
}

}  // namespace jem::inline v0
