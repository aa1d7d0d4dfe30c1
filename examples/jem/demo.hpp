// The jobs of the tool.
#pragma once

#include "judge.hpp"
#include "settings.hpp"

namespace tool {

struct keeping;

/// Trains the same network by cross-entropy alone and as a JEM, on `seeds` seeds; prints the table, writes report.html,
/// settings.json, metrics.json, metrics.jsonl, weights and samples of the first seed into the folder of the settings. While it trains,
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

}  // namespace tool
