// SPDX-License-Identifier: MIT
// Dual numbers: a value with its derivatives in D directions, carried through arithmetic by the chain rule (Clifford 1873;
// Griewank and Walther, Evaluating Derivatives, 2008). Functions such as square and exp are hidden friends: they are found
// by argument-dependent lookup and collide with no other function. dual<T, 0> is only a value, and costs no more than a value.
#pragma once

#include <jem/core/gamma_function.hpp>
#include <jem/core/math.hpp>
#include <jem/core/platform.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <type_traits>
#include <utility>

/// A separate namespace, since jem::tanh and jem::softplus are layers.
namespace jem::inline v0::duals {

/// A built-in number. The result of a comparison is one as well: x * (x > 0).
template <class V>
concept arithmetic = std::is_arithmetic_v<V>;

template <class T, int D>
struct dual {
  T value{};                                             ///< f
  std::array<T, static_cast<std::size_t>(D)> partial{};  ///< ∂f/∂x₁, …, ∂f/∂x_D

  constexpr dual() = default;

  /// A constant: numbers of any kind mix with duals.
  template <arithmetic V>
  constexpr explicit(false) dual(V v) : value(static_cast<T>(v)) {}

  /// The variable with number `axis`, whose derivative in its own direction is 1.
  static constexpr dual variable(T v, int axis) {
    dual x(v);
    if constexpr (D > 0) x.partial[static_cast<std::size_t>(axis)] = T(1);
    return x;
  }

  /// Stops the compilation with an explanation: only a function of std:: needs this conversion, and it would lose the derivatives.
  template <std::same_as<long double> V>
  explicit(false) operator V() const {
    static_assert(!std::same_as<V, long double>,
                  "a function of std:: has no derivative here: write exp(x), not std::exp(x), and so with log, sqrt, tanh, pow …");
    return {};
  }

  [[gnu::always_inline]] friend constexpr dual operator+(const dual& a, const dual& b) {
    return combine(a.value + b.value, a, T(1), b, T(1));
  }
  [[gnu::always_inline]] friend constexpr dual operator-(const dual& a, const dual& b) {
    return combine(a.value - b.value, a, T(1), b, T(-1));
  }
  [[gnu::always_inline]] friend constexpr dual operator*(const dual& a, const dual& b) {
    return combine(a.value * b.value, a, b.value, b, a.value);
  }
  [[gnu::always_inline]] friend constexpr dual operator/(const dual& a, const dual& b) {
    const T quotient = a.value / b.value;
    return combine(quotient, a, T(1) / b.value, b, -quotient / b.value);
  }
  [[gnu::always_inline]] friend constexpr dual operator+(const dual& a) { return a; }
  [[gnu::always_inline]] friend constexpr dual operator-(const dual& a) { return chain(-a.value, T(-1), a); }

  // Arithmetic of a dual and a number of any kind, whose derivatives are not multiplied. Overload resolution prefers these to the
  // conversion above.
  template <arithmetic V> [[gnu::always_inline]] friend constexpr dual operator+(const dual& a, V b) {
    return chain(a.value + static_cast<T>(b), T(1), a);
  }
  template <arithmetic V> [[gnu::always_inline]] friend constexpr dual operator-(const dual& a, V b) {
    return chain(a.value - static_cast<T>(b), T(1), a);
  }
  template <arithmetic V> [[gnu::always_inline]] friend constexpr dual operator*(const dual& a, V b) {
    return chain(a.value * static_cast<T>(b), static_cast<T>(b), a);
  }
  template <arithmetic V> [[gnu::always_inline]] friend constexpr dual operator/(const dual& a, V b) {
    return chain(a.value / static_cast<T>(b), T(1) / static_cast<T>(b), a);
  }
  template <arithmetic V> [[gnu::always_inline]] friend constexpr dual operator+(V a, const dual& b) { return b + a; }
  template <arithmetic V> [[gnu::always_inline]] friend constexpr dual operator-(V a, const dual& b) {
    return chain(static_cast<T>(a) - b.value, T(-1), b);
  }
  template <arithmetic V> [[gnu::always_inline]] friend constexpr dual operator*(V a, const dual& b) { return b * a; }
  template <arithmetic V> [[gnu::always_inline]] friend constexpr dual operator/(V a, const dual& b) {
    const T quotient = static_cast<T>(a) / b.value;
    return chain(quotient, -quotient / b.value, b);
  }

  [[gnu::always_inline]] constexpr dual& operator+=(const dual& b) { return *this = *this + b; }
  [[gnu::always_inline]] constexpr dual& operator-=(const dual& b) { return *this = *this - b; }
  [[gnu::always_inline]] constexpr dual& operator*=(const dual& b) { return *this = *this * b; }
  [[gnu::always_inline]] constexpr dual& operator/=(const dual& b) { return *this = *this / b; }

  /// Compares values only, for branches such as those of |x|.
  friend constexpr bool operator==(const dual& a, const dual& b) { return a.value == b.value; }
  friend constexpr auto operator<=>(const dual& a, const dual& b) { return a.value <=> b.value; }
  template <arithmetic V> friend constexpr bool operator==(const dual& a, V b) { return a == dual(b); }
  template <arithmetic V> friend constexpr auto operator<=>(const dual& a, V b) { return a <=> dual(b); }

  [[gnu::always_inline]] friend constexpr dual square(const dual& a) { return chain(a.value * a.value, 2 * a.value, a); }
  friend constexpr dual exp(const dual& a) {
    const T e = math::exp(a.value);
    return chain(e, e, a);
  }
  friend constexpr dual log(const dual& a) { return chain(math::log(a.value), T(1) / a.value, a); }
  friend constexpr dual sqrt(const dual& a) {
    const T root = math::sqrt(a.value);
    return chain(root, T(0.5) / root, a);
  }
  friend constexpr dual abs(const dual& a) { return a.value < T(0) ? -a : a; }
  friend constexpr dual tanh(const dual& a) {
    return chain(math::tanh(a.value), T(4) * math::sigmoid(2 * a.value) * math::sigmoid(-2 * a.value), a);  // 1 − tanh² would cancel
  }
  friend constexpr dual sigmoid(const dual& a) {
    const T s = math::sigmoid(a.value);
    return chain(s, s * math::sigmoid(-a.value), a);
  }
  friend constexpr dual softplus(const dual& a) { return chain(math::softplus(a.value), math::sigmoid(a.value), a); }
  JEM_HOST_DEVICE friend dual sin(const dual& a) { return chain(std::sin(a.value), std::cos(a.value), a); }
  JEM_HOST_DEVICE friend dual cos(const dual& a) { return chain(std::cos(a.value), -std::sin(a.value), a); }
  JEM_HOST_DEVICE friend dual pow(const dual& a, T exponent) {
    return chain(std::pow(a.value, exponent), exponent == T(0) ? T(0) : exponent * std::pow(a.value, exponent - T(1)), a);
  }

  /// aᵇ for two variables. For a ≤ 0 the derivative in b is 0.
  JEM_HOST_DEVICE friend dual pow(const dual& a, const dual& b) {
    const T power = std::pow(a.value, b.value);
    const T by_a  = b.value == T(0) ? T(0) : b.value * std::pow(a.value, b.value - T(1));
    return combine(power, a, by_a, b, a.value > T(0) ? power * math::log(a.value) : T(0));
  }
  JEM_HOST_DEVICE friend dual log1p(const dual& a) { return chain(std::log1p(a.value), T(1) / (T(1) + a.value), a); }
  JEM_HOST_DEVICE friend dual expm1(const dual& a) { return chain(std::expm1(a.value), math::exp(a.value), a); }
  JEM_HOST_DEVICE friend dual atan(const dual& a) { return chain(std::atan(a.value), T(1) / (T(1) + a.value * a.value), a); }
  JEM_HOST_DEVICE friend dual erf(const dual& a) {
    return chain(std::erf(a.value), T(1.1283791670955126) * math::exp(-a.value * a.value), a);  // 2/√π
  }
  /// ln Γ(a) for a > 0
  friend constexpr dual lgamma(const dual& a) { return chain(math::log_gamma(a.value), D > 0 ? math::digamma(a.value) : T(0), a); }
  /// ln(eᵃ + eᵇ), which does not overflow.
  friend constexpr dual log_sum_exp(const dual& a, const dual& b) {
    if (a.value == b.value) return combine(a.value + T(0.69314718055994531), a, T(0.5), b, T(0.5));  // also if both are infinite
    const T gap = a.value - b.value;
    return combine((gap > T(0) ? a.value : b.value) + math::softplus(gap > T(0) ? -gap : gap), a, math::sigmoid(gap), b,
                   math::sigmoid(-gap));
  }
  friend constexpr dual(min)(const dual& a, const dual& b) { return b < a ? b : a; }  ///< the first of two equal ones
  friend constexpr dual(max)(const dual& a, const dual& b) { return a < b ? b : a; }  ///< the first of two equal ones

 private:
  using partials   = std::array<T, static_cast<std::size_t>(D)>;
  using directions = std::make_index_sequence<static_cast<std::size_t>(D)>;

  [[gnu::always_inline]] constexpr dual(T v, const partials& p) : value(v), partial(p) {}

  // Each direction is written out, and all is inlined: so g++ keeps the derivatives in vector registers at -O2, too, where loops over
  // them take three to five times as long.
  template <std::size_t... I>
  [[gnu::always_inline]] static constexpr partials scaled([[maybe_unused]] T slope, [[maybe_unused]] const dual& a,
                                                          std::index_sequence<I...>) {
    return {(slope * a.partial[I])...};
  }
  template <std::size_t... I>
  [[gnu::always_inline]] static constexpr partials summed([[maybe_unused]] const dual& a, [[maybe_unused]] T da,
                                                          [[maybe_unused]] const dual& b, [[maybe_unused]] T db,
                                                          std::index_sequence<I...>) {
    return {(da * a.partial[I] + db * b.partial[I])...};
  }

  [[gnu::always_inline]] static constexpr dual chain(T value, T slope, const dual& a) {
    return dual(value, scaled(slope, a, directions{}));
  }
  [[gnu::always_inline]] static constexpr dual combine(T value, const dual& a, T da, const dual& b, T db) {
    return dual(value, summed(a, da, b, db, directions{}));
  }
};

}  // namespace jem::inline v0::duals

namespace jem::inline v0 {
using duals::dual;
}  // namespace jem::inline v0
