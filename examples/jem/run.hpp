// A training run: data in, network, samples and curves out.
#pragma once

#include "settings.hpp"

#include <jem/data/dataset.hpp>
#include <jem/jem.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace tool {

using tensor  = jem::tensor<float, jem::eigen>;  // the one line that chooses the backend
using dataset = jem::data::dataset<tensor>;

using small_network = jem::convnet<tensor>;
using deep_network  = jem::wide_resnet<tensor>;

/// The same, computing in bfloat16.
template <class Net>
using in_bfloat16 = jem::computing_in<jem::bfloat16, Net>;

struct split {
  dataset train, test;
};

/// "digits", or KIND:PATH: "idx:", "cifar10:" or "cifar100:" and a folder with the files of that set, plain, gzip or xz (or one
/// file of CIFAR records), "png:" and a folder with train/CLASS/*.png and test/CLASS/*.png. With `validation` > 0 so many of the last
/// training images are taken out of them and stand in the place of the test images, which are not read: for choosing settings by.
split load(const std::string& data, jem::index_t validation = 0);

/// The test images of the same.
dataset load_test(const std::string& data);

/// What a run leaves behind.
template <class Net>
struct outcome {
  Net net;
  tensor buffer;                          // (capacity, h, w, c)
  std::vector<jem::training_info> curve;  ///< one entry an iteration
  double seconds = 0;
};

/// A run that diverged, and why.
struct diverged : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The network of the settings for such images. It draws from a generator of its own, so that another network sees the same
/// batches.
small_network make_small_network(const settings& s, const jem::shape& images, jem::index_t classes, jem::rng& rng);

/// The Wide ResNet that "wide-resnet-DEPTH-WIDTH" names, in the same way. Throws std::invalid_argument for another name.
deep_network make_deep_network(const settings& s, const jem::shape& images, jem::index_t classes, jem::rng& rng);

/// The folder of a run, made, and without what an earlier run said at its end.
void begin_run(const std::filesystem::path& folder);

/// Trains with a progress bar; writes a line of metrics.jsonl an iteration if asked to. When the loss stops being finite, saves
/// the last good weights as weights.safetensors and throws `diverged`.
template <class Net>
outcome<Net> train(const settings& s, Net net, const dataset& set, jem::rng& rng, const std::string& title, bool log);

/// The sampler of the settings.
jem::sgld<jem::constant, jem::fixed_noise> sampler_of(const settings& s);

}  // namespace tool
