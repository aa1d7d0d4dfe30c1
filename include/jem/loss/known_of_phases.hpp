// SPDX-License-Identifier: MIT
// What a training step has computed of its batches already, such as the softmax of the logits: several loss terms and an observer need
// it, and it is computed once.
#pragma once

#include <jem/tensor/logits.hpp>

#include <optional>
#include <utility>

namespace jem::inline v0::detail {

template <tensor_value T>
struct known_numbers {
  std::optional<host_labels> y, conditional_y;   // beside images: their labels as the host has read them
  bool labels_are_classes = false;               // beside logits: of these very logits
  std::optional<softmax_sums<T>> data, samples;  // beside logits, where the loss reads p(x)
};

/// All of it is of the very batches that it stands beside: a copy of them, which may be changed, knows nothing.
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

/// Refers to a value that is known and stands beside the batches, or is one of its own; what it shows lives as long as both.
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
