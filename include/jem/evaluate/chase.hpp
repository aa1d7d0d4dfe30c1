// SPDX-License-Identifier: MIT
// The common part of attacks: images that move within a ball around their first position, each until it is classified wrongly.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/evaluate/attack_norm.hpp>
#include <jem/evaluate/logits.hpp>
#include <jem/metrics/accuracy.hpp>

#include <cstdint>
#include <vector>

namespace jem::inline v0::evaluate::detail {

struct greater {
  template <class V>
  constexpr V operator()(V a, V b) const {
    return a > b ? V(1) : V(0);
  }
};

/// Throws std::invalid_argument for images outside the range, since they, and probably ε, are meant for another range. Rounding errors
/// are accepted.
template <tensor_value T>
void check_images(std::string_view where, const T& x, const labels<T>& y, float low, float high) {
  if (x.extents().rank() < 2) fail(where, "images (n, …)", to_string(x.extents()));
  expect_shape(where, shape{x.extent(0)}, y.extents());
  for (const auto value : x.to_vector()) {
    if (!(value >= low - 1e-4f && value <= high + 1e-4f)) {
      fail(where, concat("images in [", low, ", ", high, "]"), std::to_string(value));
    }
  }
}

/// Images under attack, and the logits of their present positions: one forward pass is used for the check after a step and for
/// the gradient of the next step.
template <class Net, tensor_value T>
struct chase {
  const Net* net;
  T x;          // (n, …): the clean images
  labels<T> y;  // (n)
  T z;          // (n, …): within the ball around x
  T logits{};   // (n, k): at z
  typename Net::template cache<T> cache{};

  index_t size() const { return x.extent(0); }

  void look() {
    cache  = {};
    logits = net->forward(z, cache);
  }

  /// Derivative by the logits (n, k) → derivative by z (n, …). Call it at most once after each `look`.
  T gradient(T slope) { return net->backward(std::move(slope), cache, nullptr); }

  /// Moves to a random point of the ball.
  template <class Attack>
  void start(const Attack& a, rng& g) {
    z = x + a.norm.template start<T>(x.extents(), a.radius(), g);
    clamp(z, a.low, a.high());
    look();
  }

  /// Projects images (n, …) into the ball and into the range of pixels.
  template <class Attack>
  void bring_back(T& images, const Attack& a) const {
    T difference = images - x;
    a.norm.project(difference, a.radius());
    images = x + difference;
    clamp(images, a.low, a.high());
  }

  /// The rows that are still classified correctly. Throws std::invalid_argument for labels that are no classes.
  std::vector<std::int32_t> standing() const {
    const auto right = metrics::correct(logits, y);
    std::vector<std::int32_t> rows;
    for (std::size_t i = 0; i < right.size(); ++i) {
      if (right[i]) rows.push_back(static_cast<std::int32_t>(i));
    }
    return rows;
  }

  /// Keeps these rows only; the cache is that of the last forward pass.
  void keep(const labels<T>& rows) {
    x      = gather_rows(x, rows);
    y      = gather_rows(y, rows);
    z      = gather_rows(z, rows);
    logits = gather_rows(logits, rows);
  }

  /// Keeps the images that are still classified correctly; the others need no more steps.
  void drop_fallen() {
    const auto rows = standing();
    if (std::ssize(rows) == size()) return;
    keep(labels<T>(shape{std::ssize(rows)}, rows));
    if (!rows.empty()) look();
  }
};

/// f(first, chase) for the parts of the images (n, …). Each chase is at the clean images, and has their logits.
template <class Net, tensor_value T, class F>
void for_chases(const Net& net, const T& x, const labels<T>& y, index_t part, F f) {
  for_parts(x.extent(0), part, [&](index_t first, index_t count) {
    const T images(x.rows(first, count));
    chase<Net, T> run{&net, images, labels<T>(y.rows(first, count)), images};
    run.look();
    f(first, run);
  });
}

/// The share of n images that `attack` leaves in the chases of their parts; NaN without images.
template <class Net, tensor_value T, class Attack>
double share_left(const Net& net, const T& x, const labels<T>& y, index_t part, Attack attack) {
  index_t left = 0;
  for_chases(net, x, y, part, [&](index_t, chase<Net, T>& run) {
    attack(run);
    left += run.size();
  });
  return static_cast<double>(left) / static_cast<double>(x.extent(0));
}

}  // namespace jem::inline v0::evaluate::detail
