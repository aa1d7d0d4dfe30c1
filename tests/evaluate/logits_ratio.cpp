// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/evaluate/logits_ratio.hpp>
#include <jem/tensor/noise.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace evaluate = jem::evaluate;
using T            = jem::tensor<float, jem::eigen>;
using D            = jem::tensor<double, jem::eigen>;
using evaluate::difference_of_logits_ratio;

namespace {

/// The ratio of one row by its definition. A target below 0 means none.
double by_definition(const std::vector<double>& x, std::size_t y, int target, double& denominator) {
  auto sorted = x;
  std::ranges::sort(sorted, std::greater{});
  double rival = -INFINITY;
  for (std::size_t j = 0; j < x.size(); ++j) rival = j == y ? rival : std::max(rival, x[j]);
  denominator = target < 0 ? sorted[0] - sorted[2] : sorted[0] - (sorted[2] + sorted[3]) / 2;
  return -(x[y] - (target < 0 ? rival : x[static_cast<std::size_t>(target)])) / denominator;
}

/// Compares values and slopes with the definition and its central differences, for each label and each target.
void check_row(const std::vector<double>& x, bool targeted) {
  const auto k = static_cast<jem::index_t>(x.size());
  for (std::size_t y = 0; y < x.size(); ++y) {
    for (int target = targeted ? 0 : -1; target < (targeted ? static_cast<int>(k) : 0); ++target) {
      if (target == static_cast<int>(y)) continue;
      CAPTURE(k);
      CAPTURE(y);
      CAPTURE(target);
      const D logits({1, k}, x);
      const jem::labels<D> label({1}, {static_cast<std::int32_t>(y)}), towards({1}, {target});
      D slope;
      const D ratio =
          targeted ? difference_of_logits_ratio(logits, label, towards, slope) : difference_of_logits_ratio(logits, label, slope);
      double denominator = 0, unused = 0;
      CHECK(ratio.to_vector()[0] == doctest::Approx(by_definition(x, y, target, denominator)).epsilon(1e-12));
      const auto direction = slope.to_vector();
      for (std::size_t j = 0; j < x.size(); ++j) {
        auto up = x, down = x;
        up[j] += 1e-6;
        down[j] -= 1e-6;
        const double difference = (by_definition(up, y, target, unused) - by_definition(down, y, target, unused)) / 2e-6;
        CHECK(direction[j] == doctest::Approx(difference * denominator).epsilon(1e-6).scale(1));
      }
    }
  }
}

}  // namespace

TEST_CASE("the difference of logits ratio and its slope are right for every label and target") {
  jem::rng g{7};
  for (const jem::index_t classes : {3, 4, 5, 10}) {
    for (int sample = 0; sample < 5; ++sample) {
      const auto x = jem::normal<D>({classes}, g).to_vector();
      check_row(x, false);
      if (classes >= 4) check_row(x, true);
    }
  }
}

TEST_CASE("the ratio and its slope are the same for logits of any size") {
  test::on_every_tensor([]<class X>() {
    const jem::labels<X> y({1}, {1}), target({1}, {3});
    const auto look = [&](float size, bool targeted) {
      const X logits({1, 4}, {1 * size, 3 * size, -2 * size, 2 * size});
      X slope;
      const X ratio = targeted ? difference_of_logits_ratio(logits, y, target, slope) : difference_of_logits_ratio(logits, y, slope);
      auto values   = slope.to_vector();
      values.push_back(ratio.to_vector()[0]);
      return values;
    };
    for (const bool targeted : {false, true}) {
      const auto expected = look(1, targeted);
      CHECK(expected[4] == doctest::Approx(targeted ? -1 / 3.5 : -0.5));
      for (const float size : {1e-30f, 1e-3f, 1e3f, 1e30f, 1e38f}) {
        const auto values = look(size, targeted);
        for (std::size_t i = 0; i < 5; ++i) CHECK(values[i] == doctest::Approx(expected[i]).epsilon(1e-6));
      }
    }
  });
}

TEST_CASE("equal logits have a ratio of 0, and a slope that lowers the label's logit") {
  T slope;
  const T equal = jem::full<T>({1, 4}, 2);
  CHECK(difference_of_logits_ratio(equal, jem::labels<T>({1}, {1}), slope).to_vector() == std::vector<float>{0});
  CHECK(slope.to_vector() == std::vector<float>{1, -1, 0, 0});
  CHECK(difference_of_logits_ratio(equal, jem::labels<T>({1}, {1}), jem::labels<T>({1}, {3}), slope).to_vector() == std::vector<float>{0});
  CHECK(slope.to_vector() == std::vector<float>{0, -1, 0, 1});
}

TEST_CASE("the ratio needs three classes, and four with a target") {
  T slope;
  const jem::labels<T> y({1}, {0}), target({1}, {1});
  CHECK_THROWS_WITH_AS(difference_of_logits_ratio(T({1, 2}, {0, 1}), y, slope),
                       "[difference_of_logits_ratio] expected classes >= 3 but received 2", std::invalid_argument);
  CHECK_THROWS_WITH(difference_of_logits_ratio(T({1, 3}, {0, 1, 2}), y, target, slope), doctest::Contains("classes >= 4 but received 3"));
  CHECK_THROWS_WITH(difference_of_logits_ratio(T({3}, {0, 1, 2}), y, slope), doctest::Contains("2 axes"));
}
