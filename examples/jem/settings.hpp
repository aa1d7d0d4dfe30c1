// The settings of a run of the `jem` tool, the table of options that set them, and their defaults, which depend on the data and the method.
// A new option needs a member and a line of the table here, and the code that uses it.
#pragma once

#include "option.hpp"

#include <tuple>

namespace tool {

/// Each member is explained in the table below. The defaults of chains are the paper's (Grathwohl et al. 2020), on a small convolutional
/// network; a run whose settings do not name its method was trained by chains.
struct settings {
  std::string run;
  std::string data = "digits";
  std::vector<jem::index_t> image;
  jem::index_t classes = 0;
  std::vector<std::string> class_names;
  jem::index_t validation          = 0;
  std::string validation_choice    = "by class";
  float data_noise                 = 0.03f;
  jem::index_t crop                = 0;
  bool flip                        = false;
  bool augment_energy              = true;
  bool with_replacement            = false;
  std::string network              = "convnet";
  std::vector<jem::index_t> widths = {32, 64, 128};
  std::string activation           = "auto";
  std::string initialisation       = "uniform";
  std::string precision            = "float32";
  std::string method               = "chains";
  std::string recipe               = "paper";
  float attack                     = 0;
  jem::index_t attack_steps        = 10;
  std::string path                 = "equilibrium";
  std::string path_noise           = "uniform";
  float reach                      = 0.1f;
  std::string outliers             = "uniform";
  jem::index_t steps               = 20;
  float step_size                  = 1;
  float noise                      = 0.01f;
  float clip                       = 0;
  bool unit_gradient               = false;
  bool box                         = false;
  std::string start                = "uniform";
  jem::index_t first_steps         = 0;
  jem::index_t buffer              = 10'000;
  float restart                    = 0.05f;
  bool by_class                    = false;
  float weight_x                   = 1;
  float weight_yx                  = 1;
  float weight_xy                  = 0;
  float penalty                    = 0;
  float penalty_xy                 = 0;
  float weight_binary              = 0;
  float weight_last_step           = 0;
  float entropy                    = 0.3f;
  float weight_match               = 6.4f;
  float weight_match_xy            = 0;
  float weight_outliers            = 0.6f;
  jem::index_t matched_iterations  = 0;
  float matched_rate               = 0;
  float sharpness                  = 0;
  float learning_rate              = 1e-4f;
  float rate_at_end                = 1;
  jem::index_t linear_warm_up      = 1000;
  jem::index_t batch               = 64;
  jem::index_t iterations          = 10'000;
  jem::index_t validate_every      = 0;
  jem::index_t early_stop          = 0;
  float average                    = 0;
  jem::index_t samples_every       = 0;
  bool monitor                     = true;
  jem::index_t tries               = 8;
  float remedy_rate                = 0.4f;
  float remedy_step                = 0.4f;
  float remedy_penalty             = 0.01f;
  float remedy_limit               = 10;
  float remedy_steps               = 1.5f;
  std::string states               = "auto";
  std::uint64_t seed               = 1;
  std::filesystem::path out        = "jem-run";  ///< the folder that the run is written to: given on the command line, not in the table
};

/// Whether text is "digits", or KIND:PATH with a kind of data that the tool reads.
bool names_data(const std::string& text);

/// Whether text is "convnet" or "wide-resnet-DEPTH-WIDTH".
bool names_network(const std::string& text);

inline constexpr text_like data_name{names_data, "digits, or idx, cifar10, cifar100 or png with :PATH behind"};
inline constexpr text_like network_name{names_network, "convnet or wide-resnet-DEPTH-WIDTH"};

/// Every option of a run.
inline constexpr std::tuple run_options{
    option{"run", &settings::run, "identifies the run: each of its files carries the same text", anything{}, group::record},
    option{"data", &settings::data,
           "digits; idx:, cifar10: or cifar100: and a folder with the files of that set, plain, .gz or .xz; cifar10: or cifar100: and one "
           "file, which needs --validation since it has no test images; or png: and a folder with {train,test}/CLASS/*.png, the same "
           "classes in both",
           data_name, group::data},
    option{"image", &settings::image, "height, width and channels of an image", at_least(1), group::record},
    option{"classes", &settings::classes, "how many classes the data have", at_least(0), group::record},
    option{"class-names", &settings::class_names, "the names of the classes; none for data whose classes have no names", anything{},
           group::record},
    option{"validation", &settings::validation,
           "judge so many training images, kept from training, instead of the test images: chosen by the seed, of each class its share; "
           "of the digits the last ones, since those are by other writers than the first",
           at_least(0), group::data},
    option{"validation-choice", &settings::validation_choice, "how validation images are chosen", one_of("by class", "last"),
           group::record},
    option{"data-noise", &settings::data_noise, "standard deviation of the noise that is added to data in [-1, 1]", at_least(0),
           group::data},
    option{"crop", &settings::crop, "pad images by reflection by so many pixels and crop them at random", at_least(0), group::data},
    option{"flip", &settings::flip, "exchange left and right of half the images", or_else{"no-flip"}, group::data},
    option{"augment-energy", &settings::augment_energy, "crop and flip the images that the energy learns from, too",
           or_else{"no-augment-energy"}, group::data},
    option{"with-replacement", &settings::with_replacement,
           "draw each image independently of the others, instead of all of them once an epoch", or_else{"shuffled"}, group::data},
    option{"network", &settings::network, "convnet, or wide-resnet-DEPTH-WIDTH as in the paper: wide-resnet-28-10", network_name,
           group::network},
    option{"widths", &settings::widths, "convnet: channels of the first convolution and of each halving of the image",
           between(1, jem::index_t{1} << 20), group::network},
    option{"activation", &settings::activation,
           "after each convolution: swish, which gives smooth energies, or leaky-relu, as in the paper's wide ResNet; auto, leaky-relu in "
           "a wide ResNet that is not trained by matched gradients, and else swish",
           one_of("auto", "swish", "leaky-relu"), group::network},
    option{"initialisation", &settings::initialisation,
           "first weights: uniform in +-1/sqrt(fan-in), biases too, as PyTorch's layers; or he: normal of variance 2/fan-in, biases zero",
           one_of("uniform", "he"), group::network},
    option{"precision", &settings::precision, "float32, or bfloat16: what the network computes in; its weights are float32",
           one_of("float32", "bfloat16"), group::network},
    option{"method", &settings::method,
           "how the energy is learned: matched, by its gradient at points on a path from images to noise; chains, by samples of a replay "
           "buffer as in the paper, which options of chains imply; or cross-entropy, not at all",
           one_of("matched", "chains", "cross-entropy"), group::loss},
    option{"weight-yx,w-yx", &settings::weight_yx, "weight of the cross-entropy", at_least(0), group::loss},
    option{
        "attack", &settings::attack,
        "train the classifier on images that an attack has moved by at most so much, in Euclidean length for pixels in [0, 1]; 0 for none",
        at_least(0), group::loss},
    option{"attack-steps", &settings::attack_steps, "steps of this attack", at_least(1), group::loss},
    option{"weight-match,w-match", &settings::weight_match, "weight of the mean square of what the gradient of E(x) lacks", at_least(0),
           group::matched},
    option{"weight-match-xy,w-match-xy", &settings::weight_match_xy, "the same of E(x, y)", at_least(0), group::matched},
    option{"weight-outliers,w-outliers", &settings::weight_outliers, "weight of the cross-entropy between no preference and p(y|noise)",
           at_least(0), group::matched},
    option{"path", &settings::path,
           "where gradients are matched: equilibrium, between images and noise; denoising, at images with noise of several levels; mix, "
           "half and half",
           one_of("equilibrium", "denoising", "mix"), group::matched},
    option{"path-noise", &settings::path_noise, "the noise between which and images the path leads: uniform in [-1, 1], or normal",
           one_of("uniform", "normal"), group::matched},
    option{"reach", &settings::reach, "half the distance of the points between which energies are compared, per pixel", above(0),
           group::matched},
    option{"outliers", &settings::outliers, "the noise that shall have no class: uniform in [-1, 1], or normal",
           one_of("uniform", "normal"), group::matched},
    option{"matched-iterations", &settings::matched_iterations, "jem demo: iterations of the column of this method; 0 for --iterations",
           at_least(0), group::matched},
    option{"matched-rate", &settings::matched_rate, "jem demo: learning rate of the column of this method; 0 for --learning-rate",
           at_least(0), group::matched},
    option{"recipe", &settings::recipe,
           "defaults of chains from another paper: jem++ (arXiv:2109.09032), sada (arXiv:2209.07959), last-step (arXiv:2012.01316) or dat "
           "(arXiv:2510.13872)",
           one_of("paper", "jem++", "sada", "last-step", "dat"), group::chains},
    option{"weight-x,w-x", &settings::weight_x, "weight of E(x+) - E(x-)", at_least(0), group::chains},
    option{"weight-xy,w-xy", &settings::weight_xy, "weight of E(x+, y) - E(x-, y)", at_least(0), group::chains},
    option{"penalty", &settings::penalty, "weight of the squares of the energies", at_least(0), group::chains},
    option{"penalty-xy", &settings::penalty_xy, "weight of the squares of the energies of images with their class", at_least(0),
           group::chains},
    option{"weight-binary,w-binary", &settings::weight_binary,
           "weight of the binary cross-entropy by which the energy tells images from samples", at_least(0), group::chains},
    option{"weight-last-step,w-last-step", &settings::weight_last_step,
           "weight of the energy of samples less their entropy, whose gradient is that through the sampler's last step", at_least(0),
           group::chains},
    option{"entropy", &settings::entropy, "weight of the entropy in it", at_least(0), group::chains},
    option{"steps", &settings::steps, "K, steps of the sampler in an iteration", at_least(0), group::chains},
    option{"step-size", &settings::step_size, "ε of the sampler", at_least(0), group::chains},
    option{"noise", &settings::noise, "σ of the sampler", at_least(0), group::chains},
    option{"clip", &settings::clip, "bound on each number of the sampler's gradient; 0 for none", at_least(0), group::chains},
    option{"unit-gradient", &settings::unit_gradient, "divide the sampler's gradient by its norm, so that all steps have the same length",
           or_else{"no-unit-gradient"}, group::chains},
    option{"box", &settings::box, "keep chains in the range of the data", or_else{"no-box"}, group::chains},
    option{"start", &settings::start,
           "where chains start: uniform in [-1, 1], or classes, a normal law with mean and covariance of the images of each class",
           one_of("uniform", "classes"), group::chains},
    option{"first-steps", &settings::first_steps,
           "begin with so many steps, and make one more each time that the energy tells images from samples with an AUROC of .8, up to "
           "--steps; 0 for --steps from the beginning",
           at_least(0), group::chains},
    option{"buffer", &settings::buffer, "images in the replay buffer", at_least(1), group::chains},
    option{"restart", &settings::restart, "probability that a chain starts afresh", between(0, 1), group::chains},
    option{"by-class", &settings::by_class, "keep the chains of each class apart and sample p(y) p(x|y)", or_else{"not-by-class"},
           group::chains},
    option{"sharpness", &settings::sharpness,
           "radius of adaptive sharpness-aware minimisation, which takes the gradient where the loss nearby is larger; 0 for none",
           at_least(0), group::optimiser},
    option{"learning-rate", &settings::learning_rate, "learning rate of Adam", above(0), group::optimiser},
    option{"rate-at-end", &settings::rate_at_end, "share of the learning rate that is left at the end, along half a cosine", between(0, 1),
           group::optimiser},
    option{"warm-up", &settings::linear_warm_up, "iterations over which the learning rate rises", at_least(0), group::optimiser},
    option{"batch", &settings::batch, "images in a batch", at_least(1), group::optimiser},
    option{"iterations", &settings::iterations, "training iterations", at_least(1), group::run},
    option{"validate-every", &settings::validate_every,
           "iterations between two judgements of the --validation images; the run ends with the weights that were best, by NLL; 0 for none",
           at_least(0), group::run},
    option{"early-stop", &settings::early_stop, "end the run when so many judgements in a row are no better than the best; 0 for never",
           at_least(0), group::run},
    option{"average", &settings::average,
           "decay of an exponential average of the weights, which is judged and saved in their place; 0 for none", below(1), group::run},
    option{"samples-every", &settings::samples_every, "iterations between two sheets of samples, samples/ITERATION.png; 0 for none",
           at_least(0), group::run},
    option{"monitor", &settings::monitor,
           "watch each iteration, and when one fails go back to a good state, with other random numbers and gentler settings",
           or_else{"no-monitor"}, group::monitor},
    option{"tries", &settings::tries, "how often it goes back without a good state between, before the run ends with exit code 3",
           at_least(0), group::monitor},
    option{"remedy-rate", &settings::remedy_rate,
           "factor of the learning rate, but for the first time that samples or energies fail; 1 leaves it", between(1e-6, 1),
           group::monitor},
    option{"remedy-step", &settings::remedy_step,
           "factor of the sampler's step and noise when samples leave the range of the data, squared at the second try and so on; 1 leaves "
           "them",
           between(1e-6, 1), group::monitor},
    option{"remedy-penalty", &settings::remedy_penalty,
           "weight of the squares of the energies when these leave the scale of the data, then ten times as much; 0 for none", at_least(0),
           group::monitor},
    option{"remedy-limit", &settings::remedy_limit,
           "bound on the gradient's norm, in units of its mean, when gradient or weights jump; 0 for none", at_least(0), group::monitor},
    option{
        "remedy-steps", &settings::remedy_steps,
        "factor of K when energies leave the scale of the data again, and those of samples are the higher, up to four times; 1 leaves it",
        between(1, 4), group::monitor},
    option{"states", &settings::states,
           "where the two states are kept that a run can go back to: memory, disk (beside the checkpoint), or auto, on disk if they are "
           "larger than 1 GiB",
           one_of("auto", "memory", "disk"), group::monitor},
    option{"seed", &settings::seed, "seed of all random numbers", at_least(0), group::run},
};

/// The method that uses the options of a group; empty if all methods do.
inline const char* method_of(group g) { return g == group::matched ? "matched" : g == group::chains ? "chains" : ""; }

/// f(option) for every line of the table.
void for_each_option(auto f) {
  std::apply([&](const auto&... each) { (f(each), ...); }, run_options);
}

/// The demo's defaults: the paper's with a smaller network, He's initialisation, a larger learning rate that falls to 0, a small penalty on
/// the energies, and images drawn with replacement. Of six choices, initialisation and rate have cross-entropy's best NLL on the last 200
/// training images (`--validation 200`), as medians of 16 seeds: .136 for he at 0.003, .149 at 0.002 and at 0.001; .191, .214 and .236 for
/// uniform at these rates.
inline settings digits_settings() {
  settings s;
  s.validation_choice  = "last";  // the digits are in the order of their writers: the last ones are by other writers than the first
  s.widths             = {32, 64};
  s.penalty            = 0.01f;
  s.with_replacement   = true;
  s.initialisation     = "he";
  s.learning_rate      = 3e-3f;
  s.rate_at_end        = 0;
  s.linear_warm_up     = 200;
  s.iterations         = 2000;
  s.matched_iterations = 1000;  // chosen on the same images, with two seeds: see matching.md
  s.matched_rate       = 8e-3f;
  return s;
}

/// The paper's own: a Wide ResNet on images of 32×32 pixels, padded, cropped and flipped.
inline settings cifar_settings() {
  settings s;
  s.network = "wide-resnet-28-10";
  s.crop    = 4;
  s.flip    = true;
  return s;
}

/// The settings of a column of the demo.
inline settings by_method(settings s, const std::string& method) {
  s.method = method;
  if (method == "matched" && s.matched_iterations > 0) s.iterations = s.matched_iterations;
  if (method == "matched" && s.matched_rate > 0) s.learning_rate = s.matched_rate;
  return s;
}

/// What a recipe changes in the settings of chains. What the papers say of other parts, such as the optimiser, stays as it is.
inline void apply_recipe(settings& s, const std::string& recipe) {
  s.recipe = recipe;
  if (recipe == "last-step") s.weight_last_step = 1;
  if (recipe == "jem++" || recipe == "sada") {  // N = 5 inner steps of 0.2 along one gradient are one step of 1
    s.steps = recipe == "sada" ? 5 : 10;
    s.noise = 0, s.clip = 1, s.box = true, s.start = "classes";
  }
  if (recipe == "sada") s.sharpness = 2, s.augment_energy = false;
  if (recipe == "dat") {
    s.weight_x = 0, s.penalty = 0, s.weight_binary = 0.5f, s.attack = 0.5f, s.data_noise = 0, s.augment_energy = false;
    s.by_class = true, s.unit_gradient = true, s.box = true, s.noise = 0, s.step_size = 0.2f, s.restart = 1;
    s.first_steps = 1, s.steps = 50;
  }
}

/// The defaults for these data, a method and a recipe.
inline settings preset_of(const std::string& data, const std::string& method = "matched", const std::string& recipe = "paper") {
  settings s = data == "digits" ? digits_settings() : data.starts_with("cifar") ? cifar_settings() : settings{};
  s.data     = data;
  if (method == "matched" && data != "digits") {  // the paper's learning rate is for chains
    s.learning_rate  = 1e-3f;
    s.rate_at_end    = 0;
    s.linear_warm_up = 200;
  }
  s                    = by_method(s, method);
  s.matched_iterations = 0, s.matched_rate = 0;  // only the demo uses them
  apply_recipe(s, recipe);
  return s;
}

/// The defaults of the demo, for all of its columns.
inline settings preset_of_demo() {
  settings s = digits_settings();
  s.method   = "matched";
  return s;
}

/// The activation of the network: the one that is asked for, or the default for network and method.
inline std::string activation_of(const settings& s) {
  if (s.activation != "auto") return s.activation;
  return s.network == "convnet" || s.method == "matched" ? "swish" : "leaky-relu";
}

/// Whether the energy is learned from samples of chains.
inline bool has_chains(const settings& s) { return s.method == "chains" && (s.weight_x != 0 || s.weight_xy != 0 || s.weight_binary != 0); }

/// Whether the chains of each class are kept apart: the loss of p(x|y) needs it.
inline bool keeps_classes_apart(const settings& s) { return s.by_class || s.weight_xy != 0 || s.penalty_xy != 0; }

/// Every option by its key, for a settings file.
void to_json(nlohmann::ordered_json& j, const settings& s);

/// The settings of a file. For keys that it lacks: the preset of the demo if of_demo, else that of `data`, or, if `data` is empty, of the
/// data that the file names. Throws std::runtime_error for a file that is no JSON object, and for a key that is unknown or has a wrong
/// value, with the name of the key.
settings read_settings(const std::filesystem::path& file, const std::string& data = "", bool of_demo = false);

/// The settings of the run in a folder, of this version or an older one. Throws what read_settings throws, and std::runtime_error for
/// settings without data, network or widths.
settings settings_of_run(const std::filesystem::path& folder);

/// The settings in words, a line for each group: "network: widths 32,64, initialisation he, …".
std::vector<std::string> in_words(const settings& s);

}  // namespace tool
