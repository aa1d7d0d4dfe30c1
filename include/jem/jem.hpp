// SPDX-License-Identifier: MIT
// Includes all headers of computations on the host. Readers of data (jem/data), evaluation (jem/evaluate) and files (jem/io) are
// included separately.
#pragma once

#include <jem/backend/build_info.hpp>
#ifndef __CUDACC__  // nvcc has problems with Eigen, and there are other backends for it
#include <jem/backend/eigen.hpp>
#endif
#include <jem/backend/openmp.hpp>
#include <jem/backend/reference.hpp>
#include <jem/core/bfloat16.hpp>
#include <jem/core/concepts.hpp>
#include <jem/core/setting.hpp>
#include <jem/core/version.hpp>
#include <jem/energy/combine.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/energy/joint.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/energy/mask.hpp>
#include <jem/energy/mixture.hpp>
#include <jem/energy/pointwise.hpp>
#include <jem/energy/prepared.hpp>
#include <jem/energy/row.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/energy_penalty.hpp>
#include <jem/loss/gradient_matching.hpp>
#include <jem/loss/joint_contrastive_divergence.hpp>
#include <jem/loss/joint_energy_penalty.hpp>
#include <jem/loss/joint_gradient_matching.hpp>
#include <jem/loss/outlier_exposure.hpp>
#include <jem/matching/gradient_pairs.hpp>
#include <jem/matching/path.hpp>
#include <jem/nn/fused.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/compute_in.hpp>
#include <jem/nn/conv2d.hpp>
#include <jem/nn/energy_head.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/nn/models/wide_resnet.hpp>
#include <jem/nn/normalize.hpp>
#include <jem/nn/pool.hpp>
#include <jem/nn/prepared.hpp>
#include <jem/nn/repeat.hpp>
#include <jem/nn/residual.hpp>
#include <jem/nn/sequential.hpp>
#include <jem/nn/statistics.hpp>
#include <jem/nn/passes.hpp>
#include <jem/optim/adam.hpp>
#include <jem/optim/clip.hpp>
#include <jem/optim/ema.hpp>
#include <jem/optim/sgd.hpp>
#include <jem/optim/sharpness.hpp>
#include <jem/sampling/class_normal_start.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/proximal_langevin.hpp>
#include <jem/sampling/replay_buffer.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/tensor/xtensor_view.hpp>
#include <jem/train/guard.hpp>
#include <jem/train/trainer.hpp>
