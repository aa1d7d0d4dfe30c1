// SPDX-License-Identifier: MIT
// Samples of a trained model: of p(x) by the marginal energy, of p(x|y) by the joint one, from random starts or from the chains
// of a replay buffer. No sample is left out, since measures over only the most confident samples would not be comparable.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/data/batches.hpp>
#include <jem/energy/joint.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/evaluate/logits.hpp>
#include <jem/sampling/replay_buffer.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <cmath>
#include <span>
#include <vector>

namespace jem::inline v0::evaluate {

/// Continues chains (n, …) by `steps` steps of p(x), `part` chains at a time. Only positions are known, so a schedule starts at step 0.
template <class K, class Net, tensor_value T>
  requires kernel<K, marginal_energy<Net>, T>
T continued(const K& k, const Net& net, T start, index_t steps, rng& g, index_t part = 500) {
  for_parts(start.extent(0), part, [&](index_t first, index_t count) {
    copy_into(start.rows(first, count), evolve(k, marginal_energy<Net>(net), T(start.rows(first, count)), steps, g));
  });
  return start;
}

/// The same for steps of p(x|y), with labels (n). Throws std::invalid_argument unless there is a label for each chain.
template <class K, class Net, tensor_value T>
  requires kernel<K, joint_energy<Net>, T>
T continued(const K& k, const Net& net, T start, const labels<T>& y, index_t steps, rng& g, index_t part = 500) {
  expect_shape("continued", shape{start.extent(0)}, y.extents());
  for_parts(start.extent(0), part, [&](index_t first, index_t count) {
    const joint_energy energy(net, labels<T>(y.rows(first, count)));
    copy_into(start.rows(first, count), evolve(k, energy, T(start.rows(first, count)), steps, g));
  });
  return start;
}

/// The steps that lead from noise to a sample of an energy whose gradient was matched (matching/): down the gradient, in steps that shrink
/// from 2/n to 1/n, so that their sum is about 1.5 for any number n of them. The energy of an image is lowest at the strongest strokes: a
/// way that goes on gives pixels that are saturated. Noise of standard deviation `noise`·√(2/n) goes with the first step and falls to
/// nothing, so that all of it together is as strong for any n; without noise samples have fewer errors (examples/guide/matching.md).
inline sgld<geometric_decay, fading_noise> descent(index_t steps, float noise = 0) {
  const auto n = static_cast<float>(steps);
  return {.step_size = {.first = 2 / n, .last = 1 / n, .steps = steps},
          .noise     = {.deviation = noise * std::sqrt(2 / n), .first = 2 / n, .last = 1 / n}};
}

/// Samples of p(x), (n, h, w, c), from U(−1, 1). A chain that starts from noise needs many steps, far more than in training.
template <class K, parameterised Net, class T = tensor_type_of<Net>>
  requires kernel<K, marginal_energy<Net>, T>
T fresh_samples(const K& k, const Net& net, const shape& extents, index_t steps, rng& g, index_t part = 500) {
  return continued(k, net, uniform_start{}.template operator()<T>(extents, g), steps, g, part);
}

/// Samples of p(x|y), image i of class y[i]; extents are (n, h, w, c), labels (n). Throws std::invalid_argument unless there is a
/// label for each image.
template <class K, parameterised Net, class T = tensor_type_of<Net>>
  requires kernel<K, joint_energy<Net>, T>
T fresh_samples(const K& k, const Net& net, const shape& extents, const labels<T>& y, index_t steps, rng& g, index_t part = 500) {
  return continued(k, net, uniform_start{}.template operator()<T>(extents, g), y, steps, g, part);
}

namespace detail {

/// Chains of a buffer that is divided into blocks of `block` rows: for each number in `blocks` a random row of that block. No row is taken
/// twice, and no chain is restarted.
template <tensor_value T, class Start>
T resting_chains(const replay_buffer<T, Start>& buffer, index_t block, std::span<const std::int32_t> blocks, rng& g) {
  std::vector<std::vector<std::int32_t>> free(static_cast<std::size_t>(buffer.capacity() / block));
  for (auto& order : free) order = data::permutation(block, g);
  std::vector<std::int32_t> rows;
  for (const auto b : blocks) {
    auto& left = free[static_cast<std::size_t>(b)];
    if (left.empty()) fail("buffer_samples", concat("at most ", block, " chains of a block"), "more");
    rows.push_back(b * static_cast<std::int32_t>(block) + left.back());
    left.pop_back();
  }
  return gather_rows(buffer.positions(), labels<T>(shape{std::ssize(rows)}, rows));
}

}  // namespace detail

/// n random chains of the buffer after `steps` more steps of p(x), which may be 0. No chain is restarted, unlike in training. Throws
/// std::invalid_argument for more than the buffer has.
template <class K, class Net, tensor_value T, class Start>
  requires kernel<K, marginal_energy<Net>, T>
T buffer_samples(const K& k, const Net& net, const replay_buffer<T, Start>& buffer, index_t n, index_t steps, rng& g, index_t part = 500) {
  expect_at_least("buffer_samples", "chains", 0, n);
  const std::vector<std::int32_t> anywhere(static_cast<std::size_t>(n), 0);
  return continued(k, net, detail::resting_chains(buffer, buffer.capacity(), anywhere, g), steps, g, part);
}

/// A chain of class y[i] for each i, from a buffer with classes, after `steps` more steps of p(x|y). Throws std::invalid_argument
/// for a buffer without classes, a label that it does not have, or more chains of a class than it has.
template <class K, class Net, tensor_value T, class Start>
  requires kernel<K, joint_energy<Net>, T>
T buffer_samples(const K& k, const Net& net, const replay_buffer<T, Start>& buffer, const labels<T>& y, index_t steps, rng& g,
                 index_t part = 500) {
  const index_t classes = buffer.classes();
  if (classes == 0) fail("buffer_samples", "a buffer with classes", "labels for one without");
  const auto known = checked_labels("buffer_samples", y, classes);
  return continued(k, net, detail::resting_chains(buffer, buffer.capacity() / classes, known.values(), g), y, steps, g, part);
}

}  // namespace jem::inline v0::evaluate
