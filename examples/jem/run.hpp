// A training run: data in, network, samples and curves out.
#pragma once

#include "../tensor.hpp"
#include "settings.hpp"

#include <jem/data/dataset.hpp>
#include <jem/io/run_config.hpp>
#include <jem/jem.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace tool {

using dataset = jem::data::dataset<tensor>;

using small_network = jem::convnet<tensor>;
using deep_network  = jem::wide_resnet<tensor>;

/// The same, computing in bfloat16.
template <class Net>
using in_bfloat16 = jem::computing_in<jem::bfloat16, Net>;

/// Images that a network is judged on.
struct judged_images {
  dataset all;
  std::string kind   = "test";  ///< or "validation": kept from training
  bool in_order      = false;   ///< their order says something, and a part of them is the first ones
  std::uint64_t seed = 1;       ///< of a part

  /// At most `count` of them, the same for a seed: each class has its share; or the first ones.
  dataset part(jem::index_t count) const;
};

struct split {
  dataset train;
  judged_images test;
  std::vector<std::string> class_names;  ///< empty for data whose classes have no names
};

/// The data of the settings: "digits", or KIND:PATH: "idx:", "cifar10:" or "cifar100:" and a folder with the files of that set, plain,
/// gzip or xz (or one file of CIFAR records), "png:" and a folder with train/CLASS/*.png and test/CLASS/*.png. With validation > 0 so
/// many training images are taken out and stand in the place of the test images, which are not read: for choosing settings by. One
/// file has no test images: refused without validation.
split load(const settings& s);

/// The images that a run of these settings is judged on: the test images of its data, and the validation images where the data are one
/// file. Throws std::invalid_argument for images of other extents or classes than the run was trained on.
judged_images load_judged(const settings& s);

/// The test images of other data, or all images of one file.
judged_images load_other(const std::string& data);

/// The settings of a run, with the form of the data that it is trained on.
settings with_form_of(const split& data, settings s);

/// What a run that has been trained says of its network, with the form of its data: `threshold` is log p(x) + log Z from which on an image
/// looks like those that were judged.
jem::io::run_config config_of(const settings& s, const judged_images& judged, double threshold);

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

/// Throws std::invalid_argument, naming the option, for settings that such images cannot be trained with.
void expect_possible(const settings& s, const dataset& set);

/// The network of the settings for such images. It draws from a generator of its own, so that another network sees the same
/// batches.
small_network make_small_network(const settings& s, const jem::shape& images, jem::index_t classes, jem::rng& rng);

/// The Wide ResNet that "wide-resnet-DEPTH-WIDTH" names, in the same way. Throws std::invalid_argument for another name.
deep_network make_deep_network(const settings& s, const jem::shape& images, jem::index_t classes, jem::rng& rng);

/// The folder of a run, made, and without what an earlier run and its evaluation have left there.
void begin_run(const std::filesystem::path& folder);

/// What a run writes into its folder while it trains.
struct keeping {
  bool log             = false;  ///< a line of metrics.jsonl for each iteration
  bool checkpoints     = false;  ///< checkpoint.safetensors now and then, and where a signal asks the run to stop
  bool resume          = false;  ///< go on from the folder's checkpoint, if there is one
  jem::index_t every   = 0;      ///< iterations between two checkpoints; 0 for by time
  float minutes        = 5;      ///< between two checkpoints, and at least a hundred times what the last one took to write
  std::string settings = {};     ///< of the run, as text: a checkpoint of others is refused
};

/// Trains with a progress bar. When the loss stops being finite, saves the last good weights as model.safetensors and throws `diverged`.
/// When a signal asks it to stop, writes a checkpoint and throws `stopped`. What cannot be written while it trains is said once, and
/// training goes on.
template <class Net>
outcome<Net> train(const settings& s, Net net, const dataset& set, jem::rng& rng, const std::string& title, const keeping& k);

/// The sampler of the settings.
jem::sgld<jem::constant, jem::fixed_noise> sampler_of(const settings& s);

}  // namespace tool
