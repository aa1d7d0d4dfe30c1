// SPDX-License-Identifier: MIT
#include "../support/draws.hpp"

#include <jem/metrics/autocovariance.hpp>

#include <doctest/doctest.h>

#include <complex>

namespace metrics = jem::metrics;

namespace {

double direct(const metrics::chain_draws& x, std::size_t lag) {
  double sum = 0;
  for (const auto& chain : x) {
    for (std::size_t i = lag; i < chain.size(); ++i) sum += chain[i] * chain[i - lag];
  }
  return sum / static_cast<double>(x.size() * x[0].size());
}

}  // namespace

TEST_CASE("the transform is that of its definition, in bit-reversed order, and is undone by the way back") {
  std::vector<double> re{1, -2, 3, 0.5, 7, 0, -1, 4}, im{0, 1, 0, -3, 2, 2, 5, 1};
  const auto x = re, y = im;
  const metrics::detail::fourier f(8);
  f.forward(re, im);
  const std::size_t reversed[] = {0, 4, 2, 6, 1, 5, 3, 7};
  for (std::size_t k = 0; k < 8; ++k) {
    std::complex<double> sum;
    for (std::size_t j = 0; j < 8; ++j)
      sum += std::complex(x[j], y[j]) * std::polar(1.0, -2 * 3.141592653589793 * static_cast<double>(j * k) / 8);
    CHECK(re[reversed[k]] == doctest::Approx(sum.real()).epsilon(1e-13));
    CHECK(im[reversed[k]] == doctest::Approx(sum.imag()).epsilon(1e-13));
  }
  f.backward(re, im);
  for (std::size_t j = 0; j < 8; ++j) {
    CHECK(re[j] / 8 == doctest::Approx(x[j]).epsilon(1e-14));
    CHECK(im[j] / 8 == doctest::Approx(y[j]).epsilon(1e-14));
  }
}

TEST_CASE("a transform of one number changes nothing") {
  std::vector<double> re{3}, im{4};
  const metrics::detail::fourier one(1);
  one.forward(re, im);
  CHECK((re[0] == 3 && im[0] == 4));
}

TEST_CASE("the autocovariances of every lag are those of sums over the draws, for any number of chains and lengths beside powers of two") {
  for (const std::uint32_t n : {1u, 2u, 3u, 8u}) {
    for (const int k : {1, 2, 63, 64, 65, 127}) {
      const auto x = test::congruential_chains(n, n, k, 0.9);
      metrics::detail::autocovariance all(x);
      for (std::size_t lag = 0; lag < static_cast<std::size_t>(k); ++lag) {
        CAPTURE(lag);
        CHECK(all(lag) == doctest::Approx(direct(x, lag)).scale(direct(x, 0)).epsilon(1e-14));
      }
    }
  }
}

TEST_CASE("a sum of products in lanes has every product") {
  std::vector<double> a, b;
  double sum = 0;
  for (int i = 0; i < 30; ++i) {
    CHECK(metrics::detail::product_sum(a.data(), b.data(), a.size()) == sum);
    a.push_back(i + 1), b.push_back(2 * i + 1), sum += (i + 1) * (2 * i + 1);
  }
}
