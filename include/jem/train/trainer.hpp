// SPDX-License-Identifier: MIT
// Algorithm 1 of Grathwohl et al. (2020): batches, samples from chains of the replay buffer, a gradient, an update. A loss may also read
// pairs of points, from which the energy learns its gradient without chains (matching/). A trainer is a const value that holds settings;
// `step` changes a state. A program calls `step` itself, and may use several trainers on one state in turn.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/data/augment.hpp>
#include <jem/energy/joint.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/optim/adam.hpp>
#include <jem/optim/clip.hpp>
#include <jem/optim/sharpness.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/tensor/norms.hpp>
#include <jem/train/adversary.hpp>
#include <jem/train/draw_pairs.hpp>
#include <jem/train/evolve_chains.hpp>
#include <jem/train/sharpen.hpp>
#include <jem/train/training_info.hpp>
#include <jem/train/training_state.hpp>
#include <jem/train/value_and_grad.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <utility>

namespace jem::inline v0 {

/// For losses that read no samples.
struct no_sampler {};

/// The settings of a training run: `init` makes a state, `step` is one iteration.
template <class Loss, class Kernel = no_sampler, class Optimiser = adam<>, class Augment = data::augment<>, class Path = equilibrium_path,
          class Outliers = uniform_start, class Sharpness = no_sharpness, class Adversary = no_adversary>
struct trainer {
  Loss loss;                                   ///< only the phases that it reads are computed
  Kernel sampler                        = {};  ///< makes the samples of p(x) and p(x|y); its schedule starts at step 0 in each iteration
  Optimiser optimiser                   = {};  ///< adam, sgd
  at_least<"trainer", "batch", 1> batch = 64;  ///< images an iteration, and chains; ≥ 1
  at_least<"trainer", "steps", 0> steps = 20;  ///< K ≥ 0, steps of the sampler an iteration
  not_negative<"trainer", "data_noise"> data_noise         = 0.03f;                  ///< standard deviation of the noise added to data, ≥ 0
  not_negative<"trainer", "gradient_limit"> gradient_limit = 0;                      ///< bound on the gradient's norm; 0 for none
  replay_options buffer                                    = {};                     ///< of the chains
  Augment augment                                          = {};                     ///< of the data, before the noise
  data::draws draws                                        = data::draws::shuffled;  ///< how both streams take images from their sets
  Path path                                                = {};    ///< from images to the points where gradients are matched
  positive<"trainer", "reach"> reach                       = 0.1f;  ///< of the pairs there, see pairs_of; > 0
  Outliers outliers                                        = {};    ///< law(extents, generator) of the images of no class
  at_least<"trainer", "outlier_batch", 1> outlier_batch    = 32;    ///< of them an iteration; ≥ 1
  last_step_options last_step                              = {};    ///< how the chains' last step is differentiated, if the loss reads it
  Sharpness sharpness                                      = {};    ///< where a second gradient, of the same batches, is taken
  Adversary adversary                                      = {};    ///< changes the labelled images last, if the loss reads them

  /// A state at iteration 0, which trains both terms on one set. The set has to outlive it. Throws std::invalid_argument for a
  /// batch larger than the set or than the chains of a class in the buffer, for a loss of p(x|y) without class
  /// blocks, and for a network that does not take the images or has fewer logits than there are classes.
  template <class Net>
    requires data::stream_augmentation<Augment, tensor_type_of<Net>>
  auto init(Net net, const data::dataset<tensor_type_of<Net>>& set, rng& g) const {
    return init(std::move(net), set, set, g);
  }

  /// The same for semi-supervised training: the terms with labels learn from one set, p(x) from the other, whose labels are not
  /// read. Throws std::invalid_argument, too, for images of two sizes.
  template <class Net>
    requires data::stream_augmentation<Augment, tensor_type_of<Net>>
  auto init(Net net, const data::dataset<tensor_type_of<Net>>& labelled, const data::dataset<tensor_type_of<Net>>& unlabelled,
            rng& g) const {
    using T               = tensor_type_of<Net>;
    const phase_set reads = loss.reads();
    check_classes(buffer.classes);
    replay_options options = buffer;
    if (reads.samples || reads.conditional) {
      expect_at_least("trainer", "chains of a class in the buffer", batch, buffer.capacity / std::max<index_t>(1, buffer.classes));
    } else {
      options.capacity = std::max<index_t>(1, options.classes);
    }
    shape item;
    for (index_t axis = 1; axis < labelled.x.extents().rank(); ++axis) item.push_back(labelled.x.extent(axis));
    return start(std::move(net), labelled, unlabelled, [&] { return replay_buffer<T>(item, options, g); }, g);
  }

  /// The same with a buffer of your own, or with a replay_buffer that starts elsewhere; the setting `buffer` is not used.
  template <class Net, sample_buffer<tensor_type_of<Net>> Buffer>
    requires data::stream_augmentation<Augment, tensor_type_of<Net>>
  auto init(Net net, const data::dataset<tensor_type_of<Net>>& set, Buffer given, rng& g) const {
    return init(std::move(net), set, set, std::move(given), g);
  }
  /// The same for semi-supervised training.
  template <class Net, sample_buffer<tensor_type_of<Net>> Buffer>
    requires data::stream_augmentation<Augment, tensor_type_of<Net>>
  auto init(Net net, const data::dataset<tensor_type_of<Net>>& labelled, const data::dataset<tensor_type_of<Net>>& unlabelled, Buffer given,
            rng& g) const {
    check_classes(given.classes());
    return start(std::move(net), labelled, unlabelled, [&] { return std::move(given); }, g);
  }

  /// A temporary set is refused.
  template <class Net, class... Arguments>
    requires(detail::temporary_set<Arguments> || ...)
  auto init(Net net, Arguments&&... arguments) const = delete;

  /// One iteration. Throws divergence_error, and leaves network, moments and buffer as they were, when the loss or its gradient
  /// is not finite, here or where the second gradient is taken; so does std::invalid_argument for a learning rate or a step size that a
  /// schedule gives and that is negative, infinite or NaN.
  template <class State>
    requires(weight_perturbation<Sharpness, decltype(State::net)> && batch_adversary<Adversary, decltype(State::net)>)
  training_info step(State& s) const {
    phases<typename State::tensor> images = data_batches(s);
    if (loss.reads().labelled || draws_by_class(s)) images.known.y.emplace(images.y);
    const auto chains = draw_samples(s, images);
    detail::draw_pairs(*this, s, images);
    if (loss.reads().labelled) adversary(s.net, images.x, images.y, s.random);
    training_info info{.iteration = s.iteration, .residual = detail::residual_of(loss.reads(), images)};
    auto of            = value_and_grad(loss, s.net, images, [&](const auto& logits) { observe_logits(info, logits); });
    info.loss          = of.value;
    const auto where   = detail::sharpen(sharpness, loss, s.net, images, of, s.iteration);
    info.gradient_norm = gradient_limit > 0 ? clip_global_norm(of.gradient, gradient_limit) : global_norm(of.gradient);
    detail::check_finite(of.value, info.gradient_norm, s.iteration, where);
    optimiser.step(s.moments, s.net, of.gradient);
    info.weight_norm = global_norm(s.net);
    if (const auto count = static_cast<double>(chains.position.size()); count > 0) {
      info.sample_rms = norm(chains.position) / std::sqrt(count);
      s.buffer.store(chains);
    }
    ++s.iteration;
    return info;
  }

 private:
  void check_classes(index_t of_buffer) const {
    if (std::same_as<Kernel, no_sampler> && (loss.reads().samples || loss.reads().conditional)) {
      fail("trainer", "a sampler for a loss that reads samples", "none");
    }
    detail::check_last_step(*this);
    if (loss.reads().conditional && of_buffer == 0) fail("trainer", "a buffer with classes for a loss of p(x|y)", "one without");
  }

  /// A state with the buffer that is made, once the sets and the network are known to fit.
  template <class Net, class MakeBuffer>
  auto start(Net net, const data::dataset<tensor_type_of<Net>>& labelled, const data::dataset<tensor_type_of<Net>>& unlabelled,
             MakeBuffer make_buffer, rng& g) const {
    using T               = tensor_type_of<Net>;
    const phase_set reads = loss.reads();
    expect_shape("trainer: unlabelled images", labelled.x.extents().with_rows(unlabelled.size()), unlabelled.x.extents());
    detail::check_network(net, zeros<T>(labelled.x.extents().with_rows(1)),
                          reads.labelled || reads.conditional || reads.joint_pairs ? labelled.classes : 1);
    auto moments = optimiser.init(net);
    return training_state<Net, decltype(moments), decltype(make_buffer())>{std::move(net),
                                                                           std::move(moments),
                                                                           make_buffer(),
                                                                           data::batch_stream<T>(labelled, batch, g.split(), draws),
                                                                           data::batch_stream<T>(unlabelled, batch, g.split(), draws),
                                                                           g.split()};
  }

  template <class State>
  auto data_batches(State& s) const {
    phases<typename State::tensor> images;
    auto [x, y] = s.labelled.next();
    augment.labelled(x, s.random);
    add_normal(x, data_noise, s.random);
    images.x = std::move(x);
    images.y = std::move(y);
    if (loss.reads().data) {
      images.unlabelled = s.unlabelled.next().x;
      augment.unlabelled(images.unlabelled, s.random);
      add_normal(images.unlabelled, data_noise, s.random);
    }
    return images;
  }

  /// From a buffer that keeps classes apart, samples are of p(y)·p(x|y) and serve the p(x) term, too.
  template <class State>
  bool draws_by_class(const State& s) const {
    const phase_set reads = loss.reads();
    return reads.conditional || (reads.samples && s.buffer.classes() > 0);
  }

  /// The chains of this step, already in the phases that the loss reads; none if it reads none.
  template <class State>
  auto draw_samples(State& s, phases<typename State::tensor>& images) const {
    using T               = typename State::tensor;
    const phase_set reads = loss.reads();
    if constexpr (std::same_as<Kernel, no_sampler>) {
      return chains<T>{};  // init has checked that the loss reads none
    } else {
      return !reads.samples && !reads.conditional ? chains<T>{} : evolved_chains(s, images);
    }
  }

  template <class State>
  auto evolved_chains(State& s, phases<typename State::tensor>& images) const {
    using T               = typename State::tensor;
    const phase_set reads = loss.reads();
    const bool by_class   = draws_by_class(s);
    chains<T> drawn = by_class ? detail::draw_by_class<T>(s.buffer, images.y, *images.known.y, s.random) : s.buffer.draw(batch, s.random);
    drawn.position  = by_class ? detail::evolved_chains(*this, joint_energy{s.net, images.y}, drawn.position, images.y, s.random, images)
                               : detail::evolved_chains(*this, marginal_energy{s.net}, drawn.position, labels<T>{}, s.random, images);
    if (reads.samples) images.samples = drawn.position;
    if (reads.conditional) {
      images.conditional         = drawn.position;
      images.conditional_y       = images.y;
      images.known.conditional_y = images.known.y;
    }
    return drawn;
  }
};

}  // namespace jem::inline v0
