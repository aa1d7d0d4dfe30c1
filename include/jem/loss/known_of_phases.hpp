// SPDX-License-Identifier: MIT
// Values of the batches that a training step has already computed, such as the softmax of the logits. Several loss terms and an observer
// need them, and they are computed once.
#pragma once

#include <jem/tensor/logits.hpp>

#include <optional>
#include <utility>

namespace jem::inline v0::detail {

template <tensor_value T>
struct known_numbers {
  std::optional<host_labels> y, conditional_y, joint_pairs_y;  // beside images: their labels as the host has read them
  bool labels_are_classes = false;                             // beside logits: of these very logits
  std::optional<softmax_sums<T>> data, samples;                // beside logits, where the loss reads p(x)
};

/// Values that belong to the batches of the same `phases`. A copy starts without values, since its batches may be changed.
template <tensor_value T>
struct known_of_phases : known_numbers<T> {
  known_of_phases() = default;
  known_of_phases(const known_of_phases&) : known_numbers<T>() {}
  known_of_phases& operator=(const known_of_phases&) {
    static_cast<known_numbers<T>&>(*this) = {};
    return *this;
  }
  ~known_of_phases() = default;
};

/// Refers to a value that is stored beside the batches, or holds a value of its own. It must not outlive the batches.
template <class V>
class lent {
 public:
  explicit lent(const V& known) : known_(&known) {}
  explicit lent(V&& own) : own_(std::move(own)) {}

  const V& operator*() const { return own_ ? *own_ : *known_; }
  const V* operator->() const { return &**this; }

 private:
  const V* known_ = nullptr;
  std::optional<V> own_;
};

template <tensor_value T>
lent<softmax_sums<T>> known_or_computed(const std::optional<softmax_sums<T>>& known, const T& logits) {
  return known ? lent<softmax_sums<T>>(*known) : lent<softmax_sums<T>>(softmax_and_log_sum_exp(logits));
}

}  // namespace jem::inline v0::detail
