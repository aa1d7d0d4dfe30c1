// A training run: it takes settings and data, and returns a network, samples and training curves.
#pragma once

#include "../tensor.hpp"
#include "settings.hpp"

#include <jem/data/dataset.hpp>
#include <jem/io/run_config.hpp>
#include <jem/jem.hpp>

#include <filesystem>
#include <optional>
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
  bool in_order      = false;   ///< their order has a meaning, and part() takes the first ones
  std::uint64_t seed = 1;       ///< for choosing the images of part()

  /// At most `count` of them: the first ones if `in_order`, else images chosen by the seed, with the classes in their shares of all images.
  dataset part(jem::index_t count) const;
};

struct split {
  dataset train;
  judged_images test;
  std::vector<std::string> class_names;  ///< empty for data whose classes have no names
};

/// The data of the settings: "digits", or KIND:PATH: "idx:", "cifar10:" or "cifar100:" and a folder with the files of that set, plain,
/// gzip or xz (or one file of CIFAR records), "png:" and a folder with train/CLASS/*.png and test/CLASS/*.png. With validation > 0, so
/// many training images are held out and used instead of the test images, which are not read; this is for choosing settings. One file has
/// no test images, so it is refused without validation.
split load(const settings& s);

/// The images that a run of these settings is judged on: its validation images if the data are one file or if `validation` is true, else
/// the test images of its data. Throws std::invalid_argument for images of other extents or classes than the run was trained on, and if
/// validation images are needed but the run has held out none.
judged_images load_judged(const settings& s, bool validation = false);

/// The data without the folders above the last: "idx:fashion-mnist" for "idx:/home/me/fashion-mnist".
std::string without_folders(const std::string& data);

/// The test images of other data, or all images of one file.
judged_images load_other(const std::string& data);

/// The settings of a run, completed with the extents and classes of its training images and with the text that identifies the run. Runs of
/// the same settings by the same version have the same text, since they have the same result.
settings with_form_of(const split& data, settings s);

/// The content of config.json: the network of a run that has been trained, and the extents and classes of its images. An image looks like
/// those that were judged if its log p(x) + log Z is at least `threshold`.
jem::io::run_config config_of(const settings& s, const judged_images& judged, double threshold);

/// The result of a training run.
template <class Net>
struct outcome {
  Net net;
  tensor buffer;                          // (capacity, h, w, c)
  std::vector<jem::training_info> curve;  ///< one entry an iteration
  double seconds = 0;                     ///< of training, including the time before the run was stopped and resumed
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

/// Whether a run resumes one that was stopped, and what it writes while it trains.
struct keeping {
  bool resume        = false;  ///< resume the run of the folder
  bool quiet         = false;  ///< no progress
  bool overwrite     = false;  ///< remove what an earlier run has left in the folder, instead of moving it aside
  jem::index_t every = 0;      ///< iterations between two checkpoints; 0: see `minutes`
  float minutes      = 5;      ///< between two checkpoints, but at least a hundred times the time that the last one took

  std::filesystem::path log        = {};     ///< file with a line for each iteration
  std::filesystem::path checkpoint = {};     ///< file that is written now and then, and when a signal asks the run to stop
  bool last_checkpoint             = false;  ///< whether a checkpoint is also written after the last iteration
  std::string settings             = {};     ///< of the run, as text: a checkpoint of other settings is refused
  std::string go_on                = {};     ///< the command that resumes the run
};

/// Trains with a progress bar. If k.resume is true and there is a checkpoint, starts from it. If the settings ask for validation while it
/// trains, the outcome has the network that was best on the validation images. When an iteration fails, a guard goes back to an earlier
/// state (jem/train/guard.hpp). When that does not help, saves the last good weights as model.safetensors and throws `diverged`. When a
/// signal asks the run to stop, writes a checkpoint and throws `stopped`. If a file cannot be written meanwhile, says so once and goes on.
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

/// Where chains start, as one type for all settings.
struct chain_start {
  std::optional<jem::class_normal_start<tensor, jem::box>> classes;  ///< uniform in [-1, 1] without

  template <jem::tensor_value T>
  T operator()(const jem::shape& extents, jem::rng& g) const {
    return classes ? classes->template operator()<T>(extents, g) : jem::uniform_start{}.template operator()<T>(extents, g);
  }

  template <jem::tensor_value T>
  T operator()(const jem::shape& extents, const jem::pooled_vector<std::int32_t>& y, jem::rng& g) const {
    return classes ? classes->template operator()<T>(extents, y, g) : (*this).template operator()<T>(extents, g);
  }
};

/// Where the chains of a run start, which is trained on these images.
chain_start start_of(const settings& s, const dataset& set);

/// What a sampler does to its gradient, as one type for all settings.
struct gradient_rule {
  static constexpr bool row_wise = true;
  float clip;
  bool unit;

  template <jem::tensor_value T>
  void operator()(T& gradient) const {
    if (clip > 0) jem::clip_elements{clip}(gradient);
    if (unit) jem::unit_norm{}(gradient);
  }
};

/// The sampler of the settings.
jem::sgld<jem::constant, jem::fixed_noise, gradient_rule, jem::box> sampler_of(const settings& s);

}  // namespace tool
