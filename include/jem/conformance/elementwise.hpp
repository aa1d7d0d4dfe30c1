// SPDX-License-Identifier: MIT
// The conformance suite, part three: element-wise operations, compared with reference. Copies, sums and products of two numbers have the
// same values. If a compiler may fuse a product and a sum, there is one rounding more or less, for which 4 or 8 units in the last place
// of 1 are allowed.
#pragma once

#include <jem/conformance/outcome.hpp>
#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0::conformance {

namespace detail {

struct quarter_of_square {
  template <class V>
  constexpr V operator()(V x) const {
    return x * x / V(4);
  }
};

struct mix {
  template <class V>
  constexpr V operator()(V x, V y) const {
    return V(2) * x - y * y;
  }
  template <class V>
  constexpr V operator()(V x, V y, V z) const {
    return V(2) * x - y * z;
  }
};

struct turn {
  template <class V>
  constexpr void operator()(V& x, V& y, V u) const {
    x += u, y -= x;
  }
  template <class V>
  constexpr void operator()(V& x, V& y, V& z, V u) const {
    x += u, y -= x, z = y * u;
  }
};

template <class T>
std::vector<outcome> elementwise_outcomes(index_t n) {
  using V           = typename T::value_type;
  const double ulps = ulps_of_one<V>(4);
  const shape extents{n, 3};
  const T x = random_tensor<T>(extents, 1), y = random_tensor<T>(extents, 2), u = random_tensor<T>(extents, 3);
  std::vector<outcome> out;
  out.push_back({"map", ulps, values_of(map(x, quarter_of_square{}))});
  out.push_back({"zip", ulps, values_of(zip(x, y, mix{}))});
  out.push_back({"zip of three", ulps, values_of(zip(x, y, u, mix{}))});
  T a = x, b = y, c = x;
  apply(a, quarter_of_square{});
  apply(b, x, mix{});
  out.push_back({"apply", ulps, values_of(a)});
  out.push_back({"apply with another", ulps, values_of(b)});
  apply(a, b, u, turn{});
  for (const T* each : {&a, &b}) out.push_back({"apply to two", 2 * ulps, values_of(*each)});
  apply(a, b, c, u, turn{});
  for (const T* each : {&a, &b, &c}) out.push_back({"apply to three", 2 * ulps, values_of(*each)});
  out.push_back({"full", 0, values_of(full<T>(extents, V(7)))});
  out.push_back({"zeros", 0, values_of(zeros<T>(extents))});
  out.push_back({"+", 0, values_of(x + y)});
  out.push_back({"-", 0, values_of(x - y)});
  out.push_back({"*", 0, values_of(x * y)});
  out.push_back({"scalar *", 0, values_of(V(3) * x)});
  out.push_back({"negation", 0, values_of(-x)});
  scale(a, V(0.5)), add_scaled(b, V(2), x), clamp(c, V(-0.25), V(0.5));
  out.push_back({"scale", ulps, values_of(a)});
  out.push_back({"add_scaled", 2 * ulps, values_of(b)});
  out.push_back({"clamp", 2 * ulps, values_of(c)});
  fill(a, V(4));
  out.push_back({"fill", 0, values_of(a)});
  return out;
}

}  // namespace detail

/// The operations of tensor/elementwise.hpp.
template <class B, class V>
evidence elementwise_operations_agree_with_reference() {
  return agreement<B>(detail::elementwise_outcomes<tensor<V, B>>, detail::elementwise_outcomes<tensor<V, reference>>);
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_elementwise{
    check{"elementwise operations agree with reference in float", elementwise_operations_agree_with_reference<B, float>},
    check{"elementwise operations agree with reference in double", elementwise_operations_agree_with_reference<B, double>}};

}  // namespace jem::inline v0::conformance
