// SPDX-License-Identifier: MIT
// The value and the gradient of a loss: the batches that it reads go through the network together, in one forward and one
// backward pass. A gradient is a model.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/loss/phases.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/tensor/pooled_vector.hpp>

namespace jem::inline v0 {

/// What `value_and_grad` returns: auto [value, gradient] = ….
template <parameterised Net>
struct value_and_gradient {
  double value;  ///< L
  Net gradient;  ///< ∂L/∂θ, as a network
};

namespace detail {

/// The batches that a loss reads, in the order in which they are stacked: f(member of phases).
template <class F>
void for_read_phases(const phase_set& reads, bool has_unlabelled, F f) {
  if (reads.labelled || (reads.data && !has_unlabelled)) f([](auto& p) -> auto& { return p.x; }, "x");
  if (reads.data && has_unlabelled) f([](auto& p) -> auto& { return p.unlabelled; }, "unlabelled");
  if (reads.samples) f([](auto& p) -> auto& { return p.samples; }, "samples");
  if (reads.conditional) f([](auto& p) -> auto& { return p.conditional; }, "conditional");
}

template <tensor_value T>
void check_phase_labels(const phase_set& reads, const phases<T>& images, index_t classes) {
  const auto check = [&](const T& batch, const labels<T>& y) {
    expect_shape("value_and_grad", shape{batch.extent(0)}, y.extents());
    check_labels("value_and_grad", y, classes);
  };
  if (reads.labelled) check(images.x, images.y);
  if (reads.conditional) check(images.conditional, images.conditional_y);
}

}  // namespace detail

/// L and ∂L/∂θ at the given batches. The observer sees the logits, as phases, before the backward pass. Throws
/// std::invalid_argument where the loss reads a batch that is empty, or a label is not a class.
template <parameterised Net, loss_term<tensor_type_of<Net>> Loss, class O = no_observer>
value_and_gradient<Net> value_and_grad(const Loss& loss, const Net& net, const phases<tensor_type_of<Net>>& images, O&& observe = {})
  requires layer<Net, tensor_type_of<Net>>
{
  using T               = tensor_type_of<Net>;
  const phase_set reads = loss.reads();
  const bool unlabelled = images.unlabelled.size() > 0;

  pooled_vector<index_t> first;  // rows of the stack where batches begin
  index_t rows = 0;
  shape item;
  detail::for_read_phases(reads, unlabelled, [&](auto member, const char* name) {
    const T& batch = member(images);
    if (batch.size() == 0) fail("value_and_grad", std::string("a batch '") + name + "', which the loss reads,", "none");
    if (rows == 0) item = batch.extents();
    expect_shape("value_and_grad", item.with_rows(batch.extent(0)), batch.extents());
    first.push_back(rows);
    rows += batch.extent(0);
  });
  if (rows == 0) fail("value_and_grad", "a loss that reads a batch", "one that reads nothing");

  T stack(item.with_rows(rows));
  std::size_t at = 0;
  detail::for_read_phases(reads, unlabelled, [&](auto member, const char*) {
    const T& batch = member(images);
    copy_into(stack.rows(first[at++], batch.extent(0)), batch);
  });
  typename Net::template cache<T> cache;
  const T all = net.forward(std::move(stack), cache);  // (rows, k)
  detail::check_phase_labels(reads, images, all.extent(1));

  phases<T> logits, slope;
  logits.y             = images.y;
  logits.conditional_y = images.conditional_y;
  at                   = 0;
  detail::for_read_phases(reads, unlabelled, [&](auto member, const char*) {
    member(logits) = T(all.rows(first[at++], member(images).extent(0)));
    member(slope)  = zeros<T>(member(logits).extents());
  });
  observe(static_cast<const phases<T>&>(logits));
  value_and_gradient<Net> result{static_cast<double>(loss.accumulate(logits, 1, slope)), zeros_like(net)};

  T slopes(all.extents());
  at = 0;
  detail::for_read_phases(reads, unlabelled, [&](auto member, const char*) {
    const T& batch = member(slope);
    copy_into(slopes.rows(first[at++], batch.extent(0)), batch);
  });
  net.backward(slopes, cache, &result.gradient);
  return result;
}

}  // namespace jem::inline v0
