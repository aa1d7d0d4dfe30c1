// SPDX-License-Identifier: MIT
// The golden numbers of "auroc, aupr and the false positive rate agree with scikit-learn" are of scikit-learn 1.9:
//   s, t = np.r_[p, q], np.r_[np.ones(10), np.zeros(8)]; fpr, tpr, _ = roc_curve(t, s, drop_intermediate=False)
//   roc_auc_score(t, s), average_precision_score(t, s), fpr[np.argmax(tpr >= .95)], fpr[np.argmax(tpr >= .8)]
#include <jem/core/random.hpp>
#include <jem/metrics/auroc.hpp>

#include <doctest/doctest.h>

namespace metrics = jem::metrics;
using scores      = std::vector<double>;

TEST_CASE("auroc, aupr and the false positive rate agree with scikit-learn") {
  const scores p{.9, .8, .8, .7, .55, .5, .5, .3, .95, .2}, q{.8, .5, .5, .4, .3, .1, .05, .6};
  CHECK(metrics::auroc(p, q) == doctest::Approx(0.73125).epsilon(1e-12));
  CHECK(metrics::aupr(p, q) == doctest::Approx(0.7741666666666667).epsilon(1e-12));
  CHECK(metrics::fpr_at_tpr(p, q) == 0.75);
  CHECK(metrics::fpr_at_tpr(p, q, 0.8) == 0.5);
  const auto all = metrics::detect(p, q);
  CHECK(all.auroc == metrics::auroc(p, q));
  CHECK(all.aupr == metrics::aupr(p, q));
  CHECK(all.fpr95 == 0.75);
}

TEST_CASE("auroc counts ties as one half") {
  CHECK(metrics::auroc(scores{1, 1, 1}, scores{1, 1}) == 0.5);
  CHECK(metrics::auroc(scores{2, 1}, scores{1, 0}) == (1 + 1 + 0.5 + 1) / 4);
}

TEST_CASE("auroc is the share of pairs in the right order") {
  // compared pair by pair, with scores rounded so that there are ties
  const jem::random_stream stream{7, 0};
  scores in, out;
  for (jem::index_t i = 0; i < 60; ++i) in.push_back(std::round(10 * static_cast<double>(stream.uniform(i)) + 1));
  for (jem::index_t i = 60; i < 140; ++i) out.push_back(std::round(10 * static_cast<double>(stream.uniform(i))));
  double won = 0;
  for (const double a : in) {
    for (const double b : out) won += a > b ? 1 : (a == b ? 0.5 : 0);
  }
  CHECK(metrics::auroc(in, out) == won / (60 * 80));
  CHECK(metrics::auroc(out, in) == doctest::Approx(1 - won / (60 * 80)));
  scores cubed_in = in, cubed_out = out;
  for (double& s : cubed_in) s = s * s * s - 5;
  for (double& s : cubed_out) s = s * s * s - 5;
  CHECK(metrics::auroc(cubed_in, cubed_out) == metrics::auroc(in, out));
  CHECK(metrics::aupr(cubed_in, cubed_out) == metrics::aupr(in, out));
}

TEST_CASE("perfect, reversed and constant scores have the right measures") {
  const scores high{3, 4, 5}, low{0, 1, 2};
  CHECK(metrics::auroc(high, low) == 1);
  CHECK(metrics::aupr(high, low) == 1);
  CHECK(metrics::fpr_at_tpr(high, low) == 0);
  CHECK(metrics::auroc(low, high) == 0);
  CHECK(metrics::aupr(low, high) == doctest::Approx((1.0 / 4 + 2.0 / 5 + 3.0 / 6) / 3));
  CHECK(metrics::fpr_at_tpr(low, high) == 1);
  CHECK(metrics::aupr(scores{1}, scores{1, 1, 1}) == 0.25);  // the share of images in distribution
  CHECK(metrics::fpr_at_tpr(scores{1}, scores{1, 1, 1}) == 1);
}

TEST_CASE("19 of 20 images are a true positive rate of 95 percent") {
  scores in(20, 1.0);
  in[7] = -1;
  CHECK(metrics::fpr_at_tpr(in, scores{0, 0}) == 0);
  in[8] = -1;
  CHECK(metrics::fpr_at_tpr(in, scores{0, 0}) == 1);
}

TEST_CASE("infinite scores are ranked, and NaN is refused") {
  CHECK(metrics::auroc(scores{INFINITY, 0}, scores{-INFINITY, -INFINITY}) == 1);
  CHECK(metrics::auroc(scores{INFINITY}, scores{INFINITY}) == 0.5);
  CHECK_THROWS_WITH_AS(metrics::auroc(scores{1, NAN}, scores{0}), "[auroc] expected scores that can be ranked but received NaN",
                       std::invalid_argument);
  CHECK_THROWS_AS(metrics::aupr(scores{1}, scores{NAN}), std::invalid_argument);
  CHECK_THROWS_AS(metrics::fpr_at_tpr(scores{NAN}, scores{1}), std::invalid_argument);
}

TEST_CASE("measures without images in or out of distribution are NaN") {
  const scores none, one{1};
  for (const auto& [in, out] : {std::pair{none, one}, {one, none}, {none, none}}) {
    CHECK(std::isnan(metrics::auroc(in, out)));
    CHECK(std::isnan(metrics::aupr(in, out)));
    CHECK(std::isnan(metrics::fpr_at_tpr(in, out)));
  }
  CHECK(metrics::auroc(scores{2}, one) == 1);
}

TEST_CASE("a true positive rate is in (0, 1]") {
  CHECK_THROWS_WITH(metrics::fpr_at_tpr(scores{1}, scores{0}, 0), doctest::Contains("a rate in (0, 1]"));
  CHECK_THROWS_AS(metrics::fpr_at_tpr(scores{1}, scores{0}, 1.5), std::invalid_argument);
  CHECK(metrics::fpr_at_tpr(scores{1, 0}, scores{0.5}, 1) == 1);
}
