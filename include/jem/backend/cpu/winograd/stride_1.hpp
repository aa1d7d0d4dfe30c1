// SPDX-License-Identifier: MIT
// Winograd's algorithms for filters of three taps that move by one, for the output and for the gradient of the input: in two dimensions a
// 3×3 kernel has 36 products instead of 144 for sixteen outputs, or 100 instead of 576 for sixty-four.
#pragma once

#include <jem/backend/cpu/winograd/transforms_1d.hpp>

namespace jem::inline v0::winograd {

/// Tiles of `Out` outputs of a line, 4 or 8; a square of them is an algorithm for images.
template <int Out>
struct sliding {
  using down                = sliding;
  using across              = sliding;
  using filter              = sliding;  ///< whose transformed weights it takes
  static constexpr int taps = 3, products = Out + 2;
  static constexpr int in = Out + 2, out = Out, step = Out;  ///< pixels of a side of a tile, and from one tile of inputs to the next

  template <scalar T>
  using input_line = winograd::input_line<T, Out / 2, 3>;
  template <scalar T>
  using weight_line = winograd::weight_line<T, Out / 2, 3>;
  template <scalar T>
  using output_line = winograd::output_line<T, Out / 2, 3>;
  template <scalar T>
  using output_gradient_line = winograd::output_gradient_line<T, Out / 2, 3>;
  template <scalar T>
  using weight_gradient_line = winograd::weight_gradient_line<T, Out / 2, 3>;
};

/// Rectangles: one algorithm down an image's columns, and one of as many taps across its rows.
template <class Down, class Across>
struct rectangle {
  using down                = Down;
  using across              = Across;
  using filter              = rectangle;
  static constexpr int taps = Down::taps;
};

}  // namespace jem::inline v0::winograd
