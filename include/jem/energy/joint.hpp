// SPDX-License-Identifier: MIT
// The energy of an image with a label: E(x, y) = −f(x)[y], so that p(x|y) ∝ e^(−E(x, y)).
// Grathwohl et al. 2020, arXiv:1912.03263, equation 5.
#pragma once

#include <jem/nn/prepared.hpp>
#include <jem/tensor/logits.hpp>

namespace jem::inline v0 {

/// The energy of images with labels, E(x, y) = −f(x)[y]: row i of a batch has label i. Labels have to be classes of the network, which is
/// not checked here (see check_labels). Holds a reference to the network, which has to outlive the energy; a prepared network is held by
/// value.
template <class Net, class Held = const Net*>
class joint_energy {
 public:
  /// The type of labels in the memory of the network's backend.
  using label_tensor = labels<tensor_type_of<Net>>;

  /// y has one label for each row of the batches that will be evaluated. A temporary network is refused.
  joint_energy(const Net& net, label_tensor y) : net_(&net), y_(std::move(y)) {}
  joint_energy(const Net&&, label_tensor) = delete;
  /// Takes a network that it holds by value.
  joint_energy(owned<Net> net, label_tensor y) : net_(std::move(net)), y_(std::move(y)) {}

  /// The same energy prepared for a run in which the weights of the network do not change, see prepared.hpp.
  template <tensor_value T>
    requires layer<Net, T>
  auto prepared(const T& x) const {
    using still = prepared_t<Net, T>;
    return joint_energy<still, owned<still>>(owned<still>{prepared_layer(*net_, x)}, y_);
  }

  /// (n, …) → (n). Throws std::invalid_argument unless there is a label for each row.
  template <tensor_value T>
    requires layer<Net, T>
  T value(const T& x) const {
    typename Net::template cache<T> cache;
    return -pick(net_->forward(x, cache), y_);
  }

  /// (n, …) → (n), grad = ∂E/∂x
  template <tensor_value T>
    requires layer<Net, T>
  T value_and_grad(const T& x, T& grad) const {
    typename Net::template cache<T> cache;
    const T logits = net_->forward(x, cache);  // (n, k)
    T slope        = zeros<T>(logits.extents());
    add_at(slope, y_, -1);
    grad = net_->backward(slope, cache, nullptr);
    return -pick(logits, y_);
  }

 private:
  Held net_;
  label_tensor y_;  // (n)
};

/// joint_energy{net, y}
template <class Net>
joint_energy(const Net&, labels<tensor_type_of<Net>>) -> joint_energy<Net>;

}  // namespace jem::inline v0
