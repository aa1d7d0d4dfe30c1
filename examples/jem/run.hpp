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

using small_network  = jem::convnet<tensor>;
using deep_network   = jem::wide_resnet<tensor>;
using smooth_network = jem::wide_resnet<tensor, jem::swish>;  ///< the same with smooth energies

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
/// file or where they are asked for. Throws std::invalid_argument for images of other extents or classes than the run was trained on, and
/// for a run that has held out none of those that are asked for.
judged_images load_judged(const settings& s, bool validation = false);

/// The test images of other data, or all images of one file.
judged_images load_other(const std::string& data);

/// The settings of a run, with the form of the data that it is trained on, and with the text that identifies the run: runs of the same
/// settings by the same version have the same one, since they have the same result.
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
  double seconds = 0;                     ///< of training, also before the run was stopped
};

/// A run that diverged, and why.
struct diverged : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Which batches the loss of the settings reads.
jem::phase_set phases_of(const settings& s);

/// Throws std::invalid_argument, naming the option, for settings that such images cannot be trained with.
void expect_possible(const settings& s, const dataset& set);

/// The network of the settings for such images. It draws from a generator of its own, so that another network sees the same
/// batches.
small_network make_small_network(const settings& s, const jem::shape& images, jem::index_t classes, jem::rng& rng);

/// The Wide ResNet that "wide-resnet-DEPTH-WIDTH" names, in the same way. Throws std::invalid_argument for another name.
template <class Net>
Net make_deep_network(const settings& s, const jem::shape& images, jem::index_t classes, jem::rng& rng);

/// The settings with an absolute path of the data, so that they mean the same in any working directory. Throws std::invalid_argument for
/// a path that is not in UTF-8, which no settings file can hold.
settings with_resolved_paths(settings s);

/// How a run goes on that was stopped, and what it writes while it trains.
struct keeping {
  bool resume        = false;  ///< go on with the run of the folder
  bool quiet         = false;  ///< no progress
  bool overwrite     = false;  ///< remove what an earlier run has left in the folder, instead of moving it aside
  jem::index_t every = 0;      ///< iterations between two checkpoints; 0 for by time
  float minutes      = 5;      ///< between two checkpoints, and at least a hundred times what the last one took to write

  std::filesystem::path log        = {};     ///< takes a line for each iteration
  std::filesystem::path checkpoint = {};     ///< is written now and then, and when a signal asks the run to stop
  bool last_checkpoint             = false;  ///< is written after the last iteration, too
  std::string settings             = {};     ///< of the run, as text: a checkpoint of others is refused
  std::string go_on                = {};     ///< the command that goes on with the run
};

/// Trains with a progress bar, from the checkpoint if there is one. With validation at an interval, the network of the outcome is the best.
/// When an iteration fails, a guard goes back (jem/train/guard.hpp); when that does not help, saves the last good weights as
/// model.safetensors and throws `diverged`. When a signal asks it to stop, writes a checkpoint and throws `stopped`. What cannot be written
/// while it trains is said once, and training goes on.
template <class Net>
outcome<Net> train(const settings& s, Net net, const split& data, jem::rng& rng, const std::string& title, const keeping& k);

/// The noise of an option "uniform" or "normal", as one type for both.
struct noise_law {
  std::string kind;

  template <jem::tensor_value T>
  T operator()(const jem::shape& extents, jem::rng& g) const {
    return kind == "uniform" ? jem::uniform_start{}.template operator()<T>(extents, g)
                             : jem::normal_start{}.template operator()<T>(extents, g);
  }
};

/// The sampler of the settings.
jem::sgld<jem::constant, jem::fixed_noise> sampler_of(const settings& s);

}  // namespace tool
