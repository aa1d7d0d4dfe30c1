// A training run: data in, network, samples and curves out.
#pragma once

#include "settings.hpp"

#include <jem/data/dataset.hpp>
#include <jem/jem.hpp>

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace tool {

using tensor  = jem::tensor<float, jem::eigen>;  // the one line that chooses the backend
using network = jem::convnet<tensor>;
using dataset = jem::data::dataset<tensor>;

struct split {
  dataset train, test;
};

/// The digits, or the IDX files of a folder.
split load(const std::string& data);

/// What a run leaves behind.
struct outcome {
  network net;
  tensor buffer;                          // (capacity, h, w, c)
  std::vector<jem::training_info> curve;  ///< one entry an iteration
  double seconds = 0;
};

/// A run that diverged: its last good network, and why.
struct diverged : std::runtime_error {
  diverged(const std::string& why, outcome last) : std::runtime_error(why), state(std::move(last)) {}

  outcome state;
};

/// Trains with a progress bar. Writes a line of metrics.jsonl an iteration if a folder is given. Throws `diverged` when the
/// loss stops being finite.
outcome train(const settings& s, const dataset& set, const std::string& title, const std::filesystem::path& folder = {});

/// The sampler of the settings.
jem::sgld<jem::constant, jem::fixed_noise> sampler_of(const settings& s);

}  // namespace tool
