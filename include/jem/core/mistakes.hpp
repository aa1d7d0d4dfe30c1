// SPDX-License-Identifier: MIT
// Mistakes that a compiler reports only as "the required expression is invalid", or not at all: a member function that is not const,
// and a parameter by value where the function has to change its argument. Each is a named condition that is false if the mistake is
// made. The concepts check these conditions first, so that every compiler shows the name at its default settings.
#pragma once

#include <utility>

namespace jem::inline v0 {

/// An energy's `value(x)` is a const member.
template <class E, class T>
inline constexpr bool value_is_const = requires(const E& e, const T& x) { e.value(x); } || !requires(E& e, const T& x) { e.value(x); };

/// An energy's `value_and_grad(x, grad)` is a const member.
template <class E, class T>
inline constexpr bool value_and_grad_is_const = requires(const E& e, const T& x, T& grad) { e.value_and_grad(x, grad); } ||
                                                !requires(E& e, const T& x, T& grad) { e.value_and_grad(x, grad); };

/// An energy's `value_and_grad(x, grad)` takes the gradient as T&, to which a temporary cannot bind.
template <class E, class T>
inline constexpr bool gradient_is_a_reference = !requires(const E& e, const T& x, T&& grad) { e.value_and_grad(x, std::move(grad)); };

/// A policy that changes a batch has a const operator().
template <class F, class T, class... Rest>
inline constexpr bool call_is_const =
    requires(const F& f, T& x, Rest&... rest) { f(x, rest...); } || !requires(F& f, T& x, Rest&... rest) { f(x, rest...); };

namespace detail {

template <class T, class F, class Result, class... Rest>
void takes_forwarded(Result (F::*)(T&&, Rest...) const);

}  // namespace detail

/// A policy that changes a batch takes it as T&, to which a temporary cannot bind, or as auto&&.
template <class F, class T, class... Rest>
inline constexpr bool batch_is_a_reference = !requires(const F& f, T&& x, Rest&... rest) { f(std::move(x), rest...); } ||
                                             requires { detail::takes_forwarded<T>(&F::template operator()<T>); };

/// A layer's `forward(x, cache)` is a const member.
template <class L, class T, class Cache>
inline constexpr bool forward_is_const =
    requires(const L& f, const T& x, Cache& c) { f.forward(x, c); } || !requires(L& f, const T& x, Cache& c) { f.forward(x, c); };

/// A layer's `backward(dy, cache, gradient)` is a const member.
template <class L, class T, class Cache>
inline constexpr bool backward_is_const = requires(const L& f, const T& x, Cache& c, L* gradient) { f.backward(x, c, gradient); } ||
                                          !requires(L& f, const T& x, Cache& c, L* gradient) { f.backward(x, c, gradient); };

/// A layer's `forward(x, cache)` takes the cache, which backward reads later, as a reference to which a temporary cannot bind.
template <class L, class T, class Cache>
inline constexpr bool cache_is_a_reference = !requires(const L& f, const T& x, Cache&& c) { f.forward(x, std::move(c)); };

/// A loss's `accumulate(logits, weight, grad)` is a const member.
template <class L, class Phases>
inline constexpr bool accumulate_is_const = requires(const L& l, const Phases& p, float weight, Phases& grad) {
  l.accumulate(p, weight, grad);
} || !requires(L& l, const Phases& p, float weight, Phases& grad) { l.accumulate(p, weight, grad); };

/// A loss's `accumulate(logits, weight, grad)` takes the gradient, to which it adds, as a reference to which a temporary cannot bind.
template <class L, class Phases>
inline constexpr bool slopes_are_a_reference =
    !requires(const L& l, const Phases& p, float weight, Phases&& grad) { l.accumulate(p, weight, std::move(grad)); };

}  // namespace jem::inline v0
