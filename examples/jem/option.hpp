// What an option of the tool is: a name, the member that holds its value, what it means, which values it takes, and the group in
// which `--help` shows it. A table of options (settings.hpp) is all that the command line, settings files and reports need to know.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/shape.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

/// Where `--help` shows an option. Those of the group record are no options of the command line: a run writes them into its settings file.
enum class group { data, network, loss, matched, chains, optimiser, run, monitor, record };

inline constexpr std::array group_names{"Data", "Network", "Loss", "Matched", "Chains", "Optimiser", "Run", "Monitor", "Record"};

inline std::string name_of(group g) { return group_names[static_cast<std::size_t>(g)]; }

/// One line of a table of options.
template <class Struct, class T, class Takes>
struct option {
  const char* names;   ///< the name without dashes; after commas, other names for the command line
  T Struct::* member;  ///< its value
  const char* help;    ///< what it means
  Takes takes;         ///< which values: at_least, above, between, one_of, text_like, or_else, anything
  group in;            ///< where help shows it

  std::string name() const { return std::string(names).substr(0, std::string_view(names).find(',')); }  ///< "step-size"

  /// Its key in a settings file: "step_size".
  std::string key() const {
    std::string text = name();
    std::ranges::replace(text, '-', '_');
    return text;
  }
};

// Reading and writing values. `parse` reads the whole text. It returns false for text that is no value of the type, that does not fit in
// it, or that would round to zero.

/// The largest number that options of a type accept.
template <class T>
inline constexpr T most = 1'000'000'000;  // of counts
template <>
inline constexpr float most<float> = (std::numeric_limits<float>::max)();
template <>
inline constexpr std::uint64_t most<std::uint64_t> = (std::numeric_limits<std::uint64_t>::max)();

template <class T>
concept arithmetic = std::integral<T> || std::floating_point<T>;

template <arithmetic T>
bool parse(std::string_view text, T& to) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc{} && end == text.data() + text.size();
}

inline bool parse(std::string_view text, std::string& to) { return to = text, true; }
inline bool parse(std::string_view text, std::filesystem::path& to) { return to = text, true; }

/// "32,64,128"
template <class T>
bool parse(std::string_view text, std::vector<T>& to) {
  to.clear();
  for (bool more = true; more;) {
    const auto comma = text.find(',');
    if (!parse(text.substr(0, comma), to.emplace_back())) return false;
    more = comma != text.npos;
    if (more) text.remove_prefix(comma + 1);
  }
  return true;
}

/// The shortest text that is read as the same number.
template <arithmetic T>
std::string text_of(T x) {
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, x).ptr};
}

inline std::string text_of(const std::string& x) { return x; }
inline std::string text_of(const std::filesystem::path& x) { return x.string(); }
inline std::string text_of(bool x) { return x ? "yes" : "no"; }

template <class T>
std::string text_of(const std::vector<T>& x) {
  std::string text;
  for (const T& each : x) text += (text.empty() ? "" : ",") + text_of(each);
  return text;
}

/// A value as a settings file holds it. Numbers are as short there as on the command line.
template <class T>
nlohmann::ordered_json json_of(const T& x) {
  if constexpr (std::same_as<T, float>) {
    double shortest = 0;
    (void)parse(text_of(x), shortest);
    return static_cast<float>(shortest) == x ? shortest : static_cast<double>(x);
  } else {
    return x;
  }
}

/// Reads a value from JSON. Returns false for a value of another type.
template <class Json, class T>
bool read(const Json& j, T& to) {
  if constexpr (std::same_as<T, bool>) {
    return j.is_boolean() && (to = j.template get<bool>(), true);
  } else if constexpr (arithmetic<T>) {
    return j.is_number() && parse(j.dump(), to);
  } else if constexpr (std::same_as<T, std::string>) {
    return j.is_string() && (to = j.template get<std::string>(), true);
  } else {
    to.clear();
    return j.is_array() && std::ranges::all_of(j, [&](const Json& each) { return read(each, to.emplace_back()); });
  }
}

// Which values an option accepts: takes(x) says whether it accepts x, and expected() describes them in messages.

/// The words for a value of the type in messages.
template <class T>
std::string noun_of() {
  if constexpr (std::same_as<T, std::vector<jem::index_t>>) return "whole numbers with commas between them, each";
  if constexpr (std::floating_point<T>) return "a number";
  return "a whole number";
}

/// Numbers from low to high; the number low itself is left out if the interval is open there, the number high if it is half open.
struct interval {
  double low, high = std::numeric_limits<double>::infinity();
  bool open = false, half_open = false;

  template <arithmetic T>
  bool takes(T x) const {
    const auto value = static_cast<double>(x);
    return (open ? low < value : low <= value) && (half_open ? value < high : value <= high) && x <= most<T>;
  }

  template <arithmetic T>
  bool takes(const std::vector<T>& each) const {
    return std::ranges::all_of(each, [this](T x) { return takes(x); });
  }

  template <class T>
  std::string expected() const {
    const std::string last = high < static_cast<double>(most_of<T>()) ? text_of(high)
                             : std::floating_point<T>                 ? "3.4e38"
                                                                      : text_of(most_of<T>());
    return noun_of<T>() + (open ? " above " : " from ") + text_of(low) + (open ? ", at most " : half_open ? ", below " : " to ") + last;
  }

 private:
  template <class T>
  static constexpr auto most_of() {
    if constexpr (arithmetic<T>)
      return most<T>;
    else
      return most<typename T::value_type>;
  }
};

constexpr interval at_least(double low) { return {.low = low}; }
constexpr interval above(double low) { return {.low = low, .open = true}; }
constexpr interval below(double high) { return {.low = 0, .high = high, .half_open = true}; }
constexpr interval between(double low, double high) { return {.low = low, .high = high}; }

/// One of a few words.
template <std::size_t Count>
struct words {
  std::array<const char*, Count> all;

  bool takes(const std::string& text) const { return std::ranges::count(all, text) > 0; }

  template <class T>
  std::string expected() const {
    std::string text;
    for (const auto* each : all) text += (text.empty() ? "" : " or ") + std::string(each);
    return text;
  }
};

constexpr auto one_of(auto... each) { return words<sizeof...(each)>{{each...}}; }

/// Text that a function accepts.
struct text_like {
  bool (*takes)(const std::string&);
  const char* description;

  template <class T>
  std::string expected() const {
    return description;
  }
};

/// For a flag: the name of the flag that says the opposite.
struct or_else {
  const char* name;

  static bool takes(bool) { return true; }

  template <class T>
  std::string expected() const {
    return "true or false";
  }
};

struct anything {
  static bool takes(const auto&) { return true; }

  template <class T>
  std::string expected() const {
    return "a list";
  }
};

/// Throws std::invalid_argument "--batch: expected … but received …".
[[noreturn]] inline void refuse(std::string_view name, std::string_view expected, std::string_view received) {
  throw std::invalid_argument(jem::concat("--", name, ": expected ", expected, " but received ", received));
}

/// Whether a text is in UTF-8, as JSON files have to be.
inline bool is_utf8(const std::string& text) {
  try {
    (void)nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::type_error&) { return false; }
}

/// The text, with bytes that are not in ASCII as \xE9.
inline std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      shown += c;
    } else {
      shown += "\\x";
      shown += "0123456789ABCDEF"[byte >> 4];
      shown += "0123456789ABCDEF"[byte & 15];
    }
  }
  return shown;
}

/// Returns f(). Where f throws std::invalid_argument, its message gets the name of the option: "[convnet] expected …" becomes
/// "--widths: expected …".
template <class F>
auto about(std::string_view name, F f) {
  try {
    return f();
  } catch (const std::invalid_argument& error) {
    const std::string_view what = error.what(), mark = "] expected ";
    const auto at = what.find(mark);
    if (at == what.npos) throw;
    throw std::invalid_argument(jem::concat("--", name, ": ", what.substr(at + 2)));
  }
}

}  // namespace tool
