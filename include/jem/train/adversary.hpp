// SPDX-License-Identifier: MIT
// Adversarial training: an adversary changes the labelled images of a step so that the network of that step is likely to be wrong, and the
// loss is taken at the changed images. Madry et al. 2018, arXiv:1706.06083. evaluate/adversary.hpp has the one of projected gradient
// descent.
#pragma once

#include <jem/core/random.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/tensor/labels.hpp>

namespace jem::inline v0 {

/// Changes labelled images (n, …) with labels (n) in place, knowing the network.
template <class A, class Net>
concept batch_adversary =
    requires(const A& a, const Net& net, tensor_type_of<Net>& x, const labels<tensor_type_of<Net>>& y, rng& g) { a(net, x, y, g); };

/// Leaves images as they are, and takes no random numbers.
struct no_adversary {
  template <class Net, tensor_value T>
  void operator()(const Net&, T&, const labels<T>&, rng&) const {}
};

}  // namespace jem::inline v0
