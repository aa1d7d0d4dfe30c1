// The jobs of the tool.
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

/// Trains the same network by cross-entropy alone, as a JEM by chains, and as a JEM by matched gradients, on `seeds` seeds; prints the
/// table, writes report.html, settings.json, metrics.json, weights, samples and what each iteration told of the first seed into the folder
/// of the settings. While it trains,
/// each training run has its checkpoint and its metrics in the folder parts, from which a demo that was stopped goes on.
void demo(const settings& s, int seeds, const effort& e, keeping k);

/// Goes on with the demo of the folder. A demo that is finished stays as it is.
void resume_demo(const std::filesystem::path& folder, keeping k);

/// One training run: settings.json, metrics.jsonl and checkpoints as it goes; config.json, model.safetensors, metrics.json and samples.png
/// at the end. A run that is gone on with has the settings of its folder.
void train_once(const settings& s, keeping k);

/// Judges the weights of a run, or both networks of a demo, on the test images of its data, made-up sets and the test images of
/// others; prints the table and writes evaluation.json beside the weights. A run on one file is judged on its validation images.
void evaluate_run(const std::filesystem::path& run, const std::vector<std::string>& others, const effort& e, std::uint64_t seed);

/// Prints what the network of a run takes PNG files for, how plausible it finds them, and whether they look like its training data.
void predict(const std::filesystem::path& run, const std::vector<std::string>& images, bool as_json);

/// What `jem sample` makes.
struct sampling {
  std::vector<jem::index_t> steps = {20};  ///< a sheet for each
  jem::index_t count              = 100;   ///< images a sheet, each class its share
  float noise                     = 0;     ///< of evaluate::descent
  std::string judge               = {};    ///< the run whose network says of which class samples are; empty for the run's own
  std::uint64_t seed              = 1;
};

/// Samples of p(x|y) that the network of a run makes from noise, by as many steps as are told: samples-STEPS.png, the same beside the
/// training images that are nearest to them, and samples.json with what is printed: of which class another network finds them, how far
/// they are from the images that the run is judged on (metrics/kernel_distance.hpp), how far from training images, and how many pixels
/// leave the range of the data.
void sample_run(const std::filesystem::path& folder, const sampling& how);

}  // namespace tool
