// SPDX-License-Identifier: MIT
// The autocovariances of several chains together, γ_t = Σ_c Σ_i x_i·x_{i+t} / (m·n) for m chains of n centred draws. The first lags, which
// are all that a chain that mixes well needs, are sums over the draws; beyond them all lags are computed at once as the Fourier transform
// of |X|², the spectrum of chains padded with zeros to 2^p ≥ 2n (Wiener and Khinchin; Cooley and Tukey 1965,
// doi:10.1090/S0025-5718-1965-0178586-1). Two chains share a transform as real and imaginary part: the real part of the autocovariance of
// a + ib is the sum of those of a and b. Spectra are summed, so that there is one transform back, whatever the number of chains.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace jem::inline v0::metrics {

/// The draws of one number by several chains: [chain][draw], chains of one length.
using chain_draws = std::vector<std::vector<double>>;

namespace detail {

/// The discrete Fourier transform of 2^p complex numbers, and back without the factor 2^−p. The transform leaves its results in
/// bit-reversed order, and the way back takes them in this order: products of spectra need no other one.
class fourier {
 public:
  /// For `size` numbers, a power of two.
  explicit fourier(std::size_t size) : size_(size), cosine_(size), sine_(size) {
    const std::size_t half = size / 2;
    for (std::size_t j = 0; j < half; ++j) {
      const double angle = 2 * 3.141592653589793238 * static_cast<double>(j) / static_cast<double>(size);
      cosine_[half + j] = std::cos(angle), sine_[half + j] = std::sin(angle);
    }
    for (std::size_t j = half; j-- > 1;) cosine_[j] = cosine_[2 * j], sine_[j] = sine_[2 * j];
  }

  std::size_t size() const { return size_; }

  /// X_k = Σ_j x_j e^(−2πijk/size)
  void forward(std::vector<double>& re, std::vector<double>& im) const {
    for (std::size_t half = size_ / 2; half > 0; half /= 2) {
      for (std::size_t first = 0; first < size_; first += 2 * half) {
        double *a = re.data() + first, *b = im.data() + first;
        for (std::size_t j = 0; j < half; ++j) {
          const double x = a[j] - a[j + half], y = b[j] - b[j + half], c = cosine_[half + j], s = sine_[half + j];
          a[j] += a[j + half], b[j] += b[j + half];
          a[j + half] = x * c + y * s, b[j + half] = y * c - x * s;
        }
      }
    }
  }

  /// x_j = Σ_k X_k e^(2πijk/size)
  void backward(std::vector<double>& re, std::vector<double>& im) const {
    for (std::size_t half = 1; half < size_; half *= 2) {
      for (std::size_t first = 0; first < size_; first += 2 * half) {
        double *a = re.data() + first, *b = im.data() + first;
        for (std::size_t j = 0; j < half; ++j) {
          const double c = cosine_[half + j], s = sine_[half + j];
          const double x = a[j + half] * c - b[j + half] * s, y = b[j + half] * c + a[j + half] * s;
          a[j + half] = a[j] - x, b[j + half] = b[j] - y;
          a[j] += x, b[j] += y;
        }
      }
    }
  }

 private:
  std::size_t size_;
  std::vector<double> cosine_, sine_;  // those of a stage of `half` pairs begin at `half`
};

/// Σ_i a_i·b_i in eight sums, which a processor adds at the same time.
inline double product_sum(const double* a, const double* b, std::size_t n) {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  double rest = 0;
  for (; i < n; ++i) rest += a[i] * b[i];
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7])) + rest;
}

/// γ_t of chains of one length whose means have been subtracted.
class autocovariance {
 public:
  explicit autocovariance(chain_draws centred) : x_(std::move(centred)) {}

  /// γ of a lag below the length of the chains.
  double operator()(std::size_t lag) {
    const std::size_t n = x_[0].size();
    double sum          = 0;
    if (lag < 4 * static_cast<std::size_t>(std::bit_width(n))) {  // a transform costs about as much as so many sums
      for (const auto& chain : x_) sum += product_sum(chain.data() + lag, chain.data(), n - lag);
    } else {
      if (all_.empty()) transform();
      sum = all_[lag];
    }
    return sum / static_cast<double>(x_.size() * n);
  }

 private:
  void transform() {
    const fourier f(std::bit_ceil(2 * x_[0].size()));
    std::vector<double> power(f.size(), 0.0), re, im;
    for (std::size_t c = 0; c < x_.size(); c += 2) {
      re = x_[c];
      im = c + 1 < x_.size() ? x_[c + 1] : std::vector<double>();
      re.resize(f.size(), 0.0), im.resize(f.size(), 0.0);
      f.forward(re, im);
      for (std::size_t k = 0; k < f.size(); ++k) power[k] += re[k] * re[k] + im[k] * im[k];
    }
    im.assign(f.size(), 0.0);
    f.backward(power, im);
    for (double& value : power) value /= static_cast<double>(f.size());
    all_ = std::move(power);
  }

  chain_draws x_;
  std::vector<double> all_;  // Σ x_i·x_{i+t} for all lags t, once they are needed
};

}  // namespace detail

}  // namespace jem::inline v0::metrics
