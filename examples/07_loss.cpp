// A loss of your own: squared hinges that keep the energies of digits below one bound and those of noise above another, so that a
// classifier recognises images unlike its training data (Liu, Wang, Owens and Li 2020, arXiv:2010.03759). Trains with it and without,
// averages the weights, and prints how well log p(x) distinguishes unseen digits from images of other kinds: the AUROC, where 1 is perfect
// and ½ is chance.
// usage: 07_loss [iterations]
#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/data/digits.hpp>
#include <jem/evaluate/out_of_distribution.hpp>
#include <jem/jem.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using jem::operator*;  // for a weight before a loss of your own

struct hinge {  // max(0, side·(E − bound))
  float side, bound;
  constexpr float operator()(float minus_energy) const { return std::max(0.0f, side * (-minus_energy - bound)); }
};

struct energy_bounds {  // L = mean max(0, E(x⁺) − below)² + mean max(0, above − E(x⁻))²
  using loss_tag = void;
  float below, above;

  constexpr jem::phase_set reads() const { return {.data = true, .samples = true}; }

  double accumulate(const jem::phases<tensor>& logits, float weight, jem::phases<tensor>& grad) const {
    return add_hinge(*logits.data_softmax(), 1, below, weight, grad.data()) +
           add_hinge(*logits.samples_softmax(), -1, above, weight, grad.samples);
  }

  static double add_hinge(const jem::softmax_sums<tensor>& of, float side, float bound, float weight, tensor& grad) {
    const tensor beyond = map(of.log_sum_exp, hinge{side, bound});  // (n)
    tensor slope        = of.softmax;                               // (n, k): −∂E/∂f(x)
    scale_per_row(slope, beyond);
    add_scaled(grad, -2 * side * weight / static_cast<float>(slope.extent(0)), slope);
    return weight * mean(beyond * beyond);
  }
};

void train_and_judge(const char* name, float weight, int iterations) {
  jem::rng rng{7};
  const auto digits = jem::data::digits_train<tensor>(), unseen = jem::data::digits_test<tensor>();
  const jem::trainer trainer{.loss      = jem::cross_entropy{} + weight * energy_bounds{.below = -5, .above = 0},
                             .sampler   = jem::sgld{.step_size = 0},
                             .optimiser = jem::adamw{.learning_rate = jem::cosine_decay{1e-3f, iterations}},
                             .steps     = 0};  // without steps, samples stay the noise with which the buffer starts
  const jem::ema ema{.decay = 0.99f};
  auto state   = trainer.init(jem::convnet<tensor>({.height = 8, .width = 8}, rng), digits, rng);
  auto average = ema.init(state.net);
  for (int i = 0; i < iterations; ++i) trainer.step(state), ema.step(average, state.net);

  using namespace jem::evaluate;
  const auto likely = log_px(average.net, unseen.x);
  const auto auroc  = [&](const tensor& other) { return jem::metrics::auroc(likely, log_px(average.net, other)); };
  std::printf("%-14s accuracy %.3f  noise %.3f inverted %.3f interpolated %.3f constants %.3f\n", name,
              jem::metrics::accuracy(logits_of(average.net, unseen.x), unseen.y), auroc(uniform_noise<tensor>(unseen.x.extents(), rng)),
              auroc(inverted(unseen.x)), auroc(interpolated(unseen, rng)), auroc(constants<tensor>(unseen.x.extents(), rng)));
}

int main(int argc, char** argv) {
  const int iterations = argc > 1 ? std::atoi(argv[1]) : 600;
  train_and_judge("cross-entropy", 0, iterations);
  train_and_judge("with bounds", 0.02f, iterations);
}
