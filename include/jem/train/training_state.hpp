// SPDX-License-Identifier: MIT
// The state of a training run, and the checks before it begins.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/data/batches.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/sampling/replay_buffer.hpp>

#include <stdexcept>
#include <type_traits>

namespace jem::inline v0 {

/// The state of a training run without its settings and data. A copy is a checkpoint in memory.
template <class Net, class Moments, sample_buffer<tensor_type_of<Net>> Buffer = replay_buffer<tensor_type_of<Net>>>
struct training_state {
  using tensor = tensor_type_of<Net>;  ///< what the network computes with

  Net net;                                          ///< θ
  Moments moments;                                  ///< the optimiser's state
  Buffer buffer;                                    ///< persistent chains
  data::batch_stream<tensor> labelled, unlabelled;  ///< independent streams, of (x, y) and of x for p(x)
  rng random;                                       ///< of noise and samples
  index_t iteration = 0;                            ///< updates made so far

  /// The parts that a checkpoint holds: all but the data. A buffer of your own lists its parts in the same way.
  static void each_part(auto& self, auto f) {
    f("net", self.net), f("moments", self.moments), f("buffer", self.buffer);
    f("labelled", self.labelled), f("unlabelled", self.unlabelled);
    f("random", self.random), f("iteration", self.iteration);
  }
};

namespace detail {

/// Throws std::invalid_argument, with the network's own message, unless it takes an image (1, …) and has at least that many logits.
template <class Net, tensor_value T>
void check_network(const Net& net, const T& image, index_t classes) {
  typename Net::template cache<T> cache;
  shape logits;
  try {
    logits = net.forward(image, cache).extents();
  } catch (const std::invalid_argument& e) {
    fail("trainer", "images of the network's size", to_string(image.extents()) + ", of which it says: " + e.what());
  }
  if (logits.rank() != 2 || logits[1] < classes) {
    fail("trainer", concat("logits (1, k), k >= ", classes, ", the classes of the data,"), to_string(logits));
  }
}

template <class X>
inline constexpr bool is_dataset = false;
template <class T>
inline constexpr bool is_dataset<data::dataset<T>> = true;

/// Whether an argument X&& is a data set that no longer exists after the call.
template <class X>
inline constexpr bool temporary_set = !std::is_lvalue_reference_v<X> && is_dataset<std::remove_cv_t<X>>;

}  // namespace detail

}  // namespace jem::inline v0
