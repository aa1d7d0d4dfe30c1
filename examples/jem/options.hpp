// The options of a run, each with all that is said of it in one place: its name, its member of the settings, what it may be, its group,
// and its line of --help. The command line, the file of settings, the defaults that --help shows and the recipe in the report are made
// of this table: a new option is a member of `settings` and an entry here.
#pragma once

#include "refuse.hpp"
#include "settings.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

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

/// f(option) for each option, in the order of --help and of files.
template <class F>
void for_each_option(F f) {
  using s                  = settings;
  const auto of_train_only = [&](auto o) {
    o.of_demo = false;
    f(o);
  };
  const auto not_stored = [&](auto o) {
    o.stored = false;
    f(o);
  };
  of_train_only(option{"data", &s::data, group::data, anything{},
                       "digits; idx:, cifar10: or cifar100: and a folder with the files of that set, plain, .gz or .xz; cifar10: or "
                       "cifar100: and one file, which needs --validation since it has no test images; or png: and a folder with "
                       "{train,test}/CLASS/*.png, the same classes in both",
                       ""});
  f(option{"image", &s::image, group::kept, anything{"whole numbers"}, "", ""});
  f(option{"classes", &s::classes, group::kept, whole{0}, "", ""});
  f(option{"class-names", &s::class_names, group::kept, anything{"a list of names"}, "", ""});
  f(option{"validation", &s::validation, group::data, whole{0},
           "judge so many training images, kept from training, instead of the test images: chosen by the seed, of each class its share; "
           "of the digits the last ones, since those are by other writers than the first",
           ""});
  f(option{"validation-choice", &s::validation_choice, group::kept, one_of{"by class", "last"}, "", ""});
  of_train_only(
      option{"network", &s::network, group::network, anything{}, "convnet, or wide-resnet-DEPTH-WIDTH, such as wide-resnet-28-10", ""});
  f(option{"widths", &s::widths, group::network, whole_numbers{{1, 1'000'000}},
           "of a convnet: channels of the first convolution and of each halving, such as 32,64", ""});
  f(option{"initialisation", &s::initialisation, group::network, one_of{"uniform", "he"},
           "uniform in +-1/sqrt(fan-in), biases too, as PyTorch's layers; or he: normal of variance 2/fan-in, biases zero", ""});
  f(option{"precision", &s::precision, group::network, one_of{"float32", "bfloat16"},
           "what the network computes in; its weights are float32", ""});
  f(option{"steps", &s::steps, group::sampler, whole{0}, "K, sampler steps an iteration", ""});
  f(option{"step-size", &s::step_size, group::sampler, at_least_zero{}, "ε of the sampler", ""});
  f(option{"noise", &s::noise, group::sampler, at_least_zero{}, "σ of the sampler", ""});
  f(option{"buffer", &s::buffer, group::sampler, whole{1}, "images in the replay buffer", ""});
  f(option{"restart", &s::restart, group::sampler, share{}, "probability that a chain starts afresh", ""});
  of_train_only(option{"by-class", &s::by_class, group::sampler, anything{"true or false"},
                       "keep chains of each class apart and sample p(y) p(x|y)", ""});
  of_train_only(option{"weight-x", &s::weight_x, group::loss, at_least_zero{}, "weight of E(x+) - E(x-)", "--w-x"});
  of_train_only(option{"weight-yx", &s::weight_yx, group::loss, at_least_zero{}, "weight of the cross-entropy", "--w-yx"});
  of_train_only(option{"weight-xy", &s::weight_xy, group::loss, at_least_zero{}, "weight of E(x+, y) - E(x-, y)", "--w-xy"});
  f(option{"penalty", &s::penalty, group::loss, at_least_zero{}, "weight of the energies' squares", ""});
  of_train_only(option{"crop", &s::crop, group::data, whole{0}, "pad images by reflection by so much and crop them at random", ""});
  of_train_only(option{"flip", &s::flip, group::data, anything{"true or false"}, "exchange left and right of half the images", ""});
  f(option{"with-replacement", &s::with_replacement, group::data, anything{"true or false"},
           "draw each image independently of the others; or, --shuffled, all of them once an epoch", "!--shuffled"});
  f(option{"data-noise", &s::data_noise, group::data, at_least_zero{}, "standard deviation of the noise added to data in [-1, 1]", ""});
  f(option{"learning-rate", &s::learning_rate, group::optimiser, above_zero{}, "of Adam", ""});
  f(option{"rate-at-end", &s::rate_at_end, group::optimiser, share{},
           "share of the learning rate that is left at the end, along half a cosine", ""});
  f(option{"warm-up", &s::linear_warm_up, group::optimiser, whole{0}, "iterations over which the learning rate rises", ""});
  f(option{"batch", &s::batch, group::optimiser, whole{1}, "images in a batch", ""});
  f(option{"iterations", &s::iterations, group::optimiser, whole{1}, "training iterations", ""});
  f(option{"seed", &s::seed, group::run, anything{"a whole number from 0 to 18446744073709551615"}, "seed of all random numbers", ""});
  not_stored(option{"threads", &s::threads, group::run, whole{1, 4096},
                    "threads, one on each processor unless given; the same seed gives the same result for any number", ""});
  not_stored(option{"out", &s::out, group::run, anything{"a folder"}, "folder to write into", ""});
}

}  // namespace tool
