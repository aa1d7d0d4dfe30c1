// SPDX-License-Identifier: MIT
// The golden numbers of "accuracy, nll and brier agree with scikit-learn and numpy" are of numpy 2.4 and scikit-learn 1.9:
//   L, y = the logits and labels below; P = np.exp(L) / np.exp(L).sum(1, keepdims=True)
//   (L.argmax(1) == y).mean(), sklearn.metrics.log_loss(y, P), ((P - np.eye(3)[y]) ** 2).sum(1).mean()
#include "../support/backends.hpp"

#include <jem/metrics/accuracy.hpp>

#include <limits>

namespace metrics = jem::metrics;
using T           = jem::tensor<float, jem::eigen>;

TEST_CASE("accuracy, nll and brier agree with scikit-learn and numpy") {
  test::on_every_tensor([]<class X>() {
    const X logits({10, 3}, {2, 1, 0, 0, 3, -1, .5f, .25f, 0, -1, 0, 4, 1, 2, 3, 2, -2, 1.5f, 0, 0, .5f, 5, 1, 1, 0, 2, 1, 1, 0, 0});
    const jem::labels<X> y({10}, {0, 1, 1, 2, 0, 2, 2, 0, 1, 0});
    CHECK(metrics::accuracy(logits, y) == doctest::Approx(0.7).epsilon(1e-12));
    CHECK(metrics::nll(logits, y) == doctest::Approx(0.679999578056509).epsilon(1e-6));
    CHECK(metrics::brier(logits, y) == doctest::Approx(0.3885851615095196).epsilon(1e-6));
    CHECK(metrics::confidence(logits)[1] == doctest::Approx(0.93623955).epsilon(1e-7));
  });
}

TEST_CASE("the brier score is 2 for p = 1 and wrong, 0 for p = 1 and right, and (k − 1)/k for p = 1/k") {
  const T sure({1, 2}, {50, 0}), ignorant({1, 4}, {1, 1, 1, 1});
  CHECK(metrics::brier(sure, {{1}, {1}}) == doctest::Approx(2));
  CHECK(metrics::brier(sure, {{1}, {0}}) == doctest::Approx(0));
  CHECK(metrics::brier(ignorant, {{1}, {3}}) == doctest::Approx(0.75));
  CHECK(metrics::nll(ignorant, {{1}, {3}}) == doctest::Approx(std::log(4)));
}

TEST_CASE("the nll of a wrong answer with p near 1 is the difference of the logits and does not overflow") {
  CHECK(metrics::nll(T({1, 2}, {1000, 0}), {{1}, {1}}) == doctest::Approx(1000));
  CHECK(metrics::nll(T({1, 2}, {1000, 0}), {{1}, {0}}) == 0);
}

TEST_CASE("the first of equal logits is the prediction") {
  const T logits({2, 3}, {1, 1, 0, 0, 2, 2});
  CHECK(metrics::correct(logits, {{2}, {0, 1}}) == std::vector<bool>{true, true});
  CHECK(metrics::accuracy(logits, {{2}, {1, 2}}) == 0);
}

TEST_CASE("a row with a NaN is never correct, not even for class 0") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const T logits({3, 2}, {nan, nan, nan, 1, 1, nan});
  CHECK(metrics::accuracy(logits, {{3}, {0, 0, 0}}) == 0);
  CHECK(std::isnan(metrics::nll(logits, {{3}, {0, 0, 0}})));
  CHECK(std::isnan(metrics::confidence(logits)[2]));
}

TEST_CASE("confidence ranks predictions whose p rounds to 1 in float") {
  const auto p = metrics::confidence(T({2, 2}, {20, 0, 25, 0}));
  CHECK(static_cast<float>(p[0]) == 1.0f);
  CHECK(p[0] < p[1]);
  CHECK(p[1] < 1);
}

TEST_CASE("nll and brier do not change if a number is added to all logits") {
  for (const float level : {1e6f, -1e6f, 1.6e7f}) {
    const T logits({2, 3}, {level, level + 1, level + 2, level + 4, level, level - 2}), plain({2, 3}, {0, 1, 2, 4, 0, -2});
    const jem::labels<T> y({2}, {0, 1});
    CHECK(metrics::nll(logits, y) == doctest::Approx(metrics::nll(plain, y)).epsilon(1e-12));
    CHECK(metrics::brier(logits, y) == doctest::Approx(metrics::brier(plain, y)).epsilon(1e-12));
    CHECK(metrics::confidence(logits)[1] == doctest::Approx(metrics::confidence(plain)[1]).epsilon(1e-12));
  }
}

TEST_CASE("every measure is right for logits of 1e30 and for infinite ones") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const T logits({4, 3}, {1e30f, -1e30f, 0, 1e30f, -1e30f, 0, infinity, 0, 1, infinity, infinity, 0});
  const auto of = [&](jem::index_t row, std::int32_t y, auto measure) { return measure(T(logits.rows(row, 1)), jem::labels<T>({1}, {y})); };
  const auto nll   = [](const T& f, const jem::labels<T>& y) { return metrics::nll(f, y); };
  const auto brier = [](const T& f, const jem::labels<T>& y) { return metrics::brier(f, y); };
  CHECK(of(0, 0, nll) == 0);
  CHECK(of(0, 1, nll) == doctest::Approx(2e30));
  CHECK(of(0, 0, brier) == 0);
  CHECK(of(0, 1, brier) == 2);
  CHECK(of(2, 0, nll) == 0);
  CHECK(of(2, 1, nll) == HUGE_VAL);
  CHECK(of(2, 1, brier) == 2);
  CHECK(of(3, 1, nll) == doctest::Approx(std::log(2.0)));
  CHECK(of(3, 1, brier) == doctest::Approx(0.5));
  CHECK(metrics::confidence(logits) == std::vector{1.0, 1.0, 1.0, 0.5});
  CHECK(metrics::log_sum_exps(logits)[0] == 1e30f);
  CHECK(metrics::correct(logits, {{4}, {0, 2, 0, 0}}) == std::vector<bool>{true, false, true, true});
}

TEST_CASE("nll and brier are accurate if p is very near 1") {
  const T logits({1, 3}, {60, 0, 0});
  const double missed = 2 * std::exp(-60.0);
  CHECK(metrics::nll(logits, {{1}, {0}}) == doctest::Approx(missed).epsilon(1e-12));
  CHECK(metrics::brier(logits, {{1}, {0}}) == doctest::Approx(1.5 * missed * missed).epsilon(1e-12));
}

TEST_CASE("log-odds rank predictions like their confidence, also those whose p rounds to 1 in double") {
  const auto odds = metrics::confidence_log_odds(T({4, 3}, {0, 0, 0, 2, 1, 0, 1000, 0, 0, 2000, 0, 0}));
  CHECK(odds[0] == doctest::Approx(std::log(0.5)));
  const double p = metrics::confidence(T({1, 3}, {2, 1, 0}))[0];
  CHECK(odds[1] == doctest::Approx(std::log(p / (1 - p))).epsilon(1e-12));
  CHECK(odds[2] == doctest::Approx(1000 - std::log(2.0)).epsilon(1e-12));
  CHECK(odds[3] > odds[2]);
  CHECK(std::isnan(metrics::confidence_log_odds(T({1, 2}, {1, std::numeric_limits<float>::quiet_NaN()}))[0]));
}

TEST_CASE("measures of no rows are NaN, and measures of one row are right") {
  const T none(jem::shape{0, 3});
  const jem::labels<T> nobody(jem::shape{0});
  CHECK(std::isnan(metrics::accuracy(none, nobody)));
  CHECK(std::isnan(metrics::nll(none, nobody)));
  CHECK(std::isnan(metrics::brier(none, nobody)));
  CHECK(metrics::confidence(none).empty());
  CHECK(metrics::accuracy(T({1, 1}, {-3}), {{1}, {0}}) == 1);
  CHECK(metrics::nll(T({1, 1}, {-3}), {{1}, {0}}) == 0);
}

TEST_CASE("measures refuse labels that are no classes, a wrong number of labels, and logits that are no matrix") {
  const T logits({2, 3}, {0, 0, 0, 0, 0, 0});
  CHECK_THROWS_WITH_AS(metrics::accuracy(logits, {{2}, {0, 3}}), "[correct] expected labels in [0, 3) but received 3 at index 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(metrics::nll(logits, {{2}, {-1, 0}}), "[nll] expected labels in [0, 3) but received -1 at index 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(metrics::brier(logits, {{1}, {0}}), "[brier] expected (2) but received (1)", std::invalid_argument);
  CHECK_THROWS_AS(metrics::accuracy(T({6}, {0, 0, 0, 0, 0, 0}), {{6}, {0, 0, 0, 0, 0, 0}}), std::invalid_argument);
}
