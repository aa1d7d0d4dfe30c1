// SPDX-License-Identifier: MIT
// The result of a check of the conformance suite: the one of its cases that came nearest to its tolerance, or went furthest beyond it.
// Nothing is printed and no test library is needed; a program of your own reads the results.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/shape.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

namespace jem::inline v0::conformance {

/// The unit of an error.
enum class unit {
  bound,     ///< the error divided by its bound: of rounding (Higham), which never fails a right backend, or of chance (laws.hpp)
  absolute,  ///< the difference itself
  relative,  ///< the difference over the size of the right value
  wrong      ///< elements that are not what they have to be
};

/// "of the bound", "absolute", "relative", "wrong elements"
constexpr const char* name_of(unit u) {
  return u == unit::bound ? "of the bound" : u == unit::absolute ? "absolute" : u == unit::relative ? "relative" : "wrong elements";
}

/// The worst of the cases that have been compared with their tolerances.
struct evidence {
  double error     = 0;            ///< NaN and infinity never pass
  double tolerance = 0;            ///< of that case; errors that are equal to it pass
  unit measure     = unit::wrong;  ///< of the error and the tolerance
  std::string where;               ///< that case in words: "m = 7, n = 64"
  index_t cases = 0;               ///< how many there were
  bool passed   = true;            ///< whether no case was beyond its tolerance

  /// Adds a case. `told()` describes it in words, and is called only for the worst case so far.
  template <class Told>
  void hold(double e, double allowed, unit u, Told told) {
    const double now = closeness(e, allowed), before = closeness(error, tolerance);
    const bool worse = cases++ == 0 || now > before || (now == 0 && before == 0 && tolerance == 0);
    if (worse) error = e, tolerance = allowed, measure = u, where = told();
    passed = passed && e <= allowed;
  }

 private:
  /// The error in parts of the tolerance.
  static double closeness(double e, double allowed) {
    if (e == 0) return 0;
    return e <= allowed ? e / allowed : (e / allowed > 1 ? e / allowed : std::numeric_limits<double>::infinity());
  }
};

/// A check and its name. Checks do not depend on each other and may be run in any order.
struct check {
  const char* name;   ///< a sentence: "sums of rows are right in float"
  evidence (*run)();  ///< computes on the backend that it was made for
};

/// The result of a check.
struct result {
  std::string name;   ///< of the check
  double error;       ///< of its worst case
  double tolerance;   ///< of that case
  unit measure;       ///< of the error and the tolerance
  std::string where;  ///< that case in words, or the message of an exception
  double seconds;     ///< duration of the check, including what it compares with
  bool passed;        ///< whether all cases passed, and there was at least one
};

/// Runs a check. If it throws, it has failed.
inline result run_check(const check& c) {
  using clock      = std::chrono::steady_clock;
  const auto begin = clock::now();
  result r{c.name, std::numeric_limits<double>::infinity(), 0, unit::wrong, {}, 0, false};
  try {
    evidence e = c.run();
    r          = {c.name, e.error, e.tolerance, e.measure, std::move(e.where), 0, e.passed && e.cases > 0};
  } catch (const std::exception& failure) { r.where = failure.what(); }
  r.seconds = std::chrono::duration<double>(clock::now() - begin).count();
  return r;
}

namespace detail {

inline std::string in_words(const char* text) { return text; }
inline std::string in_words(const std::string& text) { return text; }
inline std::string in_words(bool b) { return b ? "yes" : "no"; }
inline std::string in_words(const shape& extents) { return to_string(extents); }
template <class N>
  requires std::is_arithmetic_v<N>
std::string in_words(N number) {
  std::string text = std::to_string(number);
  if constexpr (std::is_floating_point_v<N>) {  // 0.500000 → 0.5
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

/// "m = 7, n = 64" of "m", 7, "n", 64
template <class V, class... More>
std::string named(const char* name, const V& value, const More&... more) {
  std::string text = std::string(name) + " = " + in_words(value);
  if constexpr (sizeof...(More) > 0) text += concat(", ", named(more...));
  return text;
}

}  // namespace detail

}  // namespace jem::inline v0::conformance
