// What a trained network is worth: every figure of the demo's table, and what its page draws.
#pragma once

#include "run.hpp"

#include <jem/metrics/calibration.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace tool {

/// {"accuracy", "nll", "brier", "ece", "ood": {set: {score: AUROC}}, "robust": {norm: {ε·255: accuracy}}}
using table = nlohmann::ordered_json;

/// Behind the table: bins of the reliability diagram, and log p(x) + log Z for the test images and each out-of-distribution set.
struct evidence {
  std::vector<jem::metrics::reliability_bin> bins;
  std::map<std::string, std::vector<double>> log_px;
};

struct judgement {
  table figures;
  evidence behind;
};

/// Accuracy, calibration, out-of-distribution detection and robustness on a test set (the demo's protocol: three sets, three
/// scores; 40 steps of PGD from 5 starts).
judgement judge(const network& net, const dataset& test, std::uint64_t seed);

/// Accuracy, NLL, Brier and ECE only.
table judge_classifier(const network& net, const dataset& test);

double median(std::vector<double> values);

/// Each figure's median over the tables of several seeds.
table median(const std::vector<table>& each);

}  // namespace tool
