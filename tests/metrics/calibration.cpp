// SPDX-License-Identifier: MIT
// The golden numbers of "ece and maximum ce agree with numpy" are of numpy 2.4:
//   L, y = the logits and labels below; P = np.exp(L) / np.exp(L).sum(1, keepdims=True); c = P.max(1); ok = L.argmax(1) == y
//   w = [(m.mean(), abs(ok[m].mean() - c[m].mean())) for m in ((c > i / b) & (c <= (i + 1) / b) for i in range(b)) if m.any()]
//   sum(p * g for p, g in w), max(g for _, g in w)
#include "../support/backends.hpp"

#include <jem/metrics/calibration.hpp>

namespace metrics = jem::metrics;
using T           = jem::tensor<float, jem::eigen>;

TEST_CASE("ece and maximum ce agree with numpy") {
  test::on_every_tensor([]<class X>() {
    const X logits({10, 3}, {2, 1, 0, 0, 3, -1, .5f, .25f, 0, -1, 0, 4, 1, 2, 3, 2, -2, 1.5f, 0, 0, .5f, 5, 1, 1, 0, 2, 1, 1, 0, 0});
    const jem::labels<X> y({10}, {0, 1, 1, 2, 0, 2, 2, 0, 1, 0});
    const auto fine = metrics::reliability(logits, y), coarse = metrics::reliability(logits, y, 4);
    CHECK(fine.size() == 15);
    CHECK(metrics::ece(fine) == doctest::Approx(0.1287495633615977).epsilon(1e-7));
    CHECK(metrics::mce(fine) == doctest::Approx(0.4238831152341709).epsilon(1e-7));
    CHECK(metrics::ece(coarse) == doctest::Approx(0.04397294031476354).epsilon(1e-7));
    CHECK(metrics::mce(coarse) == doctest::Approx(0.06445414325634813).epsilon(1e-7));
  });
}

TEST_CASE("a confidence at an edge belongs to the bin below") {
  for (const jem::index_t bins : {1, 3, 10, 15, 49}) {
    std::vector<double> edges;
    for (jem::index_t b = 1; b <= bins; ++b) edges.push_back(static_cast<double>(b) / static_cast<double>(bins));
    const auto diagram = metrics::reliability(edges, std::vector<bool>(edges.size()), bins);
    for (std::size_t b = 0; b < diagram.size(); ++b) {
      CHECK(diagram[b].count == 1);
      CHECK(diagram[b].confidence == diagram[b].high);
    }
  }
}

TEST_CASE("a confidence of 0 is in the first bin, and one just above an edge is in the bin above") {
  const std::vector<double> values{0, std::nextafter(0.25, 1), std::nextafter(0.5, 0)};
  const auto diagram = metrics::reliability(values, {true, false, true}, 4);
  CHECK(diagram[0].count == 1);
  CHECK(diagram[0].accuracy == 1);
  CHECK(diagram[1].count == 2);
  CHECK(diagram[1].accuracy == 0.5);
  CHECK(diagram[1].low == 0.25);
  CHECK(diagram[1].high == 0.5);
}

TEST_CASE("ece weights gaps by counts and maximum ce does not") {
  // Nine correct predictions of confidence 0.9 have a gap of 0.1, and a wrong one of 0.3 has a gap of 0.3.
  std::vector<double> confidence(9, 0.9);
  confidence.push_back(0.3);
  std::vector<bool> right(9, true);
  right.push_back(false);
  const auto diagram = metrics::reliability(confidence, right, 10);
  CHECK(metrics::ece(diagram) == doctest::Approx(0.9 * 0.1 + 0.1 * 0.3));
  CHECK(metrics::mce(diagram) == doctest::Approx(0.3));
}

TEST_CASE("an overconfident and an underconfident prediction cancel in one bin, and not in two") {
  const std::vector<double> confidence{0.6, 0.8};
  CHECK(metrics::ece(metrics::reliability(confidence, {true, false}, 1)) == doctest::Approx(0.2));
  CHECK(metrics::ece(metrics::reliability(confidence, {true, false}, 10)) == doctest::Approx((0.4 + 0.8) / 2));
}

TEST_CASE("the means of an empty bin and the errors of an empty diagram are NaN") {
  const auto diagram = metrics::reliability(std::vector<double>{}, {});
  CHECK(diagram.size() == 15);
  CHECK(std::isnan(diagram[0].confidence));
  CHECK(std::isnan(diagram[0].accuracy));
  CHECK(std::isnan(metrics::ece(diagram)));
  CHECK(std::isnan(metrics::mce(diagram)));
  CHECK(std::isnan(metrics::ece({})));
  CHECK(metrics::ece(metrics::reliability(std::vector{1.0}, {true})) == 0);
}

TEST_CASE("a reliability diagram refuses no bins, different lengths, and confidences outside [0, 1]") {
  const std::vector<double> one{0.5};
  CHECK_THROWS_WITH_AS(metrics::reliability(one, {true}, 0), "[reliability] expected bins >= 1 but received 0", std::invalid_argument);
  CHECK_THROWS_WITH_AS(metrics::reliability(one, {true, false}), "[reliability] expected (1) but received (2)", std::invalid_argument);
  CHECK_THROWS_WITH(metrics::reliability(std::vector{0.5, 1.5}, {true, true}), doctest::Contains("expected confidences in [0, 1]"));
  CHECK_THROWS_WITH(metrics::reliability(std::vector<double>{0.5, NAN}, {true, true}), doctest::Contains("at index 1"));
}
