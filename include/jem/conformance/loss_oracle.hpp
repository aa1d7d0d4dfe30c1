// SPDX-License-Identifier: MIT
// The losses in plain double arithmetic on the host, one row at a time as their equations are written.
#pragma once

#include <jem/conformance/gradients.hpp>
#include <jem/loss/binary_cross_entropy.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/energy_penalty.hpp>
#include <jem/loss/joint_contrastive_divergence.hpp>
#include <jem/loss/joint_energy_penalty.hpp>
#include <jem/loss/outlier_exposure.hpp>
#include <jem/loss/trimmed_divergence.hpp>

#include <functional>

namespace jem::inline v0::conformance {

/// Rows of k logits, and their labels.
struct logit_rows {
  std::vector<double> values;   ///< row after row
  std::vector<std::int32_t> y;  ///< a class for each row, or empty
  std::size_t k = 1;            ///< classes

  std::size_t rows() const { return values.size() / k; }                             ///< number of rows
  double at(std::size_t i, std::size_t j) const { return values[i * k + j]; }        ///< f(xᵢ)[j]
  double own(std::size_t i) const { return at(i, static_cast<std::size_t>(y[i])); }  ///< f(xᵢ)[yᵢ]

  /// −E(xᵢ) = log Σ exp f(xᵢ)
  double free_energy(std::size_t i) const {
    double sum = 0;
    for (std::size_t j = 0; j < k; ++j) sum += std::exp(at(i, j));
    return std::log(sum);
  }

  /// The mean of f(i) over the rows.
  template <class F>
  double mean(F f) const {
    double sum = 0;
    for (std::size_t i = 0; i < rows(); ++i) sum += f(i);
    return sum / static_cast<double>(rows());
  }
};

/// The logits of all batches, on the host.
struct logit_phases {
  logit_rows x, unlabelled, samples, conditional, outliers;  ///< as in phases

  const logit_rows& data() const { return unlabelled.values.empty() ? x : unlabelled; }  ///< data of the p(x) term
};

/// Downloads the logits.
template <class T>
logit_phases on_the_host(const phases<T>& logits) {
  const auto rows = [](const T& values, const std::vector<std::int32_t>& y) {
    return logit_rows{values.to_vector(), y, values.size() == 0 ? std::size_t{1} : static_cast<std::size_t>(values.extent(1))};
  };
  return {rows(logits.x, logits.y.to_vector()), rows(logits.unlabelled, {}), rows(logits.samples, {}),
          rows(logits.conditional, logits.conditional_y.to_vector()), rows(logits.outliers, {})};
}

/// mean log Σ exp f − f[y]
inline double cross_entropy_value(const logit_phases& f) {
  return f.x.mean([&](std::size_t i) { return f.x.free_energy(i) - f.x.own(i); });
}

/// mean E(x⁺) − mean E(x⁻)
inline double divergence_value(const logit_phases& f) {
  return f.samples.mean([&](std::size_t i) { return f.samples.free_energy(i); }) -
         f.data().mean([&](std::size_t i) { return f.data().free_energy(i); });
}

/// mean E(x⁺) − mean E(x⁻) without the two samples of the highest energies
inline double trimmed_value(const logit_phases& f) {
  std::vector<double> negative;
  for (std::size_t i = 0; i < f.samples.rows(); ++i) negative.push_back(f.samples.free_energy(i));
  std::ranges::sort(negative, std::greater{});
  negative.resize(negative.size() - 2);
  const double sum = std::accumulate(negative.begin(), negative.end(), 0.0);
  return sum / static_cast<double>(negative.size()) - f.data().mean([&](std::size_t i) { return f.data().free_energy(i); });
}

/// mean E(x⁺, y) − mean E(x⁻, y)
inline double joint_divergence_value(const logit_phases& f) {
  return f.conditional.mean([&](std::size_t i) { return f.conditional.own(i); }) - f.x.mean([&](std::size_t i) { return f.x.own(i); });
}

/// mean E² of data and of samples
inline double penalty_value(const logit_phases& f) {
  const auto square = [](double e) { return e * e; };
  return f.samples.mean([&](std::size_t i) { return square(f.samples.free_energy(i)); }) +
         f.data().mean([&](std::size_t i) { return square(f.data().free_energy(i)); });
}

/// mean E(x, y)² of data and of samples with their labels
inline double joint_penalty_value(const logit_phases& f) {
  const auto mean_square = [](const logit_rows& rows) { return rows.mean([&](std::size_t i) { return rows.own(i) * rows.own(i); }); };
  return mean_square(f.x) + mean_square(f.conditional);
}

/// mean (log Σ exp f − mean f)
inline double exposure_value(const logit_phases& f) {
  return f.outliers.mean([&](std::size_t i) {
    double sum = 0;
    for (std::size_t j = 0; j < f.outliers.k; ++j) sum += f.outliers.at(i, j);
    return f.outliers.free_energy(i) - sum / static_cast<double>(f.outliers.k);
  });
}

/// mean −log sigmoid(−E(x⁺)) + mean −log(1 − sigmoid(−E(x⁻)))
inline double discrimination_value(const logit_phases& f) {
  const auto surprise = [](double a) { return std::log1p(std::exp(-a)); };
  return f.data().mean([&](std::size_t i) { return surprise(f.data().free_energy(i)); }) +
         f.samples.mean([&](std::size_t i) { return surprise(-f.samples.free_energy(i)); });
}

/// Every loss with a different weight, except those that match gradients, which conformance/matching.hpp checks.
inline constexpr auto everything = cross_entropy{} + 0.5f * contrastive_divergence{} + 0.25f * joint_contrastive_divergence{} +
                                   2.0f * energy_penalty{} + 0.75f * outlier_exposure{} + 0.125f * joint_energy_penalty{} +
                                   1.5f * binary_cross_entropy{};

/// The value of `everything`.
inline double everything_value(const logit_phases& f) {
  return cross_entropy_value(f) + 0.5 * divergence_value(f) + 0.25 * joint_divergence_value(f) + 2 * penalty_value(f) +
         0.75 * exposure_value(f) + 0.125 * joint_penalty_value(f) + 1.5 * discrimination_value(f);
}

/// f(name, loss, its value on the host) for each loss of the library. A new loss needs one more line here.
template <class F>
void for_each_loss(F f) {
  f("cross_entropy", cross_entropy{}, cross_entropy_value);
  f("contrastive_divergence", contrastive_divergence{}, divergence_value);
  f("trimmed_divergence", trimmed_divergence{.share = 0.4f}, trimmed_value);
  f("joint_contrastive_divergence", joint_contrastive_divergence{}, joint_divergence_value);
  f("energy_penalty", energy_penalty{}, penalty_value);
  f("joint_energy_penalty", joint_energy_penalty{}, joint_penalty_value);
  f("outlier_exposure", outlier_exposure{}, exposure_value);
  f("binary_cross_entropy", binary_cross_entropy{}, discrimination_value);
  f("a weighted sum", everything, everything_value);
}

/// Logits of every batch, all different: 4 labelled rows, 3 unlabelled, 5 samples, 2 conditional, 3 outliers, of 3 classes.
template <class T>
phases<T> wave_logits() {
  return {.x             = waves<T>({4, 3}, 1.5, 1),
          .y             = labels<T>({4}, {0, 2, 1, 2}),
          .unlabelled    = waves<T>({3, 3}, 1.0, 2.3),
          .samples       = waves<T>({5, 3}, 2.0, 0.7),
          .conditional   = waves<T>({2, 3}, 1.0, 3.1),
          .conditional_y = labels<T>({2}, {1, 0}),
          .outliers      = waves<T>({3, 3}, 1.2, 0.2)};
}

/// Gradients of zero, for `accumulate` to add to, with the extents of the logits of each batch.
template <class T>
phases<T> zero_slopes(const phases<T>& logits) {
  phases<T> slopes;
  slopes.x           = zeros<T>(logits.x.extents());
  slopes.unlabelled  = zeros<T>(logits.unlabelled.extents());
  slopes.samples     = zeros<T>(logits.samples.extents());
  slopes.conditional = zeros<T>(logits.conditional.extents());
  slopes.outliers    = zeros<T>(logits.outliers.extents());
  return slopes;
}

/// The largest error of weight·L and of weight·∂L/∂logits over all batches, compared with central differences of the oracle.
template <class T, class Loss, class Oracle>
double loss_error(const Loss& loss, const phases<T>& logits, float weight, Oracle oracle) {
  phases<T> slopes   = zero_slopes(logits);
  const double value = loss.accumulate(logits, weight, slopes);
  double largest     = std::abs(value - weight * oracle(on_the_host(logits)));
  const auto compare = [&](auto member) {
    const auto total = [&](const std::vector<double>& values) {
      phases<T> moved = logits;
      member(moved)   = T(member(logits).extents(), values);
      return weight * oracle(on_the_host(moved));
    };
    largest = (std::max)(largest, largest_difference(member(slopes).to_vector(), central_differences(member(logits).to_vector(), total)));
  };
  compare([](auto& p) -> auto& { return p.x; });
  compare([](auto& p) -> auto& { return p.unlabelled; });
  compare([](auto& p) -> auto& { return p.samples; });
  compare([](auto& p) -> auto& { return p.conditional; });
  compare([](auto& p) -> auto& { return p.outliers; });
  return largest;
}

}  // namespace jem::inline v0::conformance
