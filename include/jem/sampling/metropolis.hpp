// SPDX-License-Identifier: MIT
// The Metropolis–Hastings step, written once: propose, then accept with probability
//
//     min(1, exp(E(x) − E(x′) + log q(x|x′) − log q(x′|x)))
//
// Metropolis and four others (1953), Hastings (1970). A proposal whose ratio is NaN is rejected. Energies are compared in the element type
// of the tensor: a float near 10⁸ has an error of up to 4. Leave constants out of energies, or sample in double.
#pragma once

#include <jem/core/error.hpp>
#include <jem/core/math.hpp>
#include <jem/core/type_name.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/tensor/noise.hpp>
#include <jem/tensor/rows.hpp>

#include <stdexcept>
#include <string>

namespace jem::inline v0 {

namespace detail {

struct acceptance_probability {
  template <class V>
  constexpr V operator()(V error) const {  // energy error → min(1, e^(−error)); 0 for NaN
    return error <= V(0) ? V(1) : (error > V(0) ? math::exp(-error) : V(0));
  }
};

/// Moves the rows of a state to those of `to` where its proposal is accepted. correction (n) is log q(x|x′) − log q(x′|x).
template <bool WithGradient, tensor_value T>
transition_info<T> accept(point<T>& state, const point<T>& to, const T& correction, rng& g) {
  T error          = to.energy - state.energy - correction;
  T probability    = map(error, acceptance_probability{});
  const T accepted = happens(probability, g);
  choose_rows(state.position, to.position, accepted);
  choose_rows(state.energy, to.energy, accepted);
  if constexpr (WithGradient) choose_rows(state.gradient, to.gradient, accepted);
  return {std::move(probability), std::move(error)};
}

}  // namespace detail

template <class Proposal>
struct metropolis {
  static constexpr bool needs_gradient = requires { requires Proposal::needs_gradient; };
  static constexpr bool row_wise       = jem::row_wise<Proposal>;  ///< see core/concepts.hpp

  Proposal proposal;  ///< langevin, hamiltonian, or a proposal of your own

  /// Evaluates the energy, and its gradient if the proposal uses it.
  template <tensor_value T, energy<T> E>
  point<T> init(const E& e, const T& x) const {
    point<T> start{x, T{}, T{}};
    if constexpr (needs_gradient) {
      start.gradient = T(x.extents());
      start.energy   = e.value_and_grad(x, start.gradient);
    } else {
      start.energy = e.value(x);
    }
    return start;
  }

  /// One proposal for each chain; the info has its acceptance probability and energy error. Throws what the proposal throws, and
  /// std::invalid_argument, with the name of the proposal, if it does not fill a member of `to`.
  template <tensor_value T, energy<T> E>
    requires jem::proposal<Proposal, E, T>
  transition_info<T> step(const E& e, point<T>& state, rng& g) const {
    point<T> to;
    const T correction = propose(e, state, to, g);  // (n)
    return detail::accept<needs_gradient>(state, to, correction, g);
  }

 private:
  template <tensor_value T, energy<T> E>
  T propose(const E& e, const point<T>& from, point<T>& to, rng& g) const {
    T correction = with_hint([&] { return proposal.propose(e, from, to, g); });
    expect("what it returns", from.energy, correction);
    expect("to.position", from.position, to.position);
    expect("to.energy", from.energy, to.energy);
    if constexpr (needs_gradient) expect("to.gradient", from.position, to.gradient);
    return correction;
  }

  /// What f returns. To a std::invalid_argument of f it adds which member the proposal may lack.
  template <class F>
  static auto with_hint(const F& f) {
    if constexpr (needs_gradient) {
      return f();
    } else {
      try {
        return f();
      } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(std::string(error.what()) + "; " + std::string(type_name<Proposal>()) +
                                    " has no `static constexpr bool needs_gradient = true`, without which from.gradient is empty");
      }
    }
  }

  template <tensor_value T>
  static void expect(const char* what, const T& like, const T& given) {
    if (like.extents() == given.extents()) return;
    fail("metropolis", std::string(type_name<Proposal>()) + "::propose to give " + what + " the shape " + to_string(like.extents()),
         to_string(given.extents()));
  }
};

}  // namespace jem::inline v0
