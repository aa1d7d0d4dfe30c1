// SPDX-License-Identifier: MIT
// The contracts of samplers, and the state that they share. A kernel is a value that holds settings. `init` makes a
// state and `step` changes it; the generator of random numbers is an argument. The structure is that of blackjax (Cabezas et al. 2024,
// arXiv:2402.10797).
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/tensor/tensor.hpp>

namespace jem::inline v0 {

/// A batch of positions with their energies and gradients, so that a step of an exact kernel needs only one gradient.
template <tensor_value T>
struct point {
  T position;  // (n, …)
  T energy;    // (n)
  T gradient;  // (n, …): ∂E/∂x
};

/// The state of a kernel without a Metropolis adjustment: positions, and the number of steps so far, which schedules read.
template <tensor_value T>
struct unadjusted_state {
  T position;        // (n, …)
  index_t step = 0;  ///< steps made so far
};

/// The results of a step in addition to the new state. Both tensors are empty for kernels that accept every proposal.
template <tensor_value T>
struct transition_info {
  T acceptance_probability;  // (n)
  T energy_error;            // (n): of the proposal, E(x′) − E(x) with kinetic energies; NaN counts as rejected
};

/// The state of a kernel: positions (n, …), and whatever else the kernel keeps.
template <class S, class T>
concept chain_state = std::copyable<S> && requires(S& s) {
  { s.position } -> std::same_as<T&>;
};

/// The state that a kernel makes for an energy and positions of type T.
template <class K, class E, class T>
using state_of = decltype(std::declval<const K&>().init(std::declval<const E&>(), std::declval<const T&>()));

// Named mistakes, see core/mistakes.hpp.

/// A kernel's `step(e, state, rng)` is a const member.
template <class K, class E, class T>
inline constexpr bool step_is_const = requires(const K& k, const E& e, state_of<K, E, T>& s, rng& g) { k.step(e, s, g); } ||
                                      !requires(K& k, const E& e, state_of<K, E, T>& s, rng& g) { k.step(e, s, g); };

/// A kernel's `step(e, state, rng)` takes state and generator, both of which it changes, as references to which temporaries cannot bind.
template <class K, class E, class T>
inline constexpr bool state_and_rng_are_references = !requires(const K& k, const E& e, state_of<K, E, T>& s, rng& g) {
  k.step(e, std::move(s), g);
} && !requires(const K& k, const E& e, state_of<K, E, T>& s, rng& g) { k.step(e, s, std::move(g)); };

/// A proposal's `propose(e, from, to, rng)` is a const member.
template <class P, class E, class T>
inline constexpr bool propose_is_const = requires(const P& p, const E& e, const point<T>& from, point<T>& to, rng& g) {
  p.propose(e, from, to, g);
} || !requires(P& p, const E& e, const point<T>& from, point<T>& to, rng& g) { p.propose(e, from, to, g); };

/// A proposal's `propose(e, from, to, rng)` takes `to` and the generator as references to which temporaries cannot bind.
template <class P, class E, class T>
inline constexpr bool to_and_rng_are_references = !requires(const P& p, const E& e, const point<T>& from, point<T>& to, rng& g) {
  p.propose(e, from, std::move(to), g);
} && !requires(const P& p, const E& e, const point<T>& from, point<T>& to, rng& g) { p.propose(e, from, to, std::move(g)); };

/// A proposal for a Metropolis kernel: fills `to` with position, energy and gradient, and returns log q(x|x′) − log q(x′|x) (n), which is
/// added to E(x) − E(x′) to get the logarithm of the acceptance ratio.
template <class P, class E, class T>
concept proposal = propose_is_const<P, E, T> && to_and_rng_are_references<P, E, T> &&
                   requires(const P& p, const E& e, const point<T>& from, point<T>& to, rng& g) {
                     { p.propose(e, from, to, g) } -> std::same_as<T>;
                   };

namespace detail {

struct no_part {};

/// The types of a kernel's parts. A mistake in a part makes the kernel's step invalid, so the parts are checked before the step.
template <class K>
struct parts {
  using proposal = no_part;
};
template <class K>
  requires requires(K& k) { k.proposal; }
struct parts<K> {
  using proposal = decltype(K::proposal);
};
template <class K>
using proposal_of = typename parts<K>::proposal;

template <class K>
struct policies {
  using transform  = no_part;
  using constraint = no_part;
};
template <class K>
  requires requires(K& k) {
    k.transform;
    k.constraint;
  }
struct policies<K> {
  using transform  = decltype(K::transform);
  using constraint = decltype(K::constraint);
};
template <class K>
using transform_of = typename policies<K>::transform;
template <class K>
using constraint_of = typename policies<K>::constraint;

/// The parts of a kernel have none of the named mistakes.
template <class K, class E, class T>
concept parts_fit =
    propose_is_const<proposal_of<K>, E, T> && to_and_rng_are_references<proposal_of<K>, E, T> && call_is_const<transform_of<K>, T> &&
    batch_is_a_reference<transform_of<K>, T> && call_is_const<constraint_of<K>, T> && batch_is_a_reference<constraint_of<K>, T>;

}  // namespace detail

/// A Markov kernel for E: `init` starts a state at x, `step` moves it.
template <class K, class E, class T>
concept kernel = detail::parts_fit<K, E, T> && step_is_const<K, E, T> && state_and_rng_are_references<K, E, T> &&
                 requires(const K& k, const E& e, const T& x, state_of<K, E, T>& s, rng& g) {
                   { k.init(e, x) } -> chain_state<T>;
                   { k.step(e, s, g) } -> std::same_as<transition_info<T>>;
                 };

/// Called after each step with the number of the step, the state and the info: progress, logs, diagnostics.
template <class O, class S, class T>
concept step_observer = std::invocable<O&, index_t, const S&, const transition_info<T>&>;

/// The observer that does nothing: the default.
struct no_observer {
  template <class... Args>
  constexpr void operator()(const Args&...) const {}
};

}  // namespace jem::inline v0
