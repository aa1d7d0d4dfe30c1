// SPDX-License-Identifier: MIT
// Chains that are lost far out. Such a chain may fall towards the others with an energy that no step size of theirs can follow: nearly all
// its proposals are rejected, for ever. A chain is lost if its lowest energy in a window of a warm-up is 100 + 10·d above the median of
// the chains' lowest energies. So high an energy is not seen even in a Student's t with one degree of freedom, where energies have the
// tail e^(−t/(1 + d)).
#pragma once

#include <jem/sampling/kernel.hpp>
#include <jem/tensor/labels.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace jem::inline v0 {

/// The lowest energy of each of n chains in a window of a warm-up, and what follows from it.
class lost_chains {
 public:
  /// A window without energies.
  explicit lost_chains(index_t chains) : lowest_(static_cast<std::size_t>(chains)) { begin_window(); }

  /// Forgets all energies.
  void begin_window() { lowest_.assign(lowest_.size(), std::numeric_limits<double>::infinity()); }

  /// Adds the energies (n) of a transition.
  template <tensor_value T>
  void add(const T& energy) {
    expect_shape("lost_chains", shape{std::ssize(lowest_)}, energy.extents());
    const auto values = energy.to_vector();
    for (std::size_t i = 0; i < values.size(); ++i) lowest_[i] = (std::min)(lowest_[i], static_cast<double>(values[i]));
  }

  /// Moves each lost chain of d coordinates to where the next chain is that is not lost. Returns how many there were.
  template <tensor_value T>
  index_t bring_back(point<T>& state) const {
    const double high = median() + 100 + 10 * static_cast<double>(state.position.extents().row_size());
    std::vector<std::int32_t> from(lowest_.size());
    index_t count = 0;
    for (std::size_t i = 0; i < from.size(); ++i) {
      std::size_t j = i;
      while (lowest_[j] > high) j = (j + 1) % from.size();  // ends at the median at the latest
      from[i] = static_cast<std::int32_t>(j);
      if (j != i) ++count;
    }
    if (count == 0) return 0;
    const labels<T> rows({std::ssize(from)}, from);
    state = {gather_rows(state.position, rows), gather_rows(state.energy, rows), gather_rows(state.gradient, rows)};
    return count;
  }

 private:
  double median() const {
    auto sorted       = lowest_;
    const auto middle = sorted.begin() + std::ssize(sorted) / 2;
    std::ranges::nth_element(sorted, middle);
    return sorted.empty() ? 0 : *middle;
  }

  std::vector<double> lowest_;
};

}  // namespace jem::inline v0
