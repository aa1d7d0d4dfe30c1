// SPDX-License-Identifier: MIT
// A buffer that keeps no chains: each draw starts new ones. So samples are what the sampler makes of noise, or of other images, in the
// steps of one iteration, as in training on adversarial negatives (Yin et al. 2025, arXiv:2510.13872) and in short-run Markov chains
// (Nijkamp et al. 2019, arXiv:1904.09770). replay_buffer keeps its chains instead.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/sampling/replay_buffer.hpp>

#include <string>
#include <utility>

namespace jem::inline v0 {

/// New chains in each draw, where Start puts them; nothing is stored, and a checkpoint holds nothing of it. With classes a trainer's
/// sampler descends E(x, y) = −f(x)[y] of the labels of its batch, without it descends E(x).
template <tensor_value T, class Start = uniform_start>
class fresh_starts {
 public:
  /// `item` has the extents of one position, such as an image (h, w, c). Throws std::invalid_argument for fewer than 0 classes.
  explicit fresh_starts(const shape& item, index_t classes = 0, Start start = {})
      : item_(item), classes_(classes), start_(std::move(start)) {
    expect_at_least("fresh_starts", "classes", 0, classes);
  }

  index_t classes() const { return classes_; }  ///< number of classes that chains are drawn by; 0 for none

  /// n chains of any class; they have no slots. Throws std::invalid_argument for n < 0.
  chains<T> draw(index_t n, rng& g) const {
    expect_at_least("fresh_starts", "chains", 0, n);
    return { start_.template operator()<T>(item_.under(n), g), {}, {} };
  }

  /// A chain of class y[i] for each i, where any other may start. Throws std::invalid_argument if there are no classes, and for a label
  /// that is no class.
  chains<T> draw(const labels<T>& y, rng& g) const { return draw(y, host_labels(y), g); }
  /// The same if the labels are already on the host.
  chains<T> draw(const labels<T>& y, const host_labels& known, rng& g) const {
    if (classes_ == 0) fail("fresh_starts", "starts with classes", "labels for some without");
    known.check("fresh_starts", classes_);
    chains<T> drawn = draw(y.size(), g);
    drawn.y         = y;
    return drawn;
  }

  /// Nothing: the next draw starts anew.
  void store(const chains<T>&) {}

  /// A checkpoint stores nothing.
  static void each_part(auto&, auto) {}

 private:
  shape item_;
  index_t classes_;
  Start start_;
};

}  // namespace jem::inline v0
