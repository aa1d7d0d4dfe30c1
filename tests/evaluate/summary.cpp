// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/evaluate/out_of_distribution.hpp>
#include <jem/evaluate/summary.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/sequential.hpp>

#include <limits>

namespace evaluate = jem::evaluate;
using T            = jem::tensor<float, jem::eigen>;

TEST_CASE("a summary has the measures of the network's logits, for parts of any size") {
  test::on_every_tensor([]<class X>() {
    // logits (x, −x), so class 0 for x > 0, with p = σ(2|x|)
    const jem::sequential net{jem::flatten{}, jem::linear<X>{X({1, 2}, {1, -1}), X({2}, {0, 0})}};
    const auto set = jem::data::make_dataset(X({4, 1, 1, 1}, {0.5f, 0.5f, -0.5f, 0.5f}), jem::labels<X>({4}, {0, 0, 1, 1}), 2);
    const double p = 1 / (1 + std::exp(-1.0));
    for (const jem::index_t part : {1, 3, 500}) {
      const auto found = evaluate::summarise(net, set, 10, part);
      CHECK(found.accuracy == 0.75);
      CHECK(found.nll == doctest::Approx(-0.75 * std::log(p) - 0.25 * std::log(1 - p)).epsilon(1e-6));
      CHECK(found.brier == doctest::Approx(2 * (0.75 * (1 - p) * (1 - p) + 0.25 * p * p)).epsilon(1e-6));
      CHECK(found.ece == doctest::Approx(0.75 - p).epsilon(1e-5));  // all in one bin
      CHECK(found.mce == found.ece);
      CHECK(found.reliability.size() == 10);
      CHECK(found.reliability[7].count == 4);
    }
  });
}

TEST_CASE("the summary of no images is NaN, and that of a network whose logits are NaN throws") {
  const jem::linear<T> net{T({1, 2}, {1, -1}), T({2}, {0, 0})};
  const auto none = evaluate::summarise(net, jem::data::dataset<T>{T(jem::shape{0, 1}), jem::labels<T>(jem::shape{0}), 2});
  CHECK(std::isnan(none.accuracy));
  CHECK(std::isnan(none.ece));
  CHECK(none.reliability.size() == 15);
  const T broken({1, 2}, {std::numeric_limits<float>::quiet_NaN(), 0});
  CHECK_THROWS_WITH(evaluate::summarise_logits(broken, {{1}, {0}}), doctest::Contains("confidences in [0, 1]"));
  CHECK_THROWS_WITH(evaluate::summarise_logits(T({1, 2}, {1, 0}), {{1}, {2}}), doctest::Contains("labels in [0, 2)"));
}

TEST_CASE("every measure and score of a classifier whose logits are 1e30, or 1e-30, is finite") {
  for (const float size : {1e30f, 1e-30f}) {
    const jem::linear<T> net{T({1, 2}, {size, -size}), T({2}, {0, 0})};
    const T x({4, 1}, {1, -1, 2, -0.5f}), others({2, 1}, {3, -4});
    const auto s = evaluate::summarise_logits(evaluate::logits_of(net, x), jem::labels<T>({4}, {0, 1, 1, 0}));
    for (const double measure : {s.accuracy, s.nll, s.brier, s.ece, s.mce}) CHECK(std::isfinite(measure));
    CHECK(s.accuracy == 0.5);
    CHECK(s.nll == doctest::Approx(size > 1 ? 2 * static_cast<double>(size) * (2 + 0.5) / 4 : std::log(2.0)));
    const auto found = evaluate::detect_ood(net, x, others);
    for (const auto& score : {found.log_px, found.max_py, found.approximate_mass}) {
      for (const double measure : {score.auroc, score.aupr, score.fpr95}) CHECK(std::isfinite(measure));
    }
    if (size > 1) CHECK(found.max_py.auroc == 0);  // the classifier is more confident about the others
  }
}
