// The settings of a run of the `jem` tool, where their defaults come from, and the table of options. The command line, the file of
// settings, the defaults that --help shows and the list in the report are made of that table: a new option is a member and an entry here.
#pragma once

#include "option.hpp"

#include <jem/core/shape.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tool {

struct settings {
  std::string data                     = "digits";  ///< "digits", or KIND:PATH
  std::vector<jem::index_t> image      = {};        ///< (h, w, c) of its images; empty if a run has not kept it
  jem::index_t classes                 = 0;         ///< that are told apart; 0 if a run has not kept it
  std::vector<std::string> class_names = {};        ///< in the order of their numbers; empty for data whose classes have no names
  jem::index_t validation              = 0;  ///< so many training images are kept from training and judged in the place of the test images
  std::string validation_choice        = "by class";  ///< how these are chosen: by class and by the seed, or the "last" ones
  std::string network                  = "convnet";   ///< or "wide-resnet-DEPTH-WIDTH"
  std::vector<jem::index_t> widths;                   ///< of the convnet
  std::string initialisation = "uniform";             ///< of the weights: "uniform" as PyTorch's layers, or "he"
  std::string precision      = "float32";             ///< or "bfloat16": what the network computes in
  jem::index_t steps;                                 ///< K
  float step_size;
  float noise;
  jem::index_t buffer;
  float restart;
  bool by_class;                  ///< keep the chains of each class apart and sample p(y)·p(x|y)
  float weight_x;                 ///< of contrastive divergence on E(x)
  float weight_yx;                ///< of cross-entropy
  float weight_xy;                ///< of contrastive divergence on E(x, y)
  float penalty;                  ///< of the energies' squares
  jem::index_t crop     = 0;      ///< images are padded by reflection by so much and cropped at random
  bool flip             = false;  ///< and exchanged left and right, half of them
  bool with_replacement = false;  ///< each image is drawn independently of the others, instead of by shuffled epochs
  float data_noise;
  float learning_rate;
  float rate_at_end = 1;  ///< the share of the learning rate that is left at the last iteration, along half a cosine
  jem::index_t linear_warm_up;
  jem::index_t batch;
  jem::index_t iterations;
  std::uint64_t seed   = 1;
  jem::index_t threads = 0;  ///< 0: one on each processor
  std::filesystem::path out;
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

/// What a run keeps beside its weights, so that they can be read back and the run be made again.
void to_json(nlohmann::ordered_json& j, const settings& s);

/// The settings in a file that a run has left, or that somebody has written: what it does not say is the default of its data; older
/// versions did not say how they chose validation images: the last ones. Throws std::invalid_argument, with the file and the key, for
/// one that is unknown or has a value that the option does not take.
settings read_settings(const std::filesystem::path& file);

/// What was said on a command line: the texts behind options, by the options' names.
using given_texts = std::map<std::string, std::string>;

/// The settings of a run: the defaults of its data, over them what a file says, over that what was said on the command line. Throws
/// std::invalid_argument as read_settings, and for texts that options do not take.
settings settings_of(const std::string& file, const given_texts& given, const std::filesystem::path& out);

/// Throws std::invalid_argument, with the option's name, for settings that each are right but not together, or not for so many images
/// (n, h, w, c) of so many classes.
void check_together(const settings& s, const jem::shape& images, jem::index_t classes);

/// All settings in words, a line for each group: for reports.
std::vector<std::string> recipe_of(const settings& s);

/// The paper's recipe (Grathwohl et al. 2020) on a small convolutional network.
inline settings paper_settings() {
  return {.widths         = {32, 64, 128},
          .steps          = 20,
          .step_size      = 1,
          .noise          = 0.01f,
          .buffer         = 10'000,
          .restart        = 0.05f,
          .by_class       = false,
          .weight_x       = 1,
          .weight_yx      = 1,
          .weight_xy      = 0,
          .penalty        = 0,
          .data_noise     = 0.03f,
          .learning_rate  = 1e-4f,
          .linear_warm_up = 1000,
          .batch          = 64,
          .iterations     = 10'000,
          .out            = "jem-run"};
}

/// The demo's: the same with a smaller network, He's initialisation, a larger learning rate that falls to nothing, a small penalty on the
/// energies, and images drawn with replacement. Initialisation and rate have cross-entropy's best NLL on the last 200 training images
/// (`--validation 200`) of six choices, medians of 16 seeds: .136 for he at 0.003, .149 at 0.002 and 0.001; uniform .191, .214, .236.
inline settings digits_settings() {
  settings s          = paper_settings();
  s.validation_choice = "last";  // the digits stand in the order of their writers: these are others than those of the first
  s.widths            = {32, 64};
  s.penalty           = 0.01f;
  s.with_replacement  = true;
  s.initialisation    = "he";
  s.learning_rate     = 3e-3f;
  s.rate_at_end       = 0;
  s.linear_warm_up    = 200;
  s.iterations        = 2000;
  return s;
}

/// The paper's own: a Wide ResNet on images of 32×32 pixels, padded, cropped and flipped.
inline settings cifar_settings() {
  settings s = paper_settings();
  s.network  = "wide-resnet-28-10";
  s.crop     = 4;
  s.flip     = true;
  return s;
}

/// The defaults of a set of data.
inline settings default_settings(const std::string& data) {
  settings s = data == "digits" ? digits_settings() : data.starts_with("cifar") ? cifar_settings() : paper_settings();
  s.data     = data;
  return s;
}

/// Whether the chains of each class are kept apart: the loss of p(x|y) needs it.
inline bool keeps_classes_apart(const settings& s) { return s.by_class || s.weight_xy != 0; }

/// The same settings for a plain classifier: cross-entropy alone, no samples.
inline settings without_energy(settings s) {
  s.weight_x = s.weight_xy = s.penalty = 0;
  return s;
}

}  // namespace tool
