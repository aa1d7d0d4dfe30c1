// SPDX-License-Identifier: MIT
// The attack of evaluate/attack.hpp as the adversary of a trainer: one run, of which the last images count. By default it is that of Yin et
// al. 2025, arXiv:2510.13872: ten steps from the clean image, within ½ in Euclidean length for pixels in [0, 1]. Madry et al. 2018,
// arXiv:1706.06083, start at random. Noise that a trainer adds to data may leave the range of pixels, to which images return here.
//
//     const jem::trainer trainer{.loss = …, .data_noise = 0, .adversary = jem::evaluate::adversary{.epsilon = 0.5f}};
#pragma once

#include <jem/evaluate/attack.hpp>

#include <utility>

namespace jem::inline v0::evaluate {

/// Ascends the cross-entropy of images within a ball, in `steps` passes forward and backward; each step has the length 2.5·r/steps.
template <class Norm = l2>
struct adversary {
  Norm norm{};                                               ///< l2 or linf
  not_negative<"adversary", "epsilon"> epsilon     = 0.5f;   ///< of the ball, ≥ 0, for pixels in [0, 1]
  at_least<"adversary", "steps", 1> steps          = 10;     ///< ≥ 1
  bool random_start                                = false;  ///< at a random point of the ball; otherwise at the image
  finite<"adversary", "low"> low                   = -1;     ///< the darkest pixel of the data
  positive<"adversary", "pixel_range"> pixel_range = 2;      ///< how wide the data's range is, > 0: 2 for [−1, 1]

  /// The ball's radius r in the units of the data.
  float radius() const { return epsilon * pixel_range; }
  /// The brightest pixel of the data.
  float high() const { return low + pixel_range; }

  /// x (n, …) ← the adversarial images: in the ball around x, and in the range of pixels. Throws std::invalid_argument for labels that are
  /// no classes.
  template <class Net, tensor_value T>
    requires(layer<Net, T> && attack_norm<Norm, T>)
  void operator()(const Net& net, T& x, const labels<T>& y, rng& g) const {
    detail::chase<Net, T> run{&net, x, y, x};
    random_start ? run.start(*this, g) : run.look();
    check_labels("adversary", y, run.logits.extent(1));
    for (index_t step = 0; step < steps; ++step) {
      if (step > 0) run.look();
      detail::climb(run, *this);
    }
    x = std::move(run.z);
  }
};

}  // namespace jem::inline v0::evaluate
