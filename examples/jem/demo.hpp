// The commands of the tool.
#pragma once

#include "judge.hpp"
#include "settings.hpp"

namespace tool {

struct keeping;

/// A column of the demo's table: how its networks are trained, what it is called, and the name of its files and of its part of
/// metrics.json.
struct demo_column {
  const char* method;
  const char* name;
  const char* key;
};

/// The columns of the demo, in their order.
inline constexpr demo_column columns_of_demo[] = {
    {"cross-entropy", "cross-entropy", "cross_entropy"}, {"chains", "JEM, chains", "jem"}, {"matched", "JEM, matched", "matched"}};

/// Trains the same network by cross-entropy alone, as a JEM by chains, and as a JEM by matched gradients, on `seeds` seeds. Prints the
/// table, and writes report.html, settings.json, config.json, metrics.json, the weights, samples, and metrics.jsonl of the JEM by matched
/// gradients on the first seed into the folder of the settings. Until the end, each training run keeps its checkpoint and its metrics in
/// the sub-folder parts. A demo that was stopped can be resumed from there.
void demo(const settings& s, int seeds, const effort& e, keeping k);

/// Resumes the demo of the folder. A demo that is finished stays as it is.
void resume_demo(const std::filesystem::path& folder, keeping k);

/// One training run. It writes settings.json, metrics.jsonl and checkpoints while it trains, and config.json, model.safetensors,
/// metrics.json and samples at the end. A run that is resumed has the settings in its folder.
void train_once(const settings& s, keeping k);

/// Judges the network of a run, or all networks of a demo, on the test images of its data, against made-up sets and the test images of
/// other data. Prints the table and writes evaluation.json beside the weights. A run on one file is judged on its validation images.
/// `data` says where its data are if they have moved; empty for where they were.
void evaluate_run(const std::filesystem::path& run, const std::string& data, const std::vector<std::string>& others, const effort& e,
                  std::uint64_t seed);

/// Prints the classes that the network of a run predicts for PNG files, their log p(x), and whether they look like its training data.
void predict(const std::filesystem::path& run, const std::vector<std::string>& images, bool as_json);

/// Writes a small copy of a run into a folder: its weights in bfloat16, config.json and settings.json, with the last folder of the path of
/// its data alone. Of a demo it is the network that predicts. Throws std::runtime_error for a folder that has a run.
void pack_run(const std::filesystem::path& run, const std::filesystem::path& into);

/// What `jem sample` makes.
struct sampling {
  std::vector<jem::index_t> steps = {20};  ///< a sheet for each
  jem::index_t count              = 100;   ///< images a sheet, each class its share
  float noise                     = 0;     ///< of evaluate::descent
  std::string judge               = {};    ///< the run whose network says of which class samples are; empty for the run's own
  std::uint64_t seed              = 1;
};

/// Makes samples of p(x|y) from noise with the network of a run, for each number of steps. Writes samples-STEPS.png,
/// samples-STEPS-nearest.png, where the nearest training images stand below the samples, and samples.json. Prints and saves: the share of
/// samples that the judging network finds in their class, their distance from the images that the run is judged on
/// (metrics/kernel_distance.hpp) and from the nearest training images, and the share of pixels beyond the range of the data.
void sample_run(const std::filesystem::path& folder, const sampling& how);

}  // namespace tool
