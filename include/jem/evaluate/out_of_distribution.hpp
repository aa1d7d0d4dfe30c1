// SPDX-License-Identifier: MIT
// Scores of images, higher = in-distribution (Grathwohl et al. 2020, arXiv:1912.03263, section 5.3), and images that are out of
// the distribution of a data set. A plain classifier has all three scores, too: report them with those of a joint model.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/data/batches.hpp>
#include <jem/data/dataset.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/evaluate/logits.hpp>
#include <jem/metrics/accuracy.hpp>
#include <jem/metrics/auroc.hpp>
#include <jem/tensor/noise.hpp>
#include <jem/tensor/norms.hpp>

#include <cmath>
#include <numbers>
#include <vector>

namespace jem::inline v0::evaluate {

/// log p(x) + log Z = −E(x) = log Σ_y exp f(x)[y] of each image (n, …), in nats.
template <class Net, tensor_value T>
  requires layer<Net, T>
std::vector<double> log_px(const Net& net, const T& x, index_t part = 500) {
  return metrics::log_sum_exps(logits_of(net, x, part));
}

/// max_y p(y|x) of each image (n, …).
template <class Net, tensor_value T>
  requires layer<Net, T>
std::vector<double> max_py(const Net& net, const T& x, index_t part = 500) {
  return metrics::confidence(logits_of(net, x, part));
}

/// log(p / (1 − p)) of that probability, of each image (n, …): the same order, without equal scores where the classifier is so sure that
/// the probability is rounded to 1.
template <class Net, tensor_value T>
  requires layer<Net, T>
std::vector<double> max_py_log_odds(const Net& net, const T& x, index_t part = 500) {
  return metrics::confidence_log_odds(logits_of(net, x, part));
}

/// −‖∂ log p(x)/∂x‖₂ of each image (n, …): a likely image on a steep slope has little mass around it.
template <class Net, tensor_value T>
  requires layer<Net, T>
std::vector<double> approximate_mass(const Net& net, const T& x, index_t part = 500) {
  std::vector<double> scores;
  for_parts(x.extent(0), part, [&](index_t first, index_t count) {
    const T images(x.rows(first, count));
    T slope(images.extents());
    marginal_energy<Net>(net).value_and_grad(images, slope);
    for (const double length : row_norms(slope).to_vector()) scores.push_back(-length);
  });
  return scores;
}

/// How well each score separates one set from another.
struct ood_summary {
  metrics::detection log_px, max_py, approximate_mass;  ///< by the score of this name
};

/// How well each score separates images of the distribution (n, …) from others (m, …). Throws std::invalid_argument if a score is NaN.
template <class Net, tensor_value T>
  requires layer<Net, T>
ood_summary detect_ood(const Net& net, const T& in, const T& out, index_t part = 500) {
  return {.log_px           = metrics::detect(log_px(net, in, part), log_px(net, out, part)),
          .max_py           = metrics::detect(max_py_log_odds(net, in, part), max_py_log_odds(net, out, part)),
          .approximate_mass = metrics::detect(approximate_mass(net, in, part), approximate_mass(net, out, part))};
}

/// Images whose pixels are drawn independently from U(−1, 1).
template <tensor_value T>
T uniform_noise(const shape& extents, rng& g) {
  return uniform<T>(extents, -1, 1, g);
}

/// −x: the negatives of images in [−1, 1].
template <tensor_value T>
T inverted(const T& x) {
  return -x;
}

/// Images whose pixels all have the same value, drawn from U(−1, 1) for each image.
template <tensor_value T>
T constants(const shape& extents, rng& g) {
  T images = full<T>(extents, 1);
  scale_per_row(images, uniform<T>(shape{extents[0]}, -1, 1, g));
  return images;
}

/// Each image (n, …) with its numbers in an order of its own: the same brightness, and no strokes.
template <tensor_value T>
T permuted(const T& x, rng& g) {
  const index_t n = x.extent(0), size = x.extents().row_size();
  auto values = x.to_vector();
  auto from   = values.begin();
  std::vector<typename T::value_type> row;
  for (index_t i = 0; i < n; ++i) {
    row.assign(from, from + size);
    for (const auto j : data::permutation(size, g)) *from++ = row[static_cast<std::size_t>(j)];
  }
  return T(x.extents(), values);
}

/// Waves across images (n, h, w, c), sin(2π(a·i + b·j) + φ) in row i and column j of all channels, with a and b ~ U(−½, ½) and a phase φ
/// for each image.
template <tensor_value T>
T gratings(const shape& extents, rng& g) {
  using V = typename T::value_type;
  expect_rank("gratings", 4, extents);
  constexpr double turn = 2 * std::numbers::pi;
  const auto waves      = uniform<T>(shape{extents[0], 3}, V(-0.5), V(0.5), g).to_vector();
  std::vector<V> values;
  for (std::size_t i = 0; i < waves.size(); i += 3) {
    for (index_t y = 0; y < extents[1]; ++y) {
      for (index_t x = 0; x < extents[2]; ++x) {
        const double phase = waves[i] * static_cast<double>(y) + waves[i + 1] * static_cast<double>(x) + waves[i + 2];
        values.insert(values.end(), static_cast<std::size_t>(extents[3]), static_cast<V>(std::sin(turn * phase)));
      }
    }
  }
  return T(extents, values);
}

namespace detail {

/// For each image the index of a random image of another class, all of these equally likely.
inline std::vector<std::int32_t> partners(const std::vector<std::int32_t>& y, index_t classes, rng& g) {
  std::vector<std::int32_t> by_class(y.size());  // indices sorted by class: those of class c are [begin[c], begin[c + 1])
  std::vector<index_t> begin(static_cast<std::size_t>(classes) + 1);
  for (const auto c : y) ++begin[static_cast<std::size_t>(c) + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  auto next = begin;
  for (std::size_t i = 0; i < y.size(); ++i) {
    by_class[static_cast<std::size_t>(next[static_cast<std::size_t>(y[i])]++)] = static_cast<std::int32_t>(i);
  }
  const random_stream stream = g.next();
  std::vector<std::int32_t> result(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto c         = static_cast<std::size_t>(y[i]);
    const index_t own    = begin[c + 1] - begin[c];
    const index_t others = std::ssize(y) - own;
    if (others == 0) fail("interpolated", "images of two classes", concat("images of class ", c, " alone"));
    const index_t drawn = index_below(stream, static_cast<index_t>(i), others);
    result[i]           = by_class[static_cast<std::size_t>(drawn < begin[c] ? drawn : drawn + own)];
  }
  return result;
}

}  // namespace detail

/// The mean of each image (n, …) and a random one of another class. Throws std::invalid_argument for images of one class only.
template <tensor_value T>
T interpolated(const data::dataset<T>& set, rng& g) {
  const auto other = detail::partners(set.y.to_vector(), set.classes, g);
  T images         = set.x + gather_rows(set.x, labels<T>(shape{set.size()}, other));
  scale(images, typename T::value_type(0.5));
  return images;
}

}  // namespace jem::inline v0::evaluate
