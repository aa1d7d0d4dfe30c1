// SPDX-License-Identifier: MIT
// Supports applied to blocks of a row, and to whole rows: forward, back, and pulling gradients back. A support of single numbers is
// differentiated number by number, so that the cost is linear; one of several numbers by its own pull_back, or by dual numbers in chunks.
#pragma once

#include <jem/energy/support.hpp>

#include <tuple>
#include <utility>

namespace jem::inline v0::detail {

/// How many free numbers n numbers have.
template <class S>
constexpr index_t free_size_of(const S& s, index_t n) {
  if constexpr (scalar_support<S>) {
    return n;
  } else {
    return s.free_size(n);
  }
}

/// Throws std::invalid_argument for settings or a number n that make no sense.
template <class S>
void check_support(const S& s, index_t n) {
  if constexpr (requires { s.check(n); }) s.check(n);
  if constexpr (!scalar_support<S> && !support_by_hand<S>) {
    if (n > largest_dual_row || s.free_size(n) > largest_dual_row) {
      fail("variable", concat("at most ", largest_dual_row, " numbers for a support without pull_back"), std::to_string(n));
    }
  }
}

/// x(u) for n numbers; returns ln |det ∂x/∂u|.
template <class S, class T>
constexpr T constrain_block(const S& s, const T* u, T* x, index_t n) {
  using V = dual<T, 0>;
  if constexpr (scalar_support<S>) {
    T log_jacobian = 0;
    for (index_t j = 0; j < n; ++j) {
      V log_slope;
      x[j] = s.constrain(V(u[j]), log_slope).value;
      log_jacobian += log_slope.value;
    }
    return log_jacobian;
  } else if constexpr (support_by_hand<S>) {
    return s.constrain(u, x, n);
  } else {
    dual_room<V> from, to;
    for (index_t j = 0; j < s.free_size(n); ++j) std::construct_at(from.at + j, u[j]);
    for (index_t j = 0; j < n; ++j) std::construct_at(to.at + j);
    const T log_jacobian = s.constrain(static_cast<const V*>(from.at), to.at, n).value;
    for (index_t j = 0; j < n; ++j) x[j] = to.at[j].value;
    return log_jacobian;
  }
}

/// u(x) for n numbers.
template <class S, class T>
constexpr void unconstrain_block(const S& s, const T* x, T* u, index_t n) {
  using V = dual<T, 0>;
  if constexpr (scalar_support<S>) {
    for (index_t j = 0; j < n; ++j) u[j] = s.unconstrain(V(x[j])).value;
  } else if constexpr (support_by_hand<S>) {
    s.unconstrain(x, u, n);
  } else {
    dual_room<V> from, to;
    for (index_t j = 0; j < n; ++j) std::construct_at(from.at + j, x[j]);
    for (index_t j = 0; j < s.free_size(n); ++j) std::construct_at(to.at + j);
    s.unconstrain(static_cast<const V*>(from.at), to.at, n);
    for (index_t j = 0; j < s.free_size(n); ++j) u[j] = to.at[j].value;
  }
}

/// g·x(u) − ln |det ∂x/∂u|: its gradient is what pull_back returns.
template <class S, class T>
struct pulled_back {
  const S* support;
  const T* g;
  index_t n;

  template <class V>
  constexpr V operator()(const V* u) const {
    dual_room<V> x;
    for (index_t j = 0; j < n; ++j) std::construct_at(x.at + j);
    V sum = -support->constrain(u, x.at, n);
    for (index_t j = 0; j < n; ++j) sum += g[j] * x.at[j];
    return sum;
  }
};

/// grad = (∂x/∂u)ᵀ·g − ∂/∂u ln |det ∂x/∂u| for n numbers.
template <class S, class T>
constexpr void pull_back_block(const S& s, const T* u, const T* g, T* grad, index_t n) {
  if constexpr (scalar_support<S>) {
    for (index_t j = 0; j < n; ++j) {
      dual<T, 1> log_slope;
      const auto x = s.constrain(dual<T, 1>::variable(u[j], 0), log_slope);
      grad[j]      = g[j] * x.partial[0] - log_slope.partial[0];
    }
  } else if constexpr (support_by_hand<S>) {
    s.pull_back(u, g, grad, n);
  } else {
    (void)dual_value_and_grad<8>(pulled_back<S, T>{&s, g, n}, u, grad, s.free_size(n));
  }
}

/// A variable without its name, and where it begins in a row of x and in a row of u.
template <class S>
struct variable_block {
  S support;
  index_t count, first, free_first;
};

/// A row of u to a row of x; returns ln |det ∂x/∂u|.
template <class... S>
struct constrain_row {
  std::tuple<variable_block<S>...> blocks;

  template <class T>
  constexpr T operator()(const T* u, T* x) const {
    return each(u, x, std::index_sequence_for<S...>{});
  }

 private:
  template <class T, std::size_t... I>
  constexpr T each(const T* u, T* x, std::index_sequence<I...>) const {
    return (T(0) + ... + one(std::get<I>(blocks), u, x));
  }
  template <class T, class B>
  static constexpr T one(const B& b, const T* u, T* x) {
    return constrain_block(b.support, u + b.free_first, x + b.first, b.count);
  }
};

/// A row of x to a row of u; returns 0 if all of u is finite, and 1 otherwise.
template <class... S>
struct unconstrain_row {
  std::tuple<variable_block<S>...> blocks;

  template <class T>
  constexpr T operator()(const T* x, T* u) const {
    return each(x, u, std::index_sequence_for<S...>{}) ? T(0) : T(1);
  }

 private:
  template <class T, std::size_t... I>
  constexpr bool each(const T* x, T* u, std::index_sequence<I...>) const {
    return (one(std::get<I>(blocks), x, u) & ...);
  }
  template <class T, class B>
  static constexpr bool one(const B& b, const T* x, T* u) {
    unconstrain_block(b.support, x + b.first, u + b.free_first, b.count);
    bool finite = true;
    for (index_t j = 0; j < free_size_of(b.support, b.count); ++j) finite = finite && u[b.free_first + j] - u[b.free_first + j] == T(0);
    return finite;
  }
};

/// Rows of u and of g = ∂f/∂x to a row of (∂x/∂u)ᵀ·g − ∂/∂u ln |det ∂x/∂u|; returns 0, since zip_rows needs a number.
template <class... S>
struct pull_back_row {
  std::tuple<variable_block<S>...> blocks;

  template <class T>
  constexpr T operator()(const T* u, const T* g, T* grad) const {
    return each(u, g, grad, std::index_sequence_for<S...>{});
  }

 private:
  template <class T, std::size_t... I>
  constexpr T each(const T* u, const T* g, T* grad, std::index_sequence<I...>) const {
    (one(std::get<I>(blocks), u, g, grad), ...);
    return T(0);
  }
  template <class T, class B>
  static constexpr void one(const B& b, const T* u, const T* g, T* grad) {
    pull_back_block(b.support, u + b.free_first, g + b.first, grad + b.free_first, b.count);
  }
};

}  // namespace jem::inline v0::detail
