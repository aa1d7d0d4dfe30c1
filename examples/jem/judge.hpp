// Judges a trained network: every figure of the demo's table, and the data of the plots on its page.
#pragma once

#include "run.hpp"

#include <jem/metrics/calibration.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace tool {

/// {"accuracy", "nll", "brier", "ece", "mce", "ood": {set: {score: AUROC}}, "aupr" and "fpr95": like "ood" with these measures,
/// "robust": {norm: {ε·255: accuracy}}, and "robust_strong": like "robust" under the strong attack, if that was asked for}
using table = nlohmann::ordered_json;

/// The data of the plots: bins of the reliability diagram, and log p(x) + log Z for the test images and each out-of-distribution set.
struct evidence {
  std::vector<jem::metrics::reliability_bin> bins;
  std::map<std::string, std::vector<double>> log_px;
};

struct judgement {
  table figures;
  evidence behind;
};

/// Sets of images that are out of the test set's distribution, each with its name in the table.
using image_sets = std::vector<std::pair<std::string, tensor>>;

/// The names of the sets that are made up.
inline constexpr const char* made_up_names[] = {"noise", "inverted", "interpolated", "permuted", "constant", "gratings"};

/// The sets of made_up_names: uniform noise, the inverted images, means of two images of different classes, the images with their pixels
/// permuted, images of one grey each, and waves.
image_sets made_up_sets(const dataset& test, jem::rng& rng);

/// Which images are judged, for a table: {"kind": "test" or "validation", "images": how many}.
table judged_of(const judged_images& test);

/// How many of the judged images the slow measures use.
struct effort {
  jem::index_t scored   = 2000;   ///< out-of-distribution scores
  jem::index_t attacked = 500;    ///< robust accuracy
  bool strong           = false;  ///< also robust accuracy under the strong attack
  bool validation       = false;  ///< judge the images that the run has held out, instead of the test images
};

/// Accuracy and calibration on a test set, out-of-distribution scores of a part of it against each of the other sets, and
/// robustness of a part of it (40 steps of PGD from 5 starts; by the strong attack, too, where it is asked for).
template <class Net>
judgement judge(const Net& net, const judged_images& test, const image_sets& others, const effort& e, jem::rng& rng);

/// Accuracy, NLL, Brier, ECE and MCE only.
template <class Net>
table judge_classifier(const Net& net, const dataset& test);

/// The log p(x) + log Z that at least 95 % of the images reach.
template <class Net>
double familiar_from(const Net& net, const dataset& images);

/// Bins of a reliability diagram as a list of {"low", "high", "count", "confidence", "accuracy"}; null where a bin is empty.
table bins_of(const std::vector<jem::metrics::reliability_bin>& bins);

double median(std::vector<double> values);

/// Each figure's median over the tables of several seeds.
table median(const std::vector<table>& each);

}  // namespace tool
