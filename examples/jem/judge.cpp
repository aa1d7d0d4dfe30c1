#include "judge.hpp"

#include <jem/evaluate/attack.hpp>
#include <jem/evaluate/out_of_distribution.hpp>
#include <jem/evaluate/strong_attack.hpp>
#include <jem/evaluate/summary.hpp>

#include <algorithm>
#include <cmath>

namespace tool {

namespace {

table figures_of(const jem::evaluate::classifier_summary& s) {
  return {{"accuracy", s.accuracy}, {"nll", s.nll}, {"brier", s.brier}, {"ece", s.ece}, {"mce", s.mce}};
}

/// One measure (AUROC, AUPR or FPR95) for each score.
table figures_of(const jem::evaluate::ood_summary& s, double jem::metrics::detection::* measure) {
  return {{"log_px", s.log_px.*measure}, {"max_py", s.max_py.*measure}, {"approximate_mass", s.approximate_mass.*measure}};
}

/// Accuracy under attack at each radius, keyed by ε·255.
template <class Attack, class Net>
table robustness(const Net& net, const dataset& test, std::initializer_list<int> radii, jem::rng& rng) {
  table accuracy;
  for (const int radius : radii) {
    const Attack attack{.epsilon = static_cast<float>(radius) / 255};
    accuracy[std::to_string(radius)] = jem::evaluate::robust_accuracy(net, test.x, test.y, attack, rng);
  }
  return accuracy;
}

/// Accuracy under attack at each radius in both norms.
template <template <class> class Attack, class Net>
table robustness(const Net& net, const dataset& test, jem::rng& rng) {
  return {{"linf", robustness<Attack<jem::evaluate::linf>>(net, test, {8, 16, 32}, rng)},
          {"l2", robustness<Attack<jem::evaluate::l2>>(net, test, {128, 256}, rng)}};
}

}  // namespace

image_sets made_up_sets(const dataset& test, jem::rng& rng) {
  namespace evaluate = jem::evaluate;
  return {{made_up_names[0], evaluate::uniform_noise<tensor>(test.x.extents(), rng)},
          {made_up_names[1], evaluate::inverted(test.x)},
          {made_up_names[2], evaluate::interpolated(test, rng)},
          {made_up_names[3], evaluate::permuted(test.x, rng)},
          {made_up_names[4], evaluate::constants<tensor>(test.x.extents(), rng)},
          {made_up_names[5], evaluate::gratings<tensor>(test.x.extents(), rng)}};
}

table judged_of(const judged_images& test) { return {{"kind", test.kind}, {"images", test.all.size()}}; }

template <class Net>
table judge_classifier(const Net& net, const dataset& test) {
  return figures_of(jem::evaluate::summarise(net, test));
}

template <class Net>
judgement judge(const Net& net, const judged_images& test, const image_sets& others, const effort& e, jem::rng& rng) {
  namespace evaluate = jem::evaluate;
  const auto summary = evaluate::summarise(net, test.all);
  const auto scored  = test.part(e.scored);
  judgement result{figures_of(summary), {summary.reliability, {{"test", evaluate::log_px(net, scored.x)}}}};
  for (const auto& [name, images] : others) {
    const auto detected           = evaluate::detect_ood(net, scored.x, images);
    result.figures["ood"][name]   = figures_of(detected, &jem::metrics::detection::auroc);
    result.figures["aupr"][name]  = figures_of(detected, &jem::metrics::detection::aupr);
    result.figures["fpr95"][name] = figures_of(detected, &jem::metrics::detection::fpr95);
    result.behind.log_px[name]    = evaluate::log_px(net, images);
  }
  const auto attacked      = test.part(e.attacked);
  result.figures["robust"] = robustness<evaluate::pgd>(net, attacked, rng);
  if (e.strong) result.figures["robust_strong"] = robustness<evaluate::strong_attack>(net, attacked, rng);
  return result;
}

template <class Net>
double familiar_from(const Net& net, const dataset& images) {
  auto scores = jem::evaluate::log_px(net, images.x);
  std::ranges::sort(scores);
  const double last = scores[scores.size() / 20];
  return last - 1e-5 * std::max(1.0, std::abs(last));  // in another batch, rounding changes the score of an image a little
}

template judgement judge(const deep_network&, const judged_images&, const image_sets&, const effort&, jem::rng&);
template judgement judge(const smooth_network&, const judged_images&, const image_sets&, const effort&, jem::rng&);
template table judge_classifier(const deep_network&, const dataset&);
template table judge_classifier(const smooth_network&, const dataset&);
template judgement judge(const in_bfloat16<deep_network>&, const judged_images&, const image_sets&, const effort&, jem::rng&);
template judgement judge(const in_bfloat16<smooth_network>&, const judged_images&, const image_sets&, const effort&, jem::rng&);
template table judge_classifier(const in_bfloat16<deep_network>&, const dataset&);
template table judge_classifier(const in_bfloat16<smooth_network>&, const dataset&);
template judgement judge(const small_network&, const judged_images&, const image_sets&, const effort&, jem::rng&);
template table judge_classifier(const small_network&, const dataset&);
template judgement judge(const in_bfloat16<small_network>&, const judged_images&, const image_sets&, const effort&, jem::rng&);
template table judge_classifier(const in_bfloat16<small_network>&, const dataset&);

template double familiar_from(const deep_network&, const dataset&);
template double familiar_from(const smooth_network&, const dataset&);
template double familiar_from(const in_bfloat16<deep_network>&, const dataset&);
template double familiar_from(const in_bfloat16<smooth_network>&, const dataset&);
template double familiar_from(const small_network&, const dataset&);
template double familiar_from(const in_bfloat16<small_network>&, const dataset&);

table bins_of(const std::vector<jem::metrics::reliability_bin>& bins) {
  table list = table::array();
  for (const auto& bin : bins) {
    list.push_back(
        {{"low", bin.low}, {"high", bin.high}, {"count", bin.count}, {"confidence", bin.confidence}, {"accuracy", bin.accuracy}});
  }
  return list;
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
