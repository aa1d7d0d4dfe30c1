// SPDX-License-Identifier: MIT
// Constraints: what is done to a position after each step of a sampler, to keep it within bounds or at observed values.
#pragma once

#include <jem/core/fusable.hpp>
#include <jem/core/setting.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/mask.hpp>

#include <concepts>

namespace jem::inline v0 {

/// A constraint of each element by itself has `element<V>()`, the function of a V that it applies, so that a step and its
/// constraint are one pass.
template <class C, class V>
concept element_constraint = requires(const C& c, V x) {
  { c.template element<V>()(x) } -> std::same_as<V>;
};

/// No constraint: the paper's choice.
struct unconstrained {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  /// x
  template <scalar V>
  unchanged element() const {
    return {};
  }

  template <tensor_value T>
  void operator()(T&) const {}
};

namespace range {

/// Finite, or −infinity: no bound from below.
struct lower_bound {
  static constexpr bool holds(float x) { return x <= most<float>; }  ///< x < infinity
  static std::string expected() { return " < infinity"; }            ///< "[box] expected low < infinity …"
};

/// Finite, or infinity: no bound from above.
struct upper_bound {
  static constexpr bool holds(float x) { return -most<float> <= x; }  ///< x > −infinity
  static std::string expected() { return " > -infinity"; }            ///< "[box] expected high > -infinity …"
};

}  // namespace range

/// Moves each element into [low, high]; an infinite end is no bound.
struct box {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  setting<float, "box", "low", range::lower_bound> low;    ///< −infinity for none
  setting<float, "box", "high", range::upper_bound> high;  ///< ≥ low; infinity for none

  /// min(max(x, low), high). Throws std::invalid_argument unless low ≤ high.
  template <scalar V>
  op::clamp<V> element() const {
    check();
    return {static_cast<V>(low), static_cast<V>(high)};
  }

  /// Throws as element.
  template <tensor_value T>
  void operator()(T& position) const {
    check();
    clamp(position, low, high);
  }

 private:
  void check() const {
    if (!(low <= high)) fail("box", "low <= high", std::to_string(low) + " and " + std::to_string(high));
  }
};

/// Observed values where the mask is not 0; each is one for all chains (…), or one for each (n, …). A chain that starts with
/// them then has the law of the free coordinates given the held ones: what masked(energy, observed, mask) has under any kernel,
/// here with the held coordinates in their place at every step. A transform sees the gradient of held coordinates, too: with
/// clip_norm take both.
template <tensor_value T>
struct hold {
  T observed;  // (…) or (n, …)
  T mask;      // (…) or (n, …): not 0 where held

  /// Throws std::invalid_argument unless both fit the position.
  void operator()(T& position) const { replace_where(position, observed, mask); }
};

}  // namespace jem::inline v0
