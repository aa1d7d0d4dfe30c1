// SPDX-License-Identifier: MIT
// A classifier that needs no training, and images that it classifies with high confidence: for tests of attacks.
#pragma once

#include <jem/evaluate/logits.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/sequential.hpp>
#include <jem/tensor/noise.hpp>

#include <vector>

namespace test {

/// Images (n, 16) around the means of their classes, and a network that compares the outputs of a random layer for an image with its
/// outputs for the means. Its logits are those of the posterior for normal distributions of equal width around the outputs for the means.
template <class T>
struct crowd {
  T images;            // (n, 16)
  jem::labels<T> y;    // (n)
  jem::linear<T> eye;  // 16 → 32
  T seen;              // (k, 32): outputs for the means

  crowd(jem::index_t n, jem::index_t classes, jem::rng& g) {
    const T means = jem::uniform<T>({classes, 16}, -0.6f, 0.6f, g);
    y             = jem::random_indices<T>(n, classes, g);
    images        = jem::gather_rows(means, y);
    jem::add_normal(images, 0.15f, g);
    jem::clamp(images, -1, 1);
    eye  = {jem::normal<T>({16, 32}, g), jem::zeros<T>({32})};
    seen = jem::evaluate::logits_of(jem::sequential{eye, jem::swish{}}, means);
  }

  /// The network, with its logits multiplied by `times`.
  auto net(float times) const {
    const jem::index_t k = seen.extent(0);
    const auto means     = seen.to_vector();
    std::vector<float> weight(means.size()), bias(static_cast<std::size_t>(k));
    for (std::size_t j = 0; j < bias.size(); ++j) {
      for (std::size_t i = 0; i < 32; ++i) {
        const float m               = means[j * 32 + i];
        weight[i * bias.size() + j] = 5 * times * m;
        bias[j] -= 2.5f * times * m * m;
      }
    }
    return jem::sequential{eye, jem::swish{}, jem::linear<T>{T({32, k}, weight), T({k}, bias)}};
  }
};

}  // namespace test
