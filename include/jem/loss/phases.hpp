// SPDX-License-Identifier: MIT
// The four batches that a training step of a joint energy-based model can need (Grathwohl et al. 2020, Algorithm 1), and the
// contract of a loss over the logits at them.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/loss/known_of_phases.hpp>

namespace jem::inline v0 {

/// Images, or the logits at them; empty where a step has none.
template <tensor_value T>
struct phases {
  T x{};                      // (n, …): labelled data
  labels<T> y{};              // (n)
  T unlabelled{};             // (m, …): data for p(x), an independent stream
  T samples{};                // (s, …): of p(x)
  T conditional{};            // (c, …): of p(x|y)
  labels<T> conditional_y{};  // (c)

  detail::known_of_phases<T> known{};  ///< of these batches, so that no one works it out again; a copy of the phases knows nothing

  /// Which batch stands for the data of the p(x) term: the unlabelled one, or the labelled one where there is no other.
  T phases::* data_batch() const { return unlabelled.size() > 0 ? &phases::unlabelled : &phases::x; }
  /// The data of the p(x) term.
  T& data() { return this->*data_batch(); }
  /// The same, to be read.
  const T& data() const { return this->*data_batch(); }

  /// Softmax and log-sum-exp of logits at the data of the p(x) term: `value_and_grad` has computed them, once for all who ask.
  auto data_softmax() const { return detail::known_or_computed(known.data, data()); }
  /// The same at the samples of p(x).
  auto samples_softmax() const { return detail::known_or_computed(known.samples, samples); }
};

/// Which batches a loss reads: only those are run through the network.
struct phase_set {
  bool labelled = false, data = false, samples = false, conditional = false;  ///< (x, y); `data()`; samples of p(x); of p(x|y)

  friend constexpr phase_set operator|(phase_set a, phase_set b) {
    return {a.labelled || b.labelled, a.data || b.data, a.samples || b.samples, a.conditional || b.conditional};
  }
  friend constexpr bool operator==(phase_set, phase_set) = default;
};

/// A loss on the logits of the phases. accumulate returns weight·L and adds weight·∂L/∂logits to grad; a nested loss_tag
/// lets + and * compose it (loss/compose.hpp).
template <class L, class T>
concept loss_term = accumulate_is_const<L, phases<T>> && slopes_are_a_reference<L, phases<T>> &&
                    requires(const L& l, const phases<T>& logits, float weight, phases<T>& grad) {
                      typename L::loss_tag;
                      { l.reads() } -> std::same_as<phase_set>;
                      { l.accumulate(logits, weight, grad) } -> std::convertible_to<double>;
                    };

}  // namespace jem::inline v0
