// SPDX-License-Identifier: MIT
// The length of trajectories from a batch of chains: gradient ascent on the change of the squared distance from the mean,
//
//     ChEES = ¼·E(‖x′ − m′‖² − ‖x − m‖²)²
//
// for trajectories of length hT with random h, here from ½ to 3/2. An estimate of its derivative by log T, up to a factor, is
//
//     hT · Σᵢ aᵢ (‖x′ᵢ − m′‖² − ‖xᵢ − m‖²)·(x′ᵢ − m′)·p′ᵢ / Σᵢ aᵢ
//
// with acceptance probabilities a, momenta p′ at the ends, m the chains' mean and m′ the mean of the ends with weights a. Hoffman, Radul
// and Sountsov, "An adaptive-MCMC scheme for setting trajectory lengths in Hamiltonian Monte Carlo" (2021, PMLR 130:3907–3915). Positions
// are those in the coordinates z = x/s of the metric.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/sampling/metric.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/matmul.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace jem::inline v0 {

/// Ascent on log T by Adam (Kingma and Ba 2015) without a moving average of the derivative. After 20 updates the rate falls as k^−½, so
/// that T settles.
struct chees {
  positive<"chees", "rate"> rate              = 0.025f;  ///< of Adam
  below_one<"chees", "forgetting"> forgetting = 0.95f;   ///< β₂ of Adam
  positive<"chees", "longest"> longest        = 0.35f;   ///< the largest change of log T at once

  /// The optimal T for a normal with unit variance and lengths uniform on [T/2, 3T/2]: the first minimum of cos(2T)·sin(T)/T.
  static constexpr double of_unit_normal = 1.4343;

  /// Lengths are kept as logarithms.
  struct state {
    double current, average;  ///< log T, and its average with weights k^−½
    double square   = 0;      ///< moving average of the squared derivative
    index_t updates = 0;      ///< k

    double length() const { return std::exp(current); }    ///< T for the next transition
    double averaged() const { return std::exp(average); }  ///< T to keep
  };

  /// Starts at T > 0.
  state init(double length) const { return {std::log(length), std::log(length)}; }

  /// Learns an estimate of the derivative; T stays between low and high. An estimate of 0, infinity or NaN says nothing.
  void step(state& s, double slope, double low, double high) const {
    double change = 0;
    if (std::isfinite(slope * slope) && slope != 0) {
      ++s.updates;
      s.square          = forgetting * s.square + (1 - forgetting) * slope * slope;
      const double root = std::sqrt(s.square / (1 - std::pow(static_cast<double>(forgetting), static_cast<double>(s.updates))));
      const double slow = std::sqrt((std::min)(1.0, 20 / static_cast<double>(s.updates)));
      change            = std::clamp(slow * rate * slope / root, -static_cast<double>(longest), static_cast<double>(longest));
    }
    s.current = std::clamp(s.current + change, std::log(low), std::log((std::max)(low, high)));
    s.average += (s.current - s.average) / std::sqrt(static_cast<double>((std::max)(s.updates, index_t{1})));
  }
};

namespace detail {

/// The weighted mean of rows (n, d) → (d); weights (n) with a positive sum.
template <tensor_value T, tensor_like X>
T weighted_mean(const X& rows, const std::vector<typename T::value_type>& weights) {
  double total = 0;
  for (const auto w : weights) total += static_cast<double>(w);
  const T row({1, rows.extent(0)}, weights);
  T mean = matmul(row, rows).reshaped({rows.extent(1)});
  scale(mean, static_cast<typename T::value_type>(1 / total));
  return mean;
}

}  // namespace detail

/// The estimate of the derivative of ChEES by log T, for trajectories of length `length` = hT.
/// `before` (n, d) are whitened positions at the start, centred; `ends` (n, d) are positions and `momenta` (n, d) their momenta; `a` (n)
/// are acceptance probabilities, `inverse` (d) is 1/s. Rows with a = 0 do not count, and may have momenta that are NaN, but their ends have
/// to be finite. 0 if no row counts.
template <tensor_value T, tensor_like X>
double chees_slope(const T& before, const X& ends, const X& momenta, const std::vector<typename T::value_type>& a, const T& inverse,
                   double length) {
  double weights = 0, total = 0;
  for (const auto w : a) weights += static_cast<double>(w);
  if (!(weights > 0)) return 0;
  const T after    = detail::whitened(ends, detail::weighted_mean<T>(ends, a), inverse);  // (n, d)
  const auto first = row_dots(before, before).to_vector(), last = row_dots(after, after).to_vector();
  const auto along = row_dots(after, momenta).to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > 0)
      total += static_cast<double>(a[i]) * (static_cast<double>(last[i]) - static_cast<double>(first[i])) * static_cast<double>(along[i]);
  }
  return length * total / weights;
}

}  // namespace jem::inline v0
