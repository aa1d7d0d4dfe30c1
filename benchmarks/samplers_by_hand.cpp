// What the policies of a sampler cost: `hmc` and `mala` on a 100-dimensional normal beside a fused loop for each, written by
// hand with the same arithmetic and the same random numbers. Prints the time for one gradient of one
// chain, on one thread.
#include <jem/jem.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace {

using jem::index_t;
using tensor = jem::tensor<float, jem::eigen>;

constexpr index_t chains     = 1000;
constexpr index_t dimensions = 100;
constexpr index_t steps      = 10;  // of the kernel, in one run
constexpr index_t block      = 32;  // chains: their normals fill whole tiles of a stream

const jem::hmc hamiltonian({.step_size = 0.2f, .steps = 10});
const jem::mala langevin({.step_size = 0.02f});

std::vector<float> deviations() {
  std::vector<float> deviation(dimensions);
  for (std::size_t j = 0; j < dimensions; ++j) deviation[j] = 0.5f + 1.5f * static_cast<float>(j) / (dimensions - 1);
  return deviation;
}

jem::gaussian<tensor> target() { return {jem::zeros<tensor>({dimensions}), tensor({dimensions}, deviations())}; }

tensor start() {
  jem::rng g{1};
  return jem::normal<tensor>({chains, dimensions}, g);
}

/// The target for the loops by hand; its size is known at run time only, as the library's is.
struct normal_law {
  std::vector<float> mean, inverse;

  explicit normal_law(const std::vector<float>& deviation) : mean(deviation.size()), inverse(deviation) {
    for (float& r : inverse) r = 1 / r;
  }
};

/// What both loops draw: normals for a block of chains, and a uniform for each.
void draw(const jem::random_stream& normals, const jem::random_stream& uniforms, index_t first, index_t count, index_t d, float* xi,
          float* u) {
  for (index_t i = 0; i < count * d; i += 128) normals.normals((first * d + i) / 128, xi + i);
  float all[128];
  uniforms.uniforms(first / 128, all);
  std::copy_n(all + first % 128, count, u);
}

bool accept(float error, float u) { return u < (error <= 0 ? 1.0f : (error > 0 ? jem::math::exp(-error) : 0.0f)); }

/// Trajectories of `leapfrogs` steps, each a single loop over the coordinates of a chain.
void run_hmc(const normal_law& law, float* all, index_t n, index_t d, float epsilon, index_t leapfrogs, const jem::rng& g) {
  const float *const mean = law.mean.data(), *const inverse = law.inverse.data();
  std::vector<float> xi(block * static_cast<std::size_t>(d) + 128), u(block), to(static_cast<std::size_t>(d));
  float* const y = to.data();
  for (index_t first = 0; first < n; first += block) {
    jem::rng own        = g;
    const index_t count = std::min(block, n - first);
    for (index_t step = 0; step < steps; ++step) {
      const auto normals = own.next(), uniforms = own.next();
      draw(normals, uniforms, first, count, d, xi.data(), u.data());
      for (index_t i = 0; i < count; ++i) {
        float *const x = all + (first + i) * d, *const p = xi.data() + i * d;
        float before = 0, after = 0, from = 0, energy = 0;
#pragma omp simd reduction(+ : before, from)
        for (index_t j = 0; j < d; ++j) {
          const float z = (x[j] - mean[j]) * inverse[j];
          before += p[j] * p[j];
          from += z * z;
          p[j] += -epsilon / 2 * (z * inverse[j]);
          y[j] = x[j];
        }
        for (index_t l = 1; l < leapfrogs; ++l) {
#pragma omp simd
          for (index_t j = 0; j < d; ++j) {
            y[j] += epsilon * p[j];
            p[j] += -epsilon * ((y[j] - mean[j]) * inverse[j] * inverse[j]);
          }
        }
#pragma omp simd reduction(+ : after, energy)
        for (index_t j = 0; j < d; ++j) {
          y[j] += epsilon * p[j];
          const float z = (y[j] - mean[j]) * inverse[j];
          energy += z * z;
          p[j] += -epsilon / 2 * (z * inverse[j]);
          after += p[j] * p[j];
        }
        if (accept(energy / 2 - from / 2 - (before - after) / 2, u[static_cast<std::size_t>(i)])) std::copy_n(y, d, x);
      }
    }
  }
}

/// One pass over the coordinates of a chain for a proposal and its way back.
void run_mala(const normal_law& law, float* all, index_t n, index_t d, float epsilon, const jem::rng& g) {
  const float *const mean = law.mean.data(), *const inverse = law.inverse.data();
  const float root = jem::math::sqrt(2 * epsilon);
  std::vector<float> xi(block * static_cast<std::size_t>(d) + 128), u(block), to(static_cast<std::size_t>(d));
  float* const y = to.data();
  for (index_t first = 0; first < n; first += block) {
    jem::rng own        = g;
    const index_t count = std::min(block, n - first);
    for (index_t step = 0; step < steps; ++step) {
      const auto normals = own.next(), uniforms = own.next();
      draw(normals, uniforms, first, count, d, xi.data(), u.data());
      for (index_t i = 0; i < count; ++i) {
        float *const x = all + (first + i) * d, *const noise = xi.data() + i * d;
        float there = 0, back = 0, from = 0, energy = 0;
#pragma omp simd reduction(+ : there, back, from, energy)
        for (index_t j = 0; j < d; ++j) {
          const float here = (x[j] - mean[j]) * inverse[j];
          const float move = root * noise[j] - epsilon * (here * inverse[j]);
          y[j]             = x[j] + move;
          const float z    = (y[j] - mean[j]) * inverse[j];
          const float turn = move - epsilon * (z * inverse[j]);
          from += here * here;
          energy += z * z;
          there += noise[j] * noise[j];
          back += turn * turn;
        }
        const float ratio = 0.5f * there + -1 / (4 * epsilon) * back;
        if (accept(energy / 2 - from / 2 - ratio, u[static_cast<std::size_t>(i)])) std::copy_n(y, d, x);
      }
    }
  }
}

void report(benchmark::State& state, index_t gradients) {
  state.counters["per chain and gradient"] = benchmark::Counter(
      static_cast<double>(chains * steps * gradients), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// Throws unless both end at the same positions, up to the rounding of sums: a loop that does something else is no yardstick.
template <class Kernel, class Hand>
void compare(const char* name, const Kernel& kernel, Hand hand) {
  jem::rng g{2}, same = g;
  const auto expected = jem::evolve(kernel, target(), start(), steps, g).to_vector();
  auto x              = start().to_vector();
  hand(x.data(), same);
  float largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) largest = std::max(largest, std::abs(x[i] - expected[i]));
  if (!(largest < 1e-5f)) {
    throw std::runtime_error(std::string(name) + ": expected the library's positions but found them " + std::to_string(largest) + " away");
  }
}

/// One thread, and its own time: the machine may be shared.
void one_thread() {
#ifdef _OPENMP
  omp_set_num_threads(1);
#endif
}

template <class Kernel, class Hand>
void by_the_library(benchmark::State& state, const char* name, const Kernel& kernel, Hand hand, index_t gradients) {
  one_thread();
  compare(name, kernel, hand);
  const auto energy = target();
  const auto x      = start();
  jem::rng g{2};
  for (auto _ : state) benchmark::DoNotOptimize(jem::evolve(kernel, energy, x, steps, g).data());
  report(state, gradients);
}

template <class Hand>
void by_hand(benchmark::State& state, Hand hand, index_t gradients) {
  one_thread();
  auto x = start().to_vector();
  jem::rng g{2};
  for (auto _ : state) {
    hand(x.data(), g);
    g.counter += 2 * steps;
  }
  report(state, gradients);
}

const normal_law law(deviations());
const auto hand_hmc = [](float* x, const jem::rng& g) {
  run_hmc(law, x, chains, std::ssize(law.mean), hamiltonian.proposal.step_size, hamiltonian.proposal.steps, g);
};
const auto hand_mala = [](float* x, const jem::rng& g) { run_mala(law, x, chains, std::ssize(law.mean), langevin.proposal.step_size, g); };

void hmc(benchmark::State& state) { by_the_library(state, "hmc", hamiltonian, hand_hmc, hamiltonian.proposal.steps); }
void hmc_by_hand(benchmark::State& state) { by_hand(state, hand_hmc, hamiltonian.proposal.steps); }
void mala(benchmark::State& state) { by_the_library(state, "mala", langevin, hand_mala, 1); }
void mala_by_hand(benchmark::State& state) { by_hand(state, hand_mala, 1); }

}  // namespace

BENCHMARK(hmc);
BENCHMARK(hmc_by_hand);
BENCHMARK(mala);
BENCHMARK(mala_by_hand);
