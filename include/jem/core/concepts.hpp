// SPDX-License-Identifier: MIT
// The contracts: what a backend, a tensor, an energy, a layer and the policies of a sampler have to offer. Contracts that name
// types of a sampler or of a loss are in the headers of those types (sampling/kernel.hpp, sampling/replay_buffer.hpp,
// loss/phases.hpp). A concept checks only that a backend compiles; jem/conformance/suite.hpp checks its results.
#pragma once

#include <jem/core/bfloat16.hpp>
#include <jem/core/mistakes.hpp>
#include <jem/core/random.hpp>
#include <jem/core/shape.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace jem::inline v0 {

/// The types that networks and samplers compute in.
template <class T>
concept scalar = std::same_as<T, float> || std::same_as<T, double>;

/// The types of elements that a tensor may hold: float and double, bfloat16, and integers for labels.
template <class T>
concept element = scalar<T> || std::same_as<T, bfloat16> || std::same_as<T, std::int32_t>;

/// The type in which arithmetic on elements of type T is done and their sums are returned.
template <element T>
using accumulator_t = std::conditional_t<std::same_as<T, bfloat16>, float, T>;

/// The type in which sums of many numbers of type A are kept before they are rounded to A once. In float a sum of ones stops growing at
/// 2²⁴, and the square of 10²⁰ is infinite.
template <class A>
using wide_t = std::conditional_t<std::same_as<A, float> || std::same_as<A, bfloat16>, double, A>;

/// Whether a factor of a matrix product is read transposed.
enum class transpose : bool { no, yes };

namespace archetype {

struct index_function {
  constexpr void operator()(index_t) const {}
  constexpr void operator()(index_t, index_t) const {}
};

template <class A>
struct row_function {
  constexpr A operator()(index_t, index_t) const { return A{}; }
};

}  // namespace archetype

/// A backend that has storage for n uninitialised elements of type T, in memory that its verbs can access, and that copies elements
/// between this memory and the host.
template <class B, class T>
concept holds = requires(typename B::template storage<T>& s, const T* from, T* to, index_t n) {
  requires std::constructible_from<typename B::template storage<T>, index_t>;
  requires std::movable<typename B::template storage<T>>;
  { s.data() } -> std::same_as<T*>;
  B::upload(from, n, to);
  B::download(from, n, to);
};

/// A backend: storage and a few static functions, which are called its verbs. The pointers that verbs receive point into the memory of
/// the backend.
template <class B, class T>
concept backend = scalar<T> && holds<B, T> && holds<B, wide_t<T>> && holds<B, std::int32_t> &&
                  requires(index_t n, accumulator_t<T> a, const T* x, T* y, accumulator_t<T>* sums, transpose t) {
                    B::for_each(n, archetype::index_function{});                              // f(i) for i < n, in any order
                    B::for_each(n, n, archetype::index_function{});                           // f(i, j), j innermost
                    B::sum_rows(n, n, archetype::row_function<accumulator_t<T>>{}, sums);     // sums[i] = Σⱼ f(i, j), kept in wide_t
                    B::sum_columns(n, n, archetype::row_function<accumulator_t<T>>{}, sums);  // sums[j] = Σᵢ f(i, j), kept in wide_t
                    B::gemm(t, t, n, n, n, a, x, x, a, y);  // y(m, n) = a·op(x)(m, k)·op(x)(k, n) + a·y, all row-major
                  };

/// A type that can be read as a tensor: it has extents and contiguous memory of a backend.
template <class X>
concept tensor_like = requires(const std::remove_cvref_t<X>& x, index_t axis) {
  typename std::remove_cvref_t<X>::value_type;
  typename std::remove_cvref_t<X>::backend_type;
  { x.extents() } -> std::convertible_to<shape>;
  { x.extent(axis) } -> std::same_as<index_t>;
  { x.size() } -> std::same_as<index_t>;
  { x.data() } -> std::convertible_to<const typename std::remove_cvref_t<X>::value_type*>;
};

/// A tensor that owns its elements. Functions return such tensors.
template <class T>
concept tensor_value = tensor_like<T> && std::copyable<T> && std::constructible_from<T, const shape&>;

/// An energy E(x), which is low where x is likely: value(x) returns one value for each row of a batch, (n, …) → (n).
template <class E, class T>
concept energy = tensor_value<T> && value_is_const<E, T> && requires(const E& e, const T& x) {
  { e.value(x) } -> std::same_as<T>;
};

/// An energy with a gradient: value_and_grad(x, grad) returns (n) and sets grad to ∂E/∂x, of x's shape.
template <class E, class T>
concept differentiable_energy =
    energy<E, T> && value_and_grad_is_const<E, T> && gradient_is_a_reference<E, T> && requires(const E& e, const T& x, T& grad) {
      { e.value_and_grad(x, grad) } -> std::same_as<T>;
    };

/// An energy with a function `prepared(x)`, which returns an energy with the same values that is faster for positions of x's extents. The
/// result is used for a whole run. It must not be used after the energy or its network has changed.
template <class E, class T>
concept preparable_energy = requires(const E& e, const T& x) {
  { e.prepared(x) } -> differentiable_energy<T>;
};

/// An energy that says how many rows (n, …) a sampler should carry through its steps together; 0 for all of them.
template <class E>
concept says_rows = requires(const E& e) {
  { e.rows_at_once() } -> std::same_as<index_t>;
};

/// grad = ∂E/∂x. Calls the energy's `gradient(x, grad)`, which does not compute the value, if it has one, and value_and_grad otherwise.
template <tensor_value T, differentiable_energy<T> E>
void gradient_of(const E& e, const T& x, T& grad) {
  if constexpr (requires { e.gradient(x, grad); }) {
    e.gradient(x, grad);
  } else {
    (void)e.value_and_grad(x, grad);
  }
}

/// A type whose functions may be given a batch in tiles of rows. Its result for a row does not depend on the other rows, each random
/// tensor that it draws has one row for each row of the batch, it keeps no state between calls, and several threads may call it at once.
/// A type declares this by a member `static constexpr bool row_wise = true`; a type without the member is not row-wise.
template <class X>
concept row_wise = requires { requires std::remove_cvref_t<X>::row_wise; };

/// A built-in number type other than bool.
template <class N>
concept number = std::is_arithmetic_v<N> && !std::same_as<N, bool>;

/// The value of a constant schedule.
template <number N>
constexpr float value_at(N value, auto) {
  return static_cast<float>(value);
}

/// The value of a function: of a schedule at a step number, or of a noise scale at a step size.
template <class F, class At>
  requires(!number<F>)
constexpr auto value_at(const F& f, At at) -> decltype(f(at)) {
  return f(at);
}

/// A function from the step number k to a step size ε or a learning rate; or a number, which is used at every step.
template <class S>
concept schedule = std::copy_constructible<S> && requires(const S& s, index_t k) {
  { value_at(s, k) } -> std::convertible_to<float>;
};

/// The value of a noise scale, which need not ask for the number of the step.
template <class N>
constexpr auto noise_at(const N& s, float step_size, index_t) -> decltype(value_at(s, step_size)) {
  return value_at(s, step_size);
}
/// The value of a noise scale that asks for it.
template <class N>
  requires(!requires(const N& s, float step_size) { value_at(s, step_size); })
constexpr auto noise_at(const N& s, float step_size, index_t step) -> decltype(s(step_size, step)) {
  return s(step_size, step);
}

/// A function from the step size ε, or from ε and the step number k, to the standard deviation σ of the noise; or a number, which is used
/// for every step size.
template <class N>
concept noise_scale = std::copy_constructible<N> && requires(const N& s, float step_size, index_t k) {
  { noise_at(s, step_size, k) } -> std::convertible_to<float>;
};

/// Changes a batch in place: a sampler's gradient before the step, its position after it.
template <class F, class T>
concept batch_transform =
    std::copy_constructible<F> && call_is_const<F, T> && batch_is_a_reference<F, T> && requires(const F& f, T& x) { f(x); };

/// A part of a network. forward stores in the cache what backward needs; backward returns ∂/∂input and adds ∂/∂parameters
/// to *grad. grad is null if only ∂/∂input is needed, as in sampling. `parameters(l)` returns a std::tie of tensors, layers,
/// optional layers (std::optional) or ranges of layers, and accepts both L& and const L&.
template <class L, class T>
concept layer = std::copyable<L> && requires { typename L::template cache<T>; } && forward_is_const<L, T, typename L::template cache<T>> &&
                backward_is_const<L, T, typename L::template cache<T>> && cache_is_a_reference<L, T, typename L::template cache<T>> &&
                requires(const L& f, L& g, const T& x, typename L::template cache<T>& c, L* grad) {
                  { f.forward(x, c) } -> std::same_as<T>;
                  { f.backward(x, c, grad) } -> std::same_as<T>;
                  L::parameters(f);
                  L::parameters(g);
                };

}  // namespace jem::inline v0
