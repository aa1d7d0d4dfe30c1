// The two jobs of the tool.
#pragma once

#include "settings.hpp"

namespace tool {

/// Trains the same network by cross-entropy alone and as a JEM, on `seeds` seeds; prints the table, writes report.html,
/// metrics.json, metrics.jsonl, weights and samples into the folder of the settings.
void demo(const settings& s, int seeds);

/// One training run: metrics.jsonl as it goes; metrics.json, weights.safetensors and samples.png at the end.
void train_once(const settings& s);

}  // namespace tool
