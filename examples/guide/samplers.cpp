// The program of samplers.md and chains.md.
#include "expect.hpp"

#include <jem/jem.hpp>

#include <algorithm>
#include <cmath>

using tensor = jem::tensor<float, jem::eigen>;

struct banana {  // low where likely; its gradient is automatic
  constexpr auto operator()(auto x, auto y) const { return square(1 - x) / 2 + 2 * square(y - x * x); }
};

struct bell {  // N(0, 1)
  constexpr auto operator()(auto x) const { return square(x) / 2; }
};

// A constraint that sets the pixels of the mask to those of the image after each step.
struct observed {
  tensor image, mask;  // (n, …); the mask is 1 where the image is known, 0 elsewhere

  void operator()(tensor& x) const { jem::add_scaled(x, 1, mask * (image - x)); }
};

// A proposal: it sets the new point, and returns its part of the acceptance ratio.
struct random_walk {
  float scale;

  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E& energy, const jem::point<T>& from, jem::point<T>& to, jem::rng& rng) const {
    to.position = from.position;
    jem::add_normal(to.position, scale, rng);
    to.energy = energy.value(to.position);
    return jem::zeros<T>(to.energy.extents());  // log q(x|x′) − log q(x′|x): the way back is as likely
  }
};

// A kernel: Langevin dynamics with momentum, v ← (1 − α)v − ε∇E(x) + √(2αε)·ξ, x ← x + v.
struct heavy_ball {
  static constexpr bool needs_gradient = true;

  float step_size;  // ε
  float friction;   // α in (0, 1]

  template <jem::tensor_value T>
  struct state {
    T position, momentum;  // (n, …) each
  };

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  state<T> init(const E&, const T& x) const {
    return {x, jem::zeros<T>(x.extents())};
  }

  template <jem::tensor_value T, jem::differentiable_energy<T> E>
  jem::transition_info<T> step(const E& energy, state<T>& s, jem::rng& rng) const {
    T gradient(s.position.extents());
    energy.value_and_grad(s.position, gradient);
    jem::scale(s.momentum, 1 - friction);
    jem::add_scaled(s.momentum, -step_size, gradient);
    jem::add_normal(s.momentum, std::sqrt(2 * friction * step_size), rng);
    jem::add_scaled(s.position, 1, s.momentum);
    return {};
  }
};

// The distribution from which restarted chains start: N(0, deviation²).
struct normal_start {
  float deviation;

  template <jem::tensor_value T>
  T operator()(const jem::shape& extents, jem::rng& rng) const {
    T x = jem::normal<T>(extents, rng);
    jem::scale(x, deviation);
    return x;
  }
};

// sup |Fₙ − Φ|, the distance of samples from N(0, 1).
double distance_from_normal(std::vector<float> x) {
  std::sort(x.begin(), x.end());
  const double n = double(x.size());
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double f = std::erfc(-x[i] / std::sqrt(2.0)) / 2;
    largest        = std::max({largest, f - double(i) / n, double(i + 1) / n - f});
  }
  return largest;
}

// The distance from N(0, 1) of exact samples after some transitions, which should leave N(0, 1) invariant.
template <class Kernel>
double distance_after(const Kernel& kernel, jem::rng& rng) {
  const auto exact = jem::normal<tensor>({50'000, 1}, rng);
  return distance_from_normal(jem::evolve(kernel, jem::pointwise<1>(bell{}), exact, 3, rng).to_vector());
}

struct too_bold : random_walk {  // wrong on purpose: what it returns does not belong to its moves
  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E& energy, const jem::point<T>& from, jem::point<T>& to, jem::rng& rng) const {
    return random_walk::propose(energy, from, to, rng) + jem::full<T>(from.energy.extents(), 0.3f);
  }
};

void policies(jem::rng& rng) {
  const auto energy = jem::pointwise<2>(banana{});
  const auto start  = jem::normal<tensor>({64, 2}, rng);

  const jem::sgld annealed{.step_size  = [](jem::index_t k) { return 0.1f / float(1 + k); },
                           .noise      = jem::langevin_noise{.temperature = 0.1f},
                           .transform  = jem::clip_norm{1.0f},
                           .constraint = jem::box{-1, 1}};
  const auto end = jem::evolve(annealed, energy, start, 50, rng);  // (64, 2)

  const auto inside = end.to_vector();
  expect(std::ranges::all_of(inside, [](float x) { return x >= -1 && x <= 1; }), "the box holds");

  std::vector<float> known(128);  // the first coordinate of each chain
  for (std::size_t i = 0; i < known.size(); i += 2) known[i] = 1;
  const observed first{.image = start, .mask = tensor({64, 2}, known)};

  const jem::sgld inpainting{
      .step_size  = 0.01f,
      .noise      = jem::langevin_noise{},
      .transform  = jem::identity{},
      .constraint = first,
  };
  const auto filled = jem::evolve(inpainting, energy, start, 100, rng);

  const auto was = start.to_vector(), is = filled.to_vector();
  for (std::size_t i = 0; i < is.size(); i += 2) expect(std::abs(is[i] - was[i]) < 1e-5f && is[i + 1] != was[i + 1], "what is known stays");
}

void exact_kernels(jem::rng& rng) {
  const auto energy = jem::pointwise<2>(banana{});
  const auto start  = jem::normal<tensor>({1'000, 2}, rng);

  const jem::metropolis walk{random_walk{0.5f}};
  double accepted   = 0;
  const auto notice = [&](auto, const auto&, const auto& info) { accepted += mean(info.acceptance_probability) / 100; };
  const auto draws  = jem::sample(walk, energy, start, 100, rng, notice);  // (100, 1000, 2)

  expect(accepted > 0.3 && accepted < 0.9, "a random walk is accepted sometimes");
  expect(draws.extents() == jem::shape{100, 1'000, 2}, "all draws are there");

  const double bound = std::sqrt(std::log(2 / 1e-6) / (2 * 50'000));  // exceeded by chance once in a million tests
  expect(distance_after(walk, rng) < bound, "the random walk leaves N(0, 1) invariant");
  expect(distance_after(jem::metropolis{too_bold{0.5f}}, rng) > bound, "a wrong ratio is found out");
}

void own_kernel(jem::rng& rng) {
  const auto energy = jem::pointwise<2>(banana{});
  const auto start  = jem::normal<tensor>({1'000, 2}, rng);

  const heavy_ball kernel{.step_size = 0.01f, .friction = 0.1f};
  auto state = kernel.init(energy, start);
  jem::advance<tensor>(kernel, energy, state, 200, rng);
  jem::advance<tensor>(kernel, energy, state, 300, rng);  // continues, with the momenta

  const auto x = state.position.to_vector();
  expect(std::ranges::all_of(x, [](float v) { return std::isfinite(v); }), "the ball stays on the ground");
}

void tiles(jem::rng& rng) {
  const auto energy = jem::pointwise<2>(banana{});
  const jem::hmc kernel({.step_size = 0.1f, .steps = 20});
  auto x = jem::normal<tensor>({1'000, 2}, rng);

  for (jem::index_t first = 0; first < x.extent(0); first += 200) {
    jem::copy_into(x.rows(first, 200), jem::evolve(kernel, energy, tensor(x.rows(first, 200)), 10, rng));
  }
}

void buffers(jem::rng& rng) {
  const auto energy = jem::pointwise<2>(banana{});
  const jem::sgld langevin{.step_size = 0.01f};

  const jem::replay_options options{.capacity = 1'000, .restart_probability = 0.05f};
  jem::replay_buffer<tensor, normal_start> buffer({2}, options, rng, {.deviation = 2});
  for (int i = 0; i < 10; ++i) {
    auto chains     = buffer.draw(64, rng);  // some of them fresh
    chains.position = jem::evolve(langevin, energy, chains.position, 20, rng);
    buffer.store(chains);  // where they came from
  }

  jem::replay_buffer<tensor> by_class({2}, {.capacity = 1'000, .classes = 10}, rng);
  const jem::labels<tensor> y({3}, {7, 7, 0});
  expect(by_class.draw(y, rng).slots.to_vector()[2] < 100, "class 0 has the first block");
}

int main() {
  jem::rng rng{42};
  policies(rng);
  exact_kernels(rng);
  own_kernel(rng);
  tiles(rng);
  buffers(rng);
}
