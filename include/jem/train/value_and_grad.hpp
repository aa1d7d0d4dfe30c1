// SPDX-License-Identifier: MIT
// The value and the gradient of a loss: the batches that it reads go through the network together, in one forward and one
// backward pass. The gradient is a value of the network's own type.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/loss/phases.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/tensor/pooled_vector.hpp>

#include <optional>
#include <string>

namespace jem::inline v0 {

/// The result of `value_and_grad`: auto [value, gradient] = ….
template <parameterised Net>
struct value_and_gradient {
  double value;  ///< L
  Net gradient;  ///< ∂L/∂θ, as a network
};

namespace detail {

/// The batches that a loss reads, in the order in which they are stacked: f(which of the phases, its name).
template <tensor_value T, class F>
void for_read_phases(const phase_set& reads, const phases<T>& images, F f) {
  const auto x = &phases<T>::x, data = images.data_batch();
  if (reads.labelled || (reads.data && data == x)) f(x, "x");
  if (reads.data && data != x) f(data, "unlabelled");
  if (reads.samples) f(&phases<T>::samples, "samples");
  if (reads.conditional) f(&phases<T>::conditional, "conditional");
  if (reads.pairs) f(&phases<T>::pairs, "pairs");
  if (reads.joint_pairs) f(&phases<T>::joint_pairs, "joint_pairs");
  if (reads.outliers) f(&phases<T>::outliers, "outliers");
  if (reads.last_steps) f(&phases<T>::last_steps, "last_steps");
}

/// Checks that every label that the loss reads is a class. Downloads labels that the host has not read yet.
template <tensor_value T>
void check_phase_labels(const phase_set& reads, const phases<T>& images, index_t classes) {
  const auto check = [&](const T& batch, const labels<T>& y, const std::optional<host_labels>& known) {
    expect_shape("value_and_grad", shape{batch.extent(0)}, y.extents());
    known ? known->check("value_and_grad", classes) : check_labels("value_and_grad", y, classes);
  };
  if (reads.labelled) check(images.x, images.y, images.known.y);
  if (reads.conditional) check(images.conditional, images.conditional_y, images.known.conditional_y);
  if (reads.joint_pairs) check(images.joint_pairs, images.joint_pairs_y, images.known.joint_pairs_y);
  if (reads.last_steps && images.last_steps_y.size() > 0) check(images.last_steps, images.last_steps_y, std::nullopt);
}

/// The first row of each batch in the stack of all batches that the loss reads, and the extents of the stack.
struct phase_rows {
  pooled_vector<index_t> first;
  shape stack;
};

/// Throws std::invalid_argument if the loss reads an empty batch, images of two sizes, an odd number of points of pairs, or no batch at
/// all.
template <tensor_value T>
phase_rows rows_of_phases(const phase_set& reads, const phases<T>& images) {
  phase_rows result;
  index_t rows = 0;
  shape item;
  for_read_phases(reads, images, [&](auto member, const char* name) {
    const T& batch = images.*member;
    if (batch.size() == 0) fail("value_and_grad", std::string("a batch '") + name + "', which the loss reads,", "none");
    if (rows == 0) item = batch.extents();
    expect_shape("value_and_grad", item.with_rows(batch.extent(0)), batch.extents());
    result.first.push_back(rows);
    rows += batch.extent(0);
    const bool in_pairs = member == &phases<T>::pairs || member == &phases<T>::joint_pairs || member == &phases<T>::last_steps;
    if (in_pairs && batch.extent(0) % 2 != 0) fail("value_and_grad", "pairs: an even number of points", std::to_string(batch.extent(0)));
  });
  if (rows == 0) fail("value_and_grad", "a loss that reads a batch", "one that reads nothing");
  result.stack = item.with_rows(rows);
  return result;
}

/// Computes once what the loss terms and the observer need of the logits.
template <tensor_value T>
void know_logits(const phase_set& reads, phases<T>& logits) {
  logits.known.labels_are_classes = reads.labelled;
  if (reads.data) logits.known.data = softmax_and_log_sum_exp(logits.data());
  if (reads.samples) logits.known.samples = softmax_and_log_sum_exp(logits.samples);
}

}  // namespace detail

/// L and ∂L/∂θ at the given batches. The observer is called with the logits, as phases, before the backward pass. Throws
/// std::invalid_argument if the loss reads an empty batch, images of two sizes, an odd number of points of pairs, a label that is not a
/// class, or no batch at all.
template <parameterised Net, loss_term<tensor_type_of<Net>> Loss, class O = no_observer>
value_and_gradient<Net> value_and_grad(const Loss& loss, const Net& net, const phases<tensor_type_of<Net>>& images, O&& observe = {})
  requires layer<Net, tensor_type_of<Net>>
{
  using T               = tensor_type_of<Net>;
  const phase_set reads = loss.reads();
  const auto rows       = detail::rows_of_phases(reads, images);
  T stack(rows.stack);
  const auto for_each_phase = [&](auto f) {
    auto first = rows.first.begin();
    detail::for_read_phases(reads, images, [&](auto member, const char*) { f(member, *first++, (images.*member).extent(0)); });
  };
  for_each_phase([&](auto member, index_t first, index_t count) { copy_into(stack.rows(first, count), images.*member); });
  typename Net::template cache<T> cache;
  const T all = net.forward(std::move(stack), cache);  // (rows, k)
  detail::check_phase_labels(reads, images, all.extent(1));

  phases<T> logits, slope;
  logits.y              = images.y;
  logits.conditional_y  = images.conditional_y;
  logits.pairs_by       = images.pairs_by;
  logits.joint_pairs_y  = images.joint_pairs_y;
  logits.joint_pairs_by = images.joint_pairs_by;
  logits.last_steps_y   = images.last_steps_y;
  logits.last_steps_by  = images.last_steps_by;
  for_each_phase([&](auto member, index_t first, index_t count) {
    logits.*member = T(all.rows(first, count));
    slope.*member  = zeros<T>((logits.*member).extents());
  });
  detail::know_logits(reads, logits);
  observe(static_cast<const phases<T>&>(logits));
  value_and_gradient<Net> result{static_cast<double>(loss.accumulate(logits, 1, slope)), zeros_like(net)};

  T slopes(all.extents());
  for_each_phase([&](auto member, index_t first, index_t count) { copy_into(slopes.rows(first, count), slope.*member); });
  net.backward(slopes, cache, &result.gradient);
  return result;
}

}  // namespace jem::inline v0
