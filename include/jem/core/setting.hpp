// SPDX-License-Identifier: MIT
// Types for numbers in settings, which check their own range. A field of one of these types throws for a value out of its range, both
// when its aggregate is made and when it is assigned later. It is read like the number that it holds:
//
//     struct fixed_noise {
//       not_negative<"fixed_noise", "deviation"> deviation;   // fixed_noise{-1} throws std::invalid_argument
//     };
//
// A field without a default initialiser must be initialised. Rules about several fields are checked where the fields are used.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/error.hpp>

#include <concepts>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>

namespace jem::inline v0 {

/// A string literal as a template argument.
template <std::size_t Size>
struct literal {
  char text[Size];  ///< with the terminating zero

  /// Copies the text of a string literal.
  constexpr literal(const char (&from)[Size]) {
    for (std::size_t i = 0; i < Size; ++i) text[i] = from[i];
  }

  constexpr std::string_view view() const { return {text, Size - 1}; }  ///< without the terminating zero
};

/// The largest number of pixels along an axis, of channels and of classes that settings accept. The product of three such numbers does
/// not overflow.
inline constexpr index_t largest_extent = index_t{1} << 20;

/// The range of a setting: `holds` says whether a number is in it, and is false for NaN; `expected` describes it in messages.
namespace range {

template <class T>
inline constexpr T most = (std::numeric_limits<T>::max)();  ///< the largest finite number

/// Neither infinite nor NaN.
struct finite {
  static constexpr bool holds(auto x) { return -most<decltype(x)> <= x && x <= most<decltype(x)>; }  ///< |x| < infinity
  static std::string expected() { return " to be finite"; }  ///< "[uniform_start] expected low to be finite …"
};

/// Above 0, and finite.
struct positive {
  static constexpr bool holds(auto x) { return 0 < x && x <= most<decltype(x)>; }  ///< 0 < x < infinity
  static std::string expected() { return " > 0, finite,"; }                        ///< "[langevin] expected step_size > 0, finite, …"
};

/// 0 or above, and finite.
struct not_negative {
  static constexpr bool holds(auto x) { return 0 <= x && x <= most<decltype(x)>; }  ///< 0 ≤ x < infinity
  static std::string expected() { return " >= 0, finite,"; }                        ///< "[fixed_noise] expected deviation >= 0, finite, …"
};

/// [0, 1]
struct unit_interval {
  static constexpr bool holds(auto x) { return 0 <= x && x <= 1; }  ///< 0 ≤ x ≤ 1
  static std::string expected() { return " in [0, 1]"; }            ///< "[random_flip] expected probability in [0, 1] …"
};

/// [0, 1)
struct below_one {
  static constexpr bool holds(auto x) { return 0 <= x && x < 1; }  ///< 0 ≤ x < 1
  static std::string expected() { return " in [0, 1)"; }           ///< "[ema] expected decay in [0, 1) …"
};

/// Low, Low + 1, … High
template <index_t Low, index_t High>
struct whole {
  static constexpr bool holds(index_t x) { return Low <= x && x <= High; }  ///< Low ≤ x ≤ High
  /// "[hamiltonian] expected steps >= 1 …"
  static std::string expected() { return High == most<index_t> ? concat(" >= ", Low) : concat(" from ", Low, " to ", High); }
};

}  // namespace range

/// A number in a Range, which converts to T when it is read; Where and Name appear in messages. Construction and assignment throw
/// std::invalid_argument "[where] expected name … but received …" for a number out of the Range. If T is a whole number, construction from
/// a floating-point number does not compile.
template <class T, literal Where, literal Name, class Range>
class setting {
 public:
  using value_type = T;  ///< the type that it is read as

  static constexpr std::string_view where = Where.view();  ///< the struct that it is a field of
  static constexpr std::string_view name  = Name.view();   ///< the name of the field

  /// Throws std::invalid_argument for a number out of range.
  template <class U>
    requires(std::convertible_to<U, T> && (std::floating_point<T> || !std::floating_point<U>))
  constexpr setting(U value) : value_(static_cast<T>(value)) {
    if (!Range::holds(value_)) refuse(value_);
  }

  constexpr operator T() const { return value_; }  ///< the number

 private:
  [[noreturn]] static void refuse(T value) {
    char text[32];
    if constexpr (std::floating_point<T>) {
      std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
    } else {
      std::snprintf(text, sizeof text, "%lld", static_cast<long long>(value));
    }
    fail(where, std::string(name) + Range::expected(), text);
  }

  T value_;
};

template <literal Where, literal Name, class T = float>
using finite = setting<T, Where, Name, range::finite>;  ///< neither infinite nor NaN, which the others exclude as well

template <literal Where, literal Name, class T = float>
using positive = setting<T, Where, Name, range::positive>;  ///< > 0

template <literal Where, literal Name, class T = float>
using not_negative = setting<T, Where, Name, range::not_negative>;  ///< ≥ 0

template <literal Where, literal Name, class T = float>
using in_unit_interval = setting<T, Where, Name, range::unit_interval>;  ///< [0, 1]

template <literal Where, literal Name, class T = float>
using below_one = setting<T, Where, Name, range::below_one>;  ///< [0, 1)

template <literal Where, literal Name, index_t Low, index_t High = range::most<index_t>>
using at_least = setting<index_t, Where, Name, range::whole<Low, High>>;  ///< Low, Low + 1, … High

}  // namespace jem::inline v0
