// SPDX-License-Identifier: MIT
// What a warm-up has found, and what it has cost, as numbers and as a table.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace jem::inline v0 {

/// The result of a warm-up.
struct adaptation_report {
  double step_size = 0;              ///< ε, in units of the metric
  double length    = 0;              ///< mean length of a trajectory, ε times the mean number of steps
  index_t steps    = 0;              ///< mean number of steps of a trajectory
  std::vector<double> metric{};      ///< (d): the scales of the coordinates, in row-major order
  double acceptance        = 0;      ///< mean acceptance probability in the last tenth of the iterations
  index_t divergences      = 0;      ///< transitions of single chains with an energy error above 1000, or NaN
  index_t late_divergences = 0;      ///< those in the last tenth
  index_t gradients        = 0;      ///< evaluations for single chains, in all
  index_t chains           = 0;      ///< n
  index_t iterations       = 0;      ///< transitions of each chain
  std::vector<std::string> notes{};  ///< sentences: what could not be adapted, and what looks wrong
};

namespace detail {

/// Adds transitions to the report; `calls` is the number of calls since the counts of late ones began, this one included.
template <tensor_value T>
void count_transitions(adaptation_report& report, const transition_info<T>& info, index_t calls) {
  const auto errors = info.energy_error.to_vector();
  const auto found  = std::ranges::count_if(errors, [](auto error) { return !(error <= 1000); });  // as metrics::divergences; NaN, too
  report.divergences += found;
  report.late_divergences += found;
  report.acceptance += (mean(info.acceptance_probability) - report.acceptance) / static_cast<double>(calls);
}

/// A number with four significant digits.
inline std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

inline std::string table_row(std::string_view name, std::string_view value) {
  return concat(name, std::string(20 - (std::min<std::size_t>)(name.size(), 19), ' '), value, "\n");
}

/// All scales if they are few, else the least, the median and the largest.
inline std::string metric_in_words(std::vector<double> scales) {
  std::string text;
  if (scales.size() <= 6) {
    for (const double s : scales) text += (text.empty() ? "" : "  ") + short_number(s);
    return text;
  }
  std::sort(scales.begin(), scales.end());
  return concat(short_number(scales.front()), " to ", short_number(scales.back()), ", median ", short_number(scales[scales.size() / 2]),
                ", of ", std::to_string(scales.size()), " coordinates");
}

/// Words in lines of at most 78 characters, each after the first one behind 20 spaces.
inline std::string wrapped(std::string_view text) {
  std::string out;
  std::size_t line = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix((std::min)(word.size() + 1, text.size()));
    if (line > 0 && line + 1 + word.size() > 78) out += "\n" + std::string(20, ' '), line = 0;
    if (line > 0) out += ' ', ++line;
    out += word;
    line += word.size();
  }
  return out;
}

}  // namespace detail

/// A table of a name and a value on each line, at most 100 columns wide, with a newline at the end.
inline std::string to_string(const adaptation_report& r) {
  using detail::short_number, detail::table_row;
  std::string text = table_row("chains", std::to_string(r.chains)) + table_row("iterations", std::to_string(r.iterations)) +
                     table_row("gradients", std::to_string(r.gradients)) + table_row("step size", short_number(r.step_size)) +
                     table_row("steps", concat("mean ", r.steps)) +
                     table_row("trajectory length", concat("mean ", short_number(r.length))) +
                     table_row("metric", detail::metric_in_words(r.metric)) + table_row("acceptance", short_number(r.acceptance)) +
                     table_row("divergences", concat(r.divergences, ", of which late ", r.late_divergences));
  for (const auto& note : r.notes) text += table_row("note", detail::wrapped(note));
  return text;
}

}  // namespace jem::inline v0
