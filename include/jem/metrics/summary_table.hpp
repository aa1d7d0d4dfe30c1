// SPDX-License-Identifier: MIT
// A summary of draws as a table of at most 120 columns, followed by what speaks against the draws in words. Estimates have as many digits
// as their Monte Carlo standard errors support: the last one is of the size of the error's first one. Errors have two digits.
#pragma once

#include <jem/metrics/draws_summary.hpp>

#include <cmath>
#include <cstdio>
#include <limits>

namespace jem::inline v0::metrics {

namespace detail {

inline std::string printed(const char* format, int digits, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, digits, value);
  return text;
}

inline int leading_place(double value) { return static_cast<int>(std::floor(std::log10(std::abs(value)))); }

/// A number of at most nine characters, rounded to the place of the first digit of its error; to four digits if the error is not known.
inline std::string rounded(double value, double error) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  const int lead = value == 0 ? 0 : leading_place(value);
  int last       = error > 0 && std::isfinite(error) ? leading_place(error) : lead - 3;
  last           = (std::max)(last, lead - 6);
  auto text      = printed("%.*f", (std::max)(-last, 0), value);
  if (text.find_first_of("123456789") == std::string::npos && text[0] == '-') text.erase(0, 1);  // no -0.00
  return text.size() <= 9 ? text : printed("%.*e", std::clamp(lead - last, 0, 2), value);
}

inline std::string rounded_error(double error) { return rounded(error, error / 10); }

inline std::string whole(double size) {
  return size < 1e7 ? printed("%.*f", 0, std::floor(size)) : (std::isnan(size) ? "nan" : printed("%.*e", 1, size));
}

inline std::string ratio(double rhat) { return rhat < 100 ? printed("%.*f", 3, rhat) : rounded(rhat, rhat); }

inline std::size_t width(std::string_view text) {  // of UTF-8, whose further bytes are 10xxxxxx
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// A text without its end, which is marked by "…", if it is wider than `most`.
inline std::string shortened(std::string text, std::size_t most) {
  if (width(text) <= most) return text;
  while (width(text) > most - 1) {
    while ((static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
    text.pop_back();
  }
  return text + "…";
}

/// The cells of a row of numbers.
inline std::vector<std::string> cells(const summary_row& r, bool nested) {
  std::vector<std::string> all{rounded(r.mean, r.mcse_mean),
                               rounded_error(r.mcse_mean),
                               rounded(r.sd, r.mcse_sd),
                               rounded_error(r.mcse_sd),
                               rounded(r.q05, r.mcse_q05),
                               rounded(r.median, r.mcse_median),
                               rounded(r.q95, r.mcse_q95),
                               whole(r.ess_bulk),
                               whole(r.ess_tail),
                               ratio(r.rhat)};
  if (nested) all.push_back(ratio(r.nested_rhat));
  return all;
}

/// "mu, tau and 5 more"
inline std::string listed(const std::vector<std::string>& all) {
  constexpr std::size_t most = 5;
  std::string text;
  for (std::size_t i = 0; i < (std::min)(all.size(), most); ++i) text += (i == 0 ? "" : ", ") + all[i];
  return all.size() > most ? concat(text, " and ", all.size() - most, " more") : text;
}

}  // namespace detail

/// What speaks against the draws, a sentence each: chains that never move, draws that are not finite, constants, R̂ above 1.01, effective
/// sizes below 400.
inline std::vector<std::string> notes(const draws_summary& s) {
  std::vector<std::string> all, stuck, constant, apart, few;
  for (const index_t chain : s.stuck) stuck.push_back(std::to_string(chain));
  if (!stuck.empty()) {
    all.push_back(
        concat(stuck.size() == 1 ? "This chain never moves" : "These chains never move", " (counted from 0): ", detail::listed(stuck)));
  }
  for (const auto& row : s.rows) {
    if (row.bad.count > 0) {
      all.push_back(concat(row.name, ": ", row.bad.count, " of ", s.draws * s.chains, " draws are not finite, the first is draw ",
                           row.bad.draw, " of chain ", row.bad.chain, " (counted from 0)"));
    } else if (row.sd == 0) {
      constant.push_back(row.name);
    } else {
      if (!s.mixed(row)) apart.push_back(row.name);
      if (!s.enough(row)) few.push_back(row.name);
    }
  }
  if (!constant.empty()) all.push_back("All draws are equal: " + detail::listed(constant));
  if (!apart.empty()) all.push_back(concat(s.superchains > 0 ? "Nested R-hat" : "R-hat", " is not at most 1.01: ", detail::listed(apart)));
  if (!few.empty()) all.push_back("An effective sample size is not at least 400: " + detail::listed(few));
  return all;
}

/// The table: mean and standard deviation with their Monte Carlo standard errors, quantiles, effective sample sizes, R̂; then the notes.
/// Names are cut where the table would be wider than 120 columns.
inline std::string to_string(const draws_summary& s) {
  const bool nested = s.superchains > 0;
  std::vector<std::vector<std::string>> lines{{"mean", "MCSE", "sd", "MCSE", "5 %", "50 %", "95 %", "ESS bulk", "tail", "R-hat"}};
  if (nested) lines[0].push_back("nested");
  for (const auto& row : s.rows) lines.push_back(detail::cells(row, nested));
  std::vector<std::size_t> widths(lines[0].size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = (std::max)(widths[i], line[i].size());
  }
  std::size_t names = 0, numbers = 0;
  for (const auto& row : s.rows) names = (std::max)(names, detail::width(row.name));
  for (const std::size_t w : widths) numbers += w + 2;
  names            = (std::min)(names, 120 - numbers);
  std::string text = concat(s.chains, s.chains == 1 ? " chain of " : " chains of ", s.draws, s.draws == 1 ? " draw\n" : " draws\n");
  for (std::size_t l = 0; l < lines.size(); ++l) {
    const auto name = l == 0 ? std::string() : detail::shortened(s.rows[l - 1].name, names);
    text += name + std::string(names - detail::width(name), ' ');
    for (std::size_t i = 0; i < widths.size(); ++i) text += std::string(widths[i] + 2 - lines[l][i].size(), ' ') + lines[l][i];
    text += "\n";
  }
  for (const auto& note : notes(s)) text += note + "\n";
  return text;
}

}  // namespace jem::inline v0::metrics
