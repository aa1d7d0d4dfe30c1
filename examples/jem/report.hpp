// The demo's table on the terminal, and its page.
#pragma once

#include "judge.hpp"

#include <jem/io/png.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace tool {

/// A column of the comparison: a way of training.
struct contestant {
  std::string name;
  table figures;    ///< medians over the seeds
  evidence behind;  ///< of the first seed
  std::vector<jem::training_info> curve;
  double seconds          = 0;   ///< of training, median
  jem::io::image samples  = {};  ///< of p(x), from the replay buffer or in a few steps from noise; none for cross-entropy
  jem::io::image by_class = {};  ///< of p(x|y)
  jem::io::image fresh    = {};  ///< of p(x), by chains of many steps from noise; none for matched gradients
};

struct comparison {
  std::vector<contestant> sides;  ///< cross-entropy, chains, matched gradients
  jem::io::image data;            ///< training images
  jem::index_t steps = 20;        ///< of a chain in an iteration
  int seeds          = 1;
  double seconds     = 0;
  std::vector<std::string> recipe;  ///< the settings, group by group
  jem::index_t trained, judged;     ///< numbers of digits for training, and for the table
  std::string kind;                 ///< which digits were judged: "test" or "validation"
};

/// A network that was judged: its name, its figures, and the bins of its reliability diagram.
struct judged_network {
  std::string name;
  table figures;
  std::vector<jem::metrics::reliability_bin> bins;
};

/// The table as text, for a terminal.
std::string terminal_table(const comparison& c);

/// The figures of networks that were judged on the same sets, with a column for each, and the bins of their reliability diagrams, as text.
std::string terminal_table(const std::vector<judged_network>& networks);

/// Sentences that say where the last column is not the best; empty if nowhere.
std::vector<std::string> drawbacks(const comparison& c);

void write_report(const comparison& c, const std::filesystem::path& path);

}  // namespace tool
