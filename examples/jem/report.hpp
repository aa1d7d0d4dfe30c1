// The demo's table on the terminal, and its page.
#pragma once

#include "judge.hpp"

#include <jem/io/png.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace tool {

/// One side of the comparison: cross-entropy alone, or the joint energy-based model.
struct contestant {
  std::string name;
  table figures;    ///< medians over the seeds
  evidence behind;  ///< of the first seed
  std::vector<jem::training_info> curve;
  double seconds = 0;      ///< of training, median
  jem::io::image samples;  ///< of p(x), by the sampler of training
};

struct comparison {
  contestant plain, joint;
  jem::io::image data, fresh, by_class;  ///< training images; samples of the JEM from noise, and by class
  int seeds      = 1;
  double seconds = 0;
  std::vector<std::string> recipe;  ///< the settings, group by group
  jem::index_t trained, judged;     ///< how many digits were learned, and how many the table is of
  std::string kind;                 ///< which these are: "test" or "validation"
};

/// Networks by name with their figures, and what is behind them.
struct judged_network {
  std::string name;
  table figures;
  std::vector<jem::metrics::reliability_bin> bins;
};

/// The table as text, for a terminal.
std::string terminal_table(const comparison& c);

/// The figures of networks that were judged on the same sets, and the bins of their reliability diagrams, as text: a column a network.
std::string terminal_table(const std::vector<judged_network>& networks);

/// Sentences that say where the JEM is the worse of the two; empty if nowhere.
std::vector<std::string> drawbacks(const comparison& c);

void write_report(const comparison& c, const std::filesystem::path& path);

}  // namespace tool
