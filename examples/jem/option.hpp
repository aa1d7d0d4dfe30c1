// An option of a run, with all that is said of it in one place: its name, its member of the settings, what it may be, its group, and
// its line of --help. The options are a table in settings.hpp.
#pragma once

#include "refuse.hpp"

#include <jem/core/shape.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

struct settings;

/// What --help puts together. What is `kept` is no option: a run writes it for those who read its folder.
enum class group { data, network, sampler, loss, optimiser, run, kept };

constexpr const char* name_of(group g) {
  constexpr const char* names[] = {"Data", "Network", "Sampler", "Loss", "Optimiser", "Run", "Kept"};
  return names[static_cast<int>(g)];
}

// What a value may be. `expected` is said of one that is refused; operator() asks a value of the right type.

/// A whole number; settings hold none that is larger than 2³¹ − 1.
struct whole {
  jem::index_t low;
  jem::index_t high = 2'147'483'647;

  bool operator()(jem::index_t n) const { return n >= low && n <= high; }
  std::string expected() const { return "a whole number from " + std::to_string(low) + " to " + std::to_string(high); }
};

struct at_least_zero {
  bool operator()(float x) const { return x >= 0; }
  std::string expected() const { return "a number >= 0 and within the range of a float"; }
};

struct above_zero {
  bool operator()(float x) const { return x > 0; }
  std::string expected() const { return "a number > 0 and within the range of a float"; }
};

struct share {
  bool operator()(float x) const { return x >= 0 && x <= 1; }
  std::string expected() const { return "a number in [0, 1]"; }
};

/// Whole numbers, one at the least.
struct whole_numbers {
  whole each;

  bool operator()(const std::vector<jem::index_t>& list) const {
    for (const auto n : list) {
      if (!each(n)) return false;
    }
    return !list.empty();
  }
  std::string expected() const { return "whole numbers from " + std::to_string(each.low) + ", with a comma between two"; }
};

struct one_of {
  std::string first, second;

  bool operator()(const std::string& text) const { return text == first || text == second; }
  std::string expected() const { return first + " or " + second; }
};

/// Of any type: what reads it has checked it.
struct anything {
  std::string words = "a text";

  bool operator()(const auto&) const { return true; }
  std::string expected() const { return words; }
};

/// The whole of a text as a number; nothing for another text, and for a number that the type cannot hold.
template <class N>
std::optional<N> number_in(std::string_view text) {
  N value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  if constexpr (std::is_floating_point_v<N>) {
    if (!std::isfinite(value)) return {};
  }
  return value;
}

/// A value in a text of the command line.
template <class T>
std::optional<T> value_in(std::string_view text) {
  if constexpr (std::is_same_v<T, bool>) {
    if (text != "true" && text != "false") return {};
    return text == "true";
  } else if constexpr (std::is_arithmetic_v<T>) {
    return number_in<T>(text);
  } else if constexpr (std::is_same_v<T, std::vector<jem::index_t>>) {
    T list;
    for (std::size_t begin = 0; begin <= text.size();) {
      const auto end  = std::min(text.find(',', begin), text.size());
      const auto next = number_in<jem::index_t>(text.substr(begin, end - begin));
      if (!next) return {};
      list.push_back(*next);
      begin = end + 1;
    }
    return list;
  } else if constexpr (std::is_constructible_v<T, std::string>) {
    return T(std::string(text));
  } else {
    return {};  // what no command line says
  }
}

/// A value in a file of settings: numbers as the text that stands there, so that none is rounded twice.
template <class T>
std::optional<T> value_in(const nlohmann::ordered_json& j) {
  if constexpr (std::is_same_v<T, bool>) {
    if (!j.is_boolean()) return {};
    return j.get<bool>();
  } else if constexpr (std::is_arithmetic_v<T>) {
    if (!j.is_number()) return {};
    return number_in<T>(j.dump());
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::filesystem::path>) {
    if (!j.is_string()) return {};
    return T(j.get<std::string>());
  } else {
    if (!j.is_array()) return {};
    T list;
    for (const auto& element : j) {
      const auto next = value_in<typename T::value_type>(element);
      if (!next) return {};
      list.push_back(*next);
    }
    return list;
  }
}

/// As --help and the recipe show it.
template <class T>
std::string shown(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "yes" : "no";
  } else if constexpr (std::is_same_v<T, float>) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", static_cast<double>(value));
    return text;
  } else if constexpr (std::is_arithmetic_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return value.string();
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value;
  } else {
    std::string text;
    for (const auto& element : value) text += (text.empty() ? "" : ",") + shown(element);
    return text;
  }
}

/// What --help writes behind an option's name.
template <class T>
const char* kind_of() {
  return std::is_integral_v<T>                          ? "N"
         : std::is_floating_point_v<T>                  ? "X"
         : std::is_same_v<T, std::vector<jem::index_t>> ? "N,N,..."
                                                        : "TEXT";
}

/// An option of a run.
template <class T, class Allowed>
struct option {
  std::string name;  ///< "step-size": --step-size on the command line, step_size in a file
  T settings::* member;
  group in;
  Allowed allowed;      ///< what it may be
  std::string help;     ///< its line of --help; of a `bool` what it does
  std::string also;     ///< other spellings on the command line, as CLI11 has them; "!--x" is --x for no
  bool of_demo = true;  ///< whether `jem demo` has it, too
  bool stored  = true;  ///< whether it is written into a file of settings: where it goes and on how many threads changes no result

  /// Its key in a file of settings.
  std::string key() const {
    std::string k = name;
    for (char& c : k) c = c == '-' ? '_' : c;
    return k;
  }

  /// Sets it from a text or a value of a file. Throws std::invalid_argument, which names `what`, for one that is not allowed.
  template <class From>
  void set(settings& s, const From& from, const std::string& what, const std::string& received) const {
    const auto value = value_in<T>(from);
    if (!value || !allowed(*value)) refuse(what, allowed.expected(), received);
    s.*member = *value;
  }
};

}  // namespace tool
