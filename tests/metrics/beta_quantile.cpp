// SPDX-License-Identifier: MIT
// Quantiles of the beta distribution against closed forms, and against scipy.stats.beta.ppf(p, a, b) of SciPy 1.17.1.
#include <jem/metrics/beta_quantile.hpp>

#include <doctest/doctest.h>

#include <initializer_list>

using jem::metrics::detail::beta_probability;
using jem::metrics::detail::beta_quantile;

TEST_CASE("the probabilities of the beta distribution have their closed forms") {
  for (double x = 0.02; x < 1; x += 0.07) {
    CHECK(beta_probability(x, 1, 1) == doctest::Approx(x).epsilon(1e-14));
    CHECK(beta_probability(x, 3, 1) == doctest::Approx(x * x * x).epsilon(1e-14));
    CHECK(beta_probability(x, 1, 4) == doctest::Approx(1 - std::pow(1 - x, 4)).epsilon(1e-14));
    CHECK(beta_probability(x, 2, 2) == doctest::Approx(x * x * (3 - 2 * x)).epsilon(1e-14));
    CHECK(beta_probability(x, 0.5, 0.5) == doctest::Approx(2 / 3.141592653589793 * std::asin(std::sqrt(x))).epsilon(1e-13));
    CHECK(beta_probability(x, 7.5, 31) + beta_probability(1 - x, 31, 7.5) == doctest::Approx(1).epsilon(1e-14));
  }
  CHECK(beta_probability(0, 2, 3) == 0);
  CHECK(beta_probability(1, 2, 3) == 1);
}

TEST_CASE("the quantiles of the beta distribution agree with another program") {
  CHECK(beta_quantile(0.1586553, 1.5, 20) == doctest::Approx(0.02038237082961021).epsilon(1e-13));
  CHECK(beta_quantile(0.8413447, 3, 3) == doctest::Approx(0.7033661009776794).epsilon(1e-13));
  CHECK(beta_quantile(0.5, 0.5, 0.5) == doctest::Approx(0.5).epsilon(1e-13));
  CHECK(beta_quantile(0.1586553, 401, 7601) == doctest::Approx(0.0476743526495385).epsilon(1e-12));
  CHECK(beta_quantile(0.8413447, 40001, 40001) == doctest::Approx(0.5017677445197024).epsilon(1e-12));
  CHECK(beta_quantile(1e-6, 2, 900) == doctest::Approx(1.57121573364108e-06).epsilon(1e-12));
  CHECK(beta_quantile(0.8413447, 1'000'001, 19'000'001) == doctest::Approx(0.05004877897385017).epsilon(1e-10));
}

TEST_CASE("a quantile of the beta distribution has its probability, from the smallest effective sizes on") {
  for (const double size : {0.0, 0.3, 1.0, 10.0, 1e3, 1e5}) {
    for (const double p : {0.0, 0.05, 0.5, 0.95, 1.0}) {
      for (const double probability : {0.001, 0.1586553, 0.5, 0.8413447}) {
        const double a = size * p + 1, b = size * (1 - p) + 1;
        CAPTURE(a);
        CAPTURE(b);
        CHECK(beta_probability(beta_quantile(probability, a, b), a, b) == doctest::Approx(probability).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE("what is not a number has no quantile") {
  CHECK(std::isnan(beta_quantile(0.5, NAN, 1)));
  CHECK(std::isnan(beta_quantile(NAN, 1, 1)));
}
