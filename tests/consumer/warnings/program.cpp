// SPDX-License-Identifier: MIT
// A program that uses many of the library's templates, so that compilers instantiate and inline them and can warn: samplers, a training
// run, applications, files. The test writes `every_header.hpp`. Exits with 0.
#include "every_header.hpp"

#include <cmath>
#include <filesystem>

using tensor = jem::tensor<float, jem::eigen>;

struct banana {
  constexpr auto operator()(auto x, auto y) const { return square(1 - x) / 2 + square(y - x * x); }
};

struct factorials {  // a function that no compiler vectorises
  auto operator()(auto x) const { return std::tgamma(1 + x * x); }
};

struct random_walk {
  float scale;

  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng& g) const {
    to.position = from.position + scale * jem::normal<T>(from.position.extents(), g);
    to.energy   = e.value(to.position);
    return jem::zeros<T>(to.energy.extents());
  }
};

template <class T>
double samples(jem::rng& rng) {
  const auto energy = jem::pointwise<2>(banana{});
  const auto start  = jem::normal<T>({10, 2}, rng);
  const jem::hmc hmc{{.step_size = 0.1f, .steps = 3}};
  const jem::mala mala{{.step_size = 0.1f}};
  const jem::metropolis walk{random_walk{0.5f}};
  const jem::sgld annealed{.step_size  = [](jem::index_t k) { return 0.1f / static_cast<float>(1 + k); },
                           .noise      = jem::langevin_noise{.temperature = 0.1f},
                           .transform  = jem::clip_norm{1.0f},
                           .constraint = jem::box{-2, 2}};
  const auto draws = jem::sample(hmc, energy, start, 20, rng);
  return jem::metrics::ess_bulk(draws)[0] + jem::sum(jem::evolve(mala, energy, start, 2, rng)) +
         jem::sum(jem::sample(walk, energy, start, 2, rng)) + jem::sum(jem::evolve(annealed, energy, start, 2, rng)) +
         jem::sum(jem::map(start, factorials{}));
}

double trains(jem::rng& rng) {
  const auto set = jem::data::digits_test<tensor>();
  const jem::trainer algorithm{.loss      = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{} + 0.01f * jem::energy_penalty{},
                               .sampler   = jem::sgld{.step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}},
                               .optimiser = jem::adam{.learning_rate = jem::linear_warm_up{1e-3f, 200}},
                               .batch     = 8,
                               .steps     = 2};
  auto run = algorithm.init(jem::convnet<tensor>({.height = 8, .width = 8}, rng), set, rng);
  algorithm.step(run);
  const auto few    = set.rows(0, 20);
  const auto logits = jem::evaluate::logits_of(run.net, few.x);
  const auto spoilt = jem::evaluate::perturb(run.net, few.x, few.y, jem::evaluate::pgd<>{.epsilon = 0.1f, .steps = 2}, rng);
  jem::io::save_parameters("net.safetensors", run.net);
  jem::io::write_png("samples.png", jem::io::sheet(few.x, 5, 2));
  jem::io::write_npy("logits.npy", logits);
  return jem::metrics::accuracy(logits, few.y) + jem::sum(spoilt);
}

/// Whether reading a file that does not exist throws.
template <class F>
bool refuses(const F& read) {
  try {
    read();
  } catch (const std::runtime_error&) { return true; }
  return false;
}

bool reads_files(jem::rng& rng) {
  auto net = jem::convnet<tensor>({.height = 8, .width = 8}, rng);
  jem::io::load_parameters("net.safetensors", net);
  const bool as_written = jem::io::read_npy<tensor>("logits.npy").extent(0) == 20 && jem::io::read_png("samples.png").channels == 1;
  return as_written && refuses([] { jem::io::read_npy<jem::tensor<double, jem::reference>>("none.npy"); }) &&
         refuses([] { jem::io::read_png("none.png"); }) && refuses([] { jem::io::read_safetensors("none.safetensors"); }) &&
         refuses([] { jem::data::read_idx_dataset<tensor>("none", "train"); }) &&
         refuses([] { jem::data::read_cifar<tensor>("none", "train"); }) && refuses([] { jem::data::read_png_folder<tensor>("none"); });
}

int main() {
  jem::rng rng{42};
  const double total = samples<tensor>(rng) + samples<jem::tensor<double, jem::openmp>>(rng) + trains(rng);
  return std::isnan(total) || !reads_files(rng) ? 1 : 0;
}
