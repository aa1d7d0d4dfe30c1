// SPDX-License-Identifier: MIT
// Constraints: functions that change a position after each step of a sampler, to keep it within bounds or at observed values.
#pragma once

#include <jem/core/fusable.hpp>
#include <jem/core/setting.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/mask.hpp>

#include <concepts>

namespace jem::inline v0 {

/// A constraint that acts on each element separately: `element<V>()` returns the function of a V that it applies, so that a step and
/// its constraint can be done in one pass.
template <class C, class V>
concept element_constraint = requires(const C& c, V x) {
  { c.template element<V>()(x) } -> std::same_as<V>;
};

/// No constraint, as in Grathwohl et al. (2020, arXiv:1912.03263).
struct unconstrained {
  static constexpr bool row_wise = true;  ///< see core/concepts.hpp

  /// The identity.
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

  /// Throws as `element` does.
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

/// Sets a position to observed values where the mask is not 0. Values and mask are the same for all chains (…), or one for each chain
/// (n, …). A chain that starts with the observed values then samples the free coordinates given the held ones. The energy
/// masked(energy, observed, mask) does the same under any kernel, but `hold` keeps the held coordinates at their values at every step.
/// A transform of the gradient sees held coordinates as well, so with clip_norm use `hold` and `masked` together.
template <tensor_value T>
struct hold {
  T observed;  // (…) or (n, …)
  T mask;      // (…) or (n, …): not 0 where held

  /// Throws std::invalid_argument unless values and mask fit the position.
  void operator()(T& position) const { replace_where(position, observed, mask); }
};

}  // namespace jem::inline v0
