// SPDX-License-Identifier: MIT
// The batches that a training step of a joint energy-based model can need, and the contract of a loss over the logits at them. The first
// four are those of Grathwohl et al. (2020), Algorithm 1; pairs are for training without chains (matching/), outliers for
// loss/outlier_exposure.hpp, last steps for loss/sampler_divergence.hpp.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/loss/known_of_phases.hpp>

namespace jem::inline v0 {

/// How the pairs of points x̃ + h·r and x̃ − h·r of a step were made. For matched gradients r = ∂E/∂x̃ − t is what the energy's gradient
/// lacks to be t; for last steps of chains r is the direction of matching/last_step.hpp.
struct pairing {
  double slope    = 0;  ///< weight of E(x̃ + h·r) − E(x̃ − h·r): 1/(D·h), D numbers in an image, or −ε/(2h) for last steps of size ε
  double residual = 0;  ///< mean of r² over the points and their numbers
  double value    = 0;  ///< of the term whose gradient last steps give; not used for matched gradients
};

/// Images, or the logits at them; empty where a step has none.
template <tensor_value T>
struct phases {
  T x{};                      // (n, …): labelled data
  labels<T> y{};              // (n)
  T unlabelled{};             // (m, …): data for p(x), an independent stream
  T samples{};                // (s, …): of p(x)
  T conditional{};            // (c, …): of p(x|y)
  labels<T> conditional_y{};  // (c)
  T pairs{};                  // (2p, …): x̃ + h·r, then x̃ − h·r, of E(x)
  pairing pairs_by{};         // how they were made
  T joint_pairs{};            // (2q, …): the same of E(x, y)
  labels<T> joint_pairs_y{};  // (2q): the label of each point
  pairing joint_pairs_by{};   // how they were made
  T outliers{};               // (o, …): images of no class
  T last_steps{};             // (2l, …): x + h·r, then x − h·r, x the position of a sample before its last step
  labels<T> last_steps_y{};   // (2l): the label of each point if the samples are of p(x|y), else empty
  pairing last_steps_by{};    // how they were made

  detail::known_of_phases<T> known{};  ///< values already computed for these batches; a copy of the phases has none

  /// The batch that is the data of the p(x) term: the unlabelled one, or the labelled one if there are no unlabelled data.
  T phases::* data_batch() const { return unlabelled.size() > 0 ? &phases::unlabelled : &phases::x; }
  /// The data of the p(x) term.
  T& data() { return this->*data_batch(); }
  /// The same, to be read.
  const T& data() const { return this->*data_batch(); }

  /// Softmax and log-sum-exp of logits at the data of the p(x) term. `value_and_grad` computes them once for all terms of a loss.
  auto data_softmax() const { return detail::known_or_computed(known.data, data()); }
  /// The same at the samples of p(x).
  auto samples_softmax() const { return detail::known_or_computed(known.samples, samples); }
};

/// The batches that a loss reads; only these are passed through the network.
struct phase_set {
  bool labelled = false, data = false, samples = false, conditional = false;  ///< (x, y); `data()`; samples of p(x); of p(x|y)
  bool pairs = false, joint_pairs = false, outliers = false;                  ///< of E(x); of E(x, y); images of no class
  bool last_steps = false;                                                    ///< pairs around samples before their last step

  friend constexpr phase_set operator|(phase_set a, phase_set b) {
    return {a.labelled || b.labelled, a.data || b.data,
            a.samples || b.samples,   a.conditional || b.conditional,
            a.pairs || b.pairs,       a.joint_pairs || b.joint_pairs,
            a.outliers || b.outliers, a.last_steps || b.last_steps};
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
