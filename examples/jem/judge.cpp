#include "judge.hpp"

#include <jem/evaluate/attack.hpp>
#include <jem/evaluate/out_of_distribution.hpp>
#include <jem/evaluate/summary.hpp>

#include <algorithm>

namespace tool {

namespace {

table figures_of(const jem::evaluate::classifier_summary& s) {
  return {{"accuracy", s.accuracy}, {"nll", s.nll}, {"brier", s.brier}, {"ece", s.ece}};
}

table figures_of(const jem::evaluate::ood_summary& s) {
  return {{"log_px", s.log_px.auroc}, {"max_py", s.max_py.auroc}, {"approximate_mass", s.approximate_mass.auroc}};
}

/// Accuracy under attack at each radius, keyed by ε·255.
template <class Norm>
table robustness(const network& net, const dataset& test, Norm norm, std::initializer_list<int> radii, jem::rng& rng) {
  table accuracy;
  for (const int radius : radii) {
    const jem::evaluate::pgd attack{.norm = norm, .epsilon = static_cast<float>(radius) / 255};
    accuracy[std::to_string(radius)] = jem::evaluate::robust_accuracy(net, test.x, test.y, attack, rng);
  }
  return accuracy;
}

}  // namespace

table judge_classifier(const network& net, const dataset& test) { return figures_of(jem::evaluate::summarise(net, test)); }

judgement judge(const network& net, const dataset& test, std::uint64_t seed) {
  namespace evaluate = jem::evaluate;
  jem::rng rng{seed};
  const auto summary = evaluate::summarise(net, test);
  judgement result{figures_of(summary), {summary.reliability, {{"test", evaluate::log_px(net, test.x)}}}};
  const std::vector<std::pair<std::string, tensor>> others{{"noise", evaluate::uniform_noise<tensor>(test.x.extents(), rng)},
                                                           {"inverted", evaluate::inverted(test.x)},
                                                           {"interpolated", evaluate::interpolated(test, rng)}};
  for (const auto& [name, images] : others) {
    result.figures["ood"][name] = figures_of(evaluate::detect_ood(net, test.x, images));
    result.behind.log_px[name]  = evaluate::log_px(net, images);
  }
  result.figures["robust"]["linf"] = robustness(net, test, evaluate::linf{}, {8, 16, 32}, rng);
  result.figures["robust"]["l2"]   = robustness(net, test, evaluate::l2{}, {128, 256}, rng);
  return result;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

table median(const std::vector<table>& each) {
  table flat = each.front().flatten();
  for (auto& [path, value] : flat.items()) {
    std::vector<double> values;
    for (const auto& one : each) values.push_back(one.at(table::json_pointer(path)).get<double>());
    value = median(std::move(values));
  }
  return flat.unflatten();
}

}  // namespace tool
