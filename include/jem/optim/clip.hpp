// SPDX-License-Identifier: MIT
// Bounds on a gradient before an update: Pascanu, Mikolov and Bengio 2013, arXiv:1211.5063.
#pragma once

#include <jem/nn/parameters.hpp>

namespace jem::inline v0 {

namespace detail {

/// factor·a, in double, since the factor may be too small for a float.
struct scale_wide {
  double factor;

  template <class V>
  constexpr V operator()(V a) const {
    return static_cast<V>(factor * static_cast<double>(a));
  }
};

}  // namespace detail

/// Scales a gradient to a Euclidean norm of at most `limit`; returns the norm that it had. If the norm is not finite, it is returned and
/// nothing is changed, so that the caller can decide what to do. With an infinite limit the norm is only computed. Throws
/// std::invalid_argument for a limit that is negative or NaN.
template <parameterised Net>
double clip_global_norm(Net& gradient, double limit) {
  if (!(limit >= 0)) fail("clip_global_norm", "limit >= 0", std::to_string(limit));
  const double norm = global_norm(gradient);
  if (norm > limit && std::isfinite(norm)) {
    for_each_parameter_of([&](auto& g) { apply(g, detail::scale_wide{limit / norm}); }, gradient);
  }
  return norm;
}

}  // namespace jem::inline v0
