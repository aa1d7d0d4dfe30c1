// SPDX-License-Identifier: MIT
// The description of the network of a run of the `jem` tool: config.json, in the folder of the run. It says how to build the network, how
// to scale images, and which scores images like those of training have, for programs in any language. Folders of older versions have
// settings.json and weights.safetensors alone; they are read, too, and have no threshold.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>
#include <jem/io/file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jem::inline v0::io {

/// The contents of config.json. The file has them under the names of these members.
struct run_config {
  std::string network                  = "convnet";  ///< or "wide-resnet-DEPTH-WIDTH"
  std::vector<index_t> widths          = {};         ///< of a convnet, see convnet_options
  std::string activation               = {};         ///< "swish", or "leaky-relu" of a Wide ResNet; empty for what older versions had
  std::string precision                = "float32";  ///< or "bfloat16": the type that the network computes in
  std::vector<index_t> image           = {};         ///< height, width and channels
  index_t classes                      = 0;          ///< ≥ 1
  std::vector<std::string> class_names = {};         ///< of class 0, 1, …; empty for classes without names
  float divisor                        = 127.5f;     ///< a byte of an image becomes byte / divisor + offset
  float offset                         = -1;         ///< see divisor
  std::optional<double> threshold =
      {};                         ///< images with log p(x) + log Z at or above it look like those of training; none if it was not measured
  std::string threshold_of = {};  ///< which images it was measured on, in words
  std::string weights      = "model.safetensors";  ///< a file in the same folder
  std::string run          = {};  ///< identifies the run: its other files carry the same text; empty for runs of older versions
};

/// The depth and the width of "wide-resnet-DEPTH-WIDTH"; nothing for another text.
inline std::optional<std::pair<index_t, index_t>> wide_resnet_named(std::string_view name) {
  constexpr std::string_view kind = "wide-resnet-";
  if (!name.starts_with(kind)) return {};
  name.remove_prefix(kind.size());
  std::pair<index_t, index_t> read;
  const char* const end  = name.data() + name.size();
  const auto [dash, one] = std::from_chars(name.data(), end, read.first);
  if (one != std::errc{} || dash == end || *dash != '-') return {};
  const auto [last, two] = std::from_chars(dash + 1, end, read.second);
  if (two != std::errc{} || last != end) return {};
  return read;
}

/// Writes config.json into the folder. Throws what write_file throws.
inline void write_run_config(const std::filesystem::path& folder, const run_config& c) {
  nlohmann::ordered_json j{{"run", c.run},
                           {"network", c.network},
                           {"widths", c.widths},
                           {"activation", c.activation},
                           {"precision", c.precision},
                           {"image", c.image},
                           {"classes", c.classes},
                           {"class_names", c.class_names},
                           {"divisor", c.divisor},
                           {"offset", c.offset},
                           {"weights", c.weights}};
  if (c.threshold) j.update({{"threshold", *c.threshold}, {"threshold_of", c.threshold_of}});
  write_file(folder / "config.json", j.dump(2) + "\n");
}

namespace detail {

/// Throws std::runtime_error, naming the file, for a description that fits no network.
inline void check_run_config(const run_config& c, const std::string& file) {
  const auto refuse = [&](std::string_view expected, const std::string& found) {
    throw std::runtime_error(concat(file, ": expected ", expected, " but found ", found));
  };
  const auto fits = [](index_t x) { return 1 <= x && x <= largest_extent; };
  if (c.network != "convnet" && !wide_resnet_named(c.network)) refuse("a network named convnet or wide-resnet-DEPTH-WIDTH", c.network);
  const bool is_flat = c.network == "convnet";
  if (c.activation != "swish" && (is_flat || c.activation != "leaky-relu")) {
    refuse(is_flat ? "the activation swish" : "the activation swish or leaky-relu", c.activation);
  }
  if (c.precision != "float32" && c.precision != "bfloat16") refuse("precision float32 or bfloat16", c.precision);
  if (c.image.size() != 3 || !std::ranges::all_of(c.image, fits)) {
    refuse("the height, width and channels of an image", nlohmann::json(c.image).dump());
  }
  if (!fits(c.classes)) refuse("how many classes there are", std::to_string(c.classes));
  const index_t names = std::ssize(c.class_names);
  if (names != 0 && names != c.classes) refuse(concat("a name for each of ", c.classes, " classes"), concat(names, " names"));
  if (!std::isfinite(c.divisor) || c.divisor == 0) refuse("a divisor other than 0", std::to_string(c.divisor));
  const auto is_beside = std::filesystem::path(c.weights).filename() == c.weights && !c.weights.empty();
  if (!is_beside) refuse("weights in a file beside it", c.weights);
}

/// The weights of a run that does not say where they are: those of a training run, or of the energy-based model of a demo.
inline std::string weights_of_older_run(const std::filesystem::path& folder) {
  for (const char* const name : {"model.safetensors", "weights.safetensors", "jem.safetensors"}) {
    if (std::filesystem::exists(folder / name)) return name;
  }
  return "model.safetensors";
}

}  // namespace detail

/// Reads the description in a folder: config.json, or settings.json of a run that an older version has made or that has diverged. Throws
/// std::runtime_error, naming the file, for one that cannot be read and for one that does not describe such a run.
inline run_config read_run_config(const std::filesystem::path& folder) {
  const bool is_old = !std::filesystem::exists(folder / "config.json");
  const auto path   = folder / (is_old ? "settings.json" : "config.json");
  const auto bytes  = read_file(path);
  run_config c;
  try {
    const auto j = nlohmann::json::parse(bytes.begin(), bytes.end());
    j.at("network").get_to(c.network);
    j.at("widths").get_to(c.widths);
    j.at("image").get_to(c.image);
    j.at("classes").get_to(c.classes);
    c.class_names = j.value("class_names", c.class_names);
    c.activation  = j.value("activation", c.activation);
    if (c.activation.empty()) c.activation = c.network == "convnet" ? "swish" : "leaky-relu";
    c.precision    = j.value("precision", c.precision);
    c.divisor      = j.value("divisor", c.divisor);
    c.offset       = j.value("offset", c.offset);
    c.weights      = is_old ? detail::weights_of_older_run(folder) : j.value("weights", c.weights);
    c.threshold_of = j.value("threshold_of", c.threshold_of);
    c.run          = j.value("run", c.run);
    if (j.contains("threshold")) c.threshold = j["threshold"].get<double>();
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(concat(path.string(), ": expected what a run says of its network but found ", error.what()));
  }
  detail::check_run_config(c, path.string());
  return c;
}

}  // namespace jem::inline v0::io
