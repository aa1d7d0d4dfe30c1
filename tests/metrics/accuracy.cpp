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

TEST_CASE("brier sums over all classes: 2 for sure and wrong, 0 for sure and right, (k − 1)/k for no idea") {
  const T sure({1, 2}, {50, 0}), ignorant({1, 4}, {1, 1, 1, 1});
  CHECK(metrics::brier(sure, {{1}, {1}}) == doctest::Approx(2));
  CHECK(metrics::brier(sure, {{1}, {0}}) == doctest::Approx(0));
  CHECK(metrics::brier(ignorant, {{1}, {3}}) == doctest::Approx(0.75));
  CHECK(metrics::nll(ignorant, {{1}, {3}}) == doctest::Approx(std::log(4)));
}

TEST_CASE("the nll of a sure mistake is the logits' distance and does not overflow") {
  CHECK(metrics::nll(T({1, 2}, {1000, 0}), {{1}, {1}}) == doctest::Approx(1000));
  CHECK(metrics::nll(T({1, 2}, {1000, 0}), {{1}, {0}}) == 0);
}

TEST_CASE("of equal logits the first one is the answer") {
  const T logits({2, 3}, {1, 1, 0, 0, 2, 2});
  CHECK(metrics::correct(logits, {{2}, {0, 1}}) == std::vector<bool>{true, true});
  CHECK(metrics::accuracy(logits, {{2}, {1, 2}}) == 0);
}

TEST_CASE("a row with a NaN is never right, not even as class 0") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const T logits({3, 2}, {nan, nan, nan, 1, 1, nan});
  CHECK(metrics::accuracy(logits, {{3}, {0, 0, 0}}) == 0);
  CHECK(std::isnan(metrics::nll(logits, {{3}, {0, 0, 0}})));
  CHECK(std::isnan(metrics::confidence(logits)[2]));
}

TEST_CASE("confidence ranks answers that are all 1 in float") {
  const auto p = metrics::confidence(T({2, 2}, {20, 0, 25, 0}));
  CHECK(static_cast<float>(p[0]) == 1.0f);
  CHECK(p[0] < p[1]);
  CHECK(p[1] < 1);
}

TEST_CASE("measures of no rows are NaN, of one row that row's") {
  const T none(jem::shape{0, 3});
  const jem::labels<T> nobody(jem::shape{0});
  CHECK(std::isnan(metrics::accuracy(none, nobody)));
  CHECK(std::isnan(metrics::nll(none, nobody)));
  CHECK(std::isnan(metrics::brier(none, nobody)));
  CHECK(metrics::confidence(none).empty());
  CHECK(metrics::accuracy(T({1, 1}, {-3}), {{1}, {0}}) == 1);
  CHECK(metrics::nll(T({1, 1}, {-3}), {{1}, {0}}) == 0);
}

TEST_CASE("measures refuse labels that are no classes, another number of labels, and logits that are no matrix") {
  const T logits({2, 3}, {0, 0, 0, 0, 0, 0});
  CHECK_THROWS_WITH_AS(metrics::accuracy(logits, {{2}, {0, 3}}), "[correct] expected labels in [0, 3) but received 3 at index 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(metrics::nll(logits, {{2}, {-1, 0}}), "[nll] expected labels in [0, 3) but received -1 at index 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(metrics::brier(logits, {{1}, {0}}), "[brier] expected (2) but received (1)", std::invalid_argument);
  CHECK_THROWS_AS(metrics::accuracy(T({6}, {0, 0, 0, 0, 0, 0}), {{6}, {0, 0, 0, 0, 0, 0}}), std::invalid_argument);
}
