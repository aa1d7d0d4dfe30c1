#include "demo.hpp"
#include "padded.hpp"
#include "run.hpp"

#include <jem/evaluate/logits.hpp>
#include <jem/io/png.hpp>
#include <jem/io/run.hpp>
#include <jem/metrics/accuracy.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <optional>

namespace tool {

namespace {

struct prediction {
  std::string file, name;
  jem::index_t label;
  double probability, log_px;
  std::optional<bool> familiar;  ///< nothing if the run has no threshold
};

/// The bytes of the images. Throws std::runtime_error for an image of another size than the run was trained on.
std::vector<std::uint8_t> bytes_of(const std::vector<std::string>& files, const jem::io::run_config& run) {
  const jem::shape expected{run.image[0], run.image[1], run.image[2]};
  std::vector<std::uint8_t> bytes;
  for (const auto& file : files) {
    const auto image = jem::io::read_png(file);
    const jem::shape found{image.height, image.width, image.channels};
    if (found != expected) {
      throw std::runtime_error(jem::concat(file, ": expected an image ", expected, ", as the run was trained on, but found ", found));
    }
    bytes.insert(bytes.end(), image.pixels.begin(), image.pixels.end());
  }
  return bytes;
}

std::vector<prediction> predictions(const jem::io::run<tensor>& run, const std::vector<std::string>& files) {
  const tensor logits    = jem::evaluate::logits_of(run.network, run.input(bytes_of(files, run.config)));  // (n, classes)
  const auto labels      = jem::row_argmax(logits).to_vector();
  const auto confidences = jem::metrics::confidence(logits), scores = jem::metrics::log_sum_exps(logits);
  std::vector<prediction> all;
  for (std::size_t i = 0; i < files.size(); ++i) {
    prediction one{files[i], run.class_name(labels[i]), labels[i], confidences[i], scores[i], {}};
    if (run.config.threshold) one.familiar = run.looks_familiar(scores[i]);
    all.push_back(std::move(one));
  }
  return all;
}

table json_of(const std::vector<prediction>& all, const jem::io::run_config& run) {
  table images = table::array();
  for (const auto& [file, name, label, probability, log_px, familiar] : all) {
    images.push_back({{"file", file}, {"class", name}, {"label", label}, {"probability", probability}, {"log_px_plus_log_z", log_px}});
    images.back()["like_training_data"] = familiar ? table(*familiar) : table();
  }
  return {{"threshold", run.threshold ? table(*run.threshold) : table()}, {"images", images}};
}

std::string number(const char* format, double value) {
  char text[40];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// Rows of cells, each column as wide as its widest cell.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], columns(row[k]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k) { text += k + 1 < row.size() ? padded(row[k], widths[k] + 2, true) : row[k]; }
    text += "\n";
  }
  return text;
}

std::string text_of(const std::vector<prediction>& all, const jem::io::run_config& run) {
  std::vector<std::vector<std::string>> rows{{"image", "class", "probability", "log p(x) + log Z", "like the training data"}};
  for (const auto& each : all) {
    rows.push_back({each.file, each.name, number("%.4f", each.probability), number("%.3f", each.log_px),
                    each.familiar ? (*each.familiar ? "yes" : "no") : "unknown"});
  }
  const std::string explained = "\nlog Z is one unknown number for all images. ";
  if (!run.threshold) return aligned(rows) + explained + "The run has no threshold: train it again to have one.\n";
  return aligned(rows) + explained + "Like the training data are images at or above " + number("%.3f", *run.threshold) + ", as are " +
         run.threshold_of + ".\n";
}

}  // namespace

void predict(const std::filesystem::path& folder, const std::vector<std::string>& files, bool as_json) {
  const auto run = jem::io::load_run<tensor>(folder);
  const auto all = predictions(run, files);
  std::cout << (as_json ? json_of(all, run.config).dump(2) + "\n" : text_of(all, run.config)) << std::flush;
}

}  // namespace tool
