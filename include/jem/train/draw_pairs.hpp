// SPDX-License-Identifier: MIT
// Draws the batches of a training step that need no chains: pairs of points, by which an energy learns its gradient, and outliers.
#pragma once

#include <jem/energy/joint.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/loss/phases.hpp>
#include <jem/matching/gradient_pairs.hpp>

#include <limits>
#include <utility>

namespace jem::inline v0::detail {

/// Adds the pairs and the outliers that the trainer's loss reads to the batches of a step. The labelled batch is already among these.
template <class Trainer, class State>
void draw_pairs(const Trainer& t, State& s, phases<typename State::tensor>& images) {
  using T               = typename State::tensor;
  const phase_set reads = t.loss.reads();
  if (reads.pairs) {
    T x = s.unlabelled.next().x;
    t.augment.unlabelled(x, s.random);
    auto pairs      = pairs_of(marginal_energy{s.net}, t.path(x, s.random), t.reach);
    images.pairs    = std::move(pairs.x);
    images.pairs_by = pairs.by;
  }
  if (reads.joint_pairs) {
    auto pairs            = pairs_of(joint_energy{s.net, images.y}, t.path(images.x, s.random), t.reach);
    images.joint_pairs    = std::move(pairs.x);
    images.joint_pairs_by = pairs.by;
    images.joint_pairs_y  = concatenate(images.y, images.y);
  }
  if (reads.outliers) images.outliers = t.outliers.template operator()<T>(images.x.extents().with_rows(t.outlier_batch), s.random);
}

/// The mean of (∂E/∂x̃ − t)² at the points of a step's pairs; NaN if the loss reads no pairs.
template <tensor_value T>
double residual_of(const phase_set& reads, const phases<T>& images) {
  if (reads.pairs) return images.pairs_by.residual;
  return reads.joint_pairs ? images.joint_pairs_by.residual : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace jem::inline v0::detail
