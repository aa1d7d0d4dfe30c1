// SPDX-License-Identifier: MIT
// Steps with two gradients. What they cost is asked by tests/train/trainer_counts.cpp, the perturbation by tests/optim/sharpness.cpp.
#include "../support/doubles.hpp"

#include <jem/data/toy2d.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/gradient_matching.hpp>
#include <jem/loss/joint_contrastive_divergence.hpp>
#include <jem/loss/joint_energy_penalty.hpp>
#include <jem/loss/outlier_exposure.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/optim/sgd.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/trainer.hpp>

namespace {

using T       = test::eigen_float;
using dataset = jem::data::dataset<T>;

const jem::sgld sampler{.step_size = 0.1f, .noise = 0.01f};
constexpr auto hybrid = jem::cross_entropy{} + jem::contrastive_divergence{};
constexpr auto joint  = hybrid + 0.5f * jem::joint_contrastive_divergence{} + 0.25f * jem::joint_energy_penalty{};

/// The stacks of batches that were passed through a network for a gradient by its weights.
struct record {
  T last;
  std::vector<T> stacks;
};

struct recorded_net : jem::made_of<jem::mlp<T>> {
  jem::mlp<T> net;
  record* of = nullptr;

  template <class X>
  using cache = jem::mlp<T>::cache<X>;

  static auto parameters(auto& self) { return std::tie(self.net); }
  static constexpr std::array parameter_names{"net"};

  T forward(T x, cache<T>& c) const {
    of->last = x;
    return net.forward(std::move(x), c);
  }
  T backward(const T& dy, cache<T>& c, recorded_net* gradient) const {
    if (gradient != nullptr) of->stacks.push_back(of->last);
    return net.backward(dy, c, gradient == nullptr ? nullptr : &gradient->net);
  }
};

/// Points whose class is the side of the first axis on which they are, so that it can be read from them.
dataset sides() {
  jem::rng g{17};
  const auto x = jem::normal<T>({40, 2}, g).to_vector();
  std::vector<std::int32_t> y;
  for (std::size_t i = 0; i < x.size(); i += 2) y.push_back(x[i] > 0 ? 1 : 0);
  return {T({40, 2}, x), jem::labels<T>({40}, y), 2};
}

jem::labels<T> sides_of(const T& x) {
  const auto values = x.to_vector();
  std::vector<std::int32_t> y;
  for (std::size_t i = 0; i < values.size(); i += 2) y.push_back(values[i] > 0 ? 1 : 0);
  return {{std::ssize(y)}, y};
}

template <class Loss, class Sharpness>
auto trainer_of(const Loss& loss, const Sharpness& sharpness, float gradient_limit = 0) {
  return jem::trainer{.loss           = loss,
                      .sampler        = sampler,
                      .optimiser      = jem::sgd{.learning_rate = jem::constant{0.5f}, .momentum = 0.9f},
                      .batch          = 8,
                      .steps          = 3,
                      .data_noise     = 0,
                      .gradient_limit = gradient_limit,
                      .buffer         = {.capacity = 40, .classes = 2},
                      .sharpness      = sharpness};
}

jem::mlp<T> small_net() {
  jem::rng g{3};
  return {{2, 16, 2}, g};
}

template <class Net>
std::vector<float> bits_of(const Net& net) {
  std::vector<float> all;
  jem::for_each_parameter_of(
      [&](const T& p) {
        const auto host = p.to_vector();
        all.insert(all.end(), host.begin(), host.end());
      },
      net);
  return all;
}

/// The state after some steps.
template <class Trainer>
auto trained(const Trainer& algorithm, const dataset& set, int steps = 3) {
  jem::rng g{5};
  auto state = algorithm.init(small_net(), set, g);
  for (int k = 0; k < steps; ++k) algorithm.step(state);
  return state;
}

/// Whether two states have the same weights, moments, chains and random numbers.
template <class State>
bool alike(const State& a, const State& b) {
  return bits_of(a.net) == bits_of(b.net) && bits_of(a.moments.velocity) == bits_of(b.moments.velocity) &&
         a.buffer.positions().to_vector() == b.buffer.positions().to_vector() && a.random == b.random && a.iteration == b.iteration;
}

/// θ + e by the formula of the adaptive form, in double, at host numbers.
std::vector<float> adaptively_moved(const std::vector<float>& at, const std::vector<float>& gradient, double radius) {
  double squares = 0;
  for (std::size_t i = 0; i < at.size(); ++i) squares += std::pow(double{at[i]} * double{gradient[i]}, 2);
  std::vector<float> moved;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double p = at[i], g = gradient[i];
    moved.push_back(static_cast<float>(p + radius * p * p * g / std::sqrt(squares)));
  }
  return moved;
}

/// A network of the structure of `like` with these numbers.
jem::mlp<T> with_numbers(jem::mlp<T> like, const std::vector<float>& numbers) {
  auto from = numbers.begin();
  jem::for_each_parameter_of(
      [&](T& p) {
        p = T(p.extents(), std::vector<float>(from, from + p.size()));
        from += p.size();
      },
      like);
  return like;
}

struct no_perturbation {
  int radius = 1;
};

template <class Sharpness>
concept steps_with = requires(const decltype(trainer_of(hybrid, jem::no_sharpness{})) plain,
                              const jem::trainer<jem::cross_entropy, jem::no_sampler, jem::adam<>, jem::data::augment<>,
                                                 jem::equilibrium_path, jem::uniform_start, Sharpness>
                                  algorithm,
                              decltype(trained(plain, std::declval<const dataset&>())) state) { algorithm.step(state); };

static_assert(steps_with<jem::no_sharpness> && steps_with<jem::sharpness> && steps_with<jem::adaptive_sharpness>);
static_assert(!steps_with<no_perturbation> && !steps_with<int>);

}  // namespace

TEST_CASE("a step with sharpness is that of the gradient at the moved weights, of the same batches and samples") {
  const auto set       = sides();
  const float radius   = 0.5f;
  const auto algorithm = trainer_of(joint, jem::adaptive_sharpness{.radius = radius});
  record seen;
  jem::rng g{5};
  auto state        = algorithm.init(recorded_net{{}, small_net(), &seen}, set, g);
  const auto before = state.net.net;
  const auto info   = algorithm.step(state);

  REQUIRE(seen.stacks.size() == 2);
  CHECK(seen.stacks[0].to_vector() == seen.stacks[1].to_vector());
  CHECK(seen.stacks[0].extents() == jem::shape{32, 2});  // x, unlabelled, samples, conditional
  const auto batch = [&](jem::index_t k) { return T(seen.stacks[0].rows(8 * k, 8)); };
  const auto y     = sides_of(batch(0));
  const jem::phases<T> images{
      .x = batch(0), .y = y, .unlabelled = batch(1), .samples = batch(2), .conditional = batch(3), .conditional_y = y};
  const auto first  = jem::value_and_grad(joint, before, images);
  const auto moved  = with_numbers(before, adaptively_moved(bits_of(before), bits_of(first.gradient), radius));
  const auto second = jem::value_and_grad(joint, moved, images);
  auto after        = before;
  jem::for_each_parameter([](T& p, const T& slope) { jem::add_scaled(p, -0.5f, slope); }, after, second.gradient);

  CHECK(test::largest_difference(bits_of(state.net.net), bits_of(after)) < 1e-6);
  CHECK(test::largest_difference(bits_of(first.gradient), bits_of(second.gradient)) > 0.01);  // the moved weights matter
  CHECK(info.loss == first.value);
  CHECK(info.energy_data == doctest::Approx(jem::mean(jem::marginal_energy{before}.value(batch(1)))).epsilon(1e-5));
  CHECK(info.gradient_norm == doctest::Approx(jem::global_norm(second.gradient)).epsilon(1e-5));
}

TEST_CASE("pairs of points and outliers are drawn once and stay for the second gradient") {
  const auto set = sides();
  record seen;
  jem::rng g{5};
  const auto algorithm =
      trainer_of(jem::cross_entropy{} + jem::gradient_matching{} + jem::outlier_exposure{}, jem::sharpness{.radius = 0.5f});
  auto state = algorithm.init(recorded_net{{}, small_net(), &seen}, set, g);
  algorithm.step(state);
  REQUIRE(seen.stacks.size() == 2);
  CHECK(seen.stacks[0].to_vector() == seen.stacks[1].to_vector());
  CHECK(seen.stacks[0].extent(0) == 8 + 2 * 8 + 32);
}

TEST_CASE("sharpness draws no chains and no random numbers of its own; the first step has the loss and the chains of plain training") {
  const auto set   = sides();
  const auto plain = trainer_of(joint, jem::no_sharpness{});
  const auto with  = trainer_of(joint, jem::adaptive_sharpness{});
  auto a = trained(plain, set, 0), b = trained(plain, set, 0);
  const auto of_a = plain.step(a);
  const auto of_b = with.step(b);
  CHECK(of_a.loss == of_b.loss);
  CHECK(of_a.energy_sample == of_b.energy_sample);
  CHECK(of_a.gradient_norm != of_b.gradient_norm);
  CHECK(bits_of(a.net) != bits_of(b.net));
  CHECK(a.random == b.random);
  CHECK(a.buffer.positions().to_vector() == b.buffer.positions().to_vector());
}

TEST_CASE("a radius of zero trains the bits of plain training") {
  const auto set   = sides();
  const auto plain = trained(trainer_of(joint, jem::no_sharpness{}), set);
  CHECK(alike(plain, trained(trainer_of(joint, jem::sharpness{.radius = 0}), set)));
  CHECK(alike(plain, trained(trainer_of(joint, jem::adaptive_sharpness{.radius = 0}), set)));
  CHECK_FALSE(alike(plain, trained(trainer_of(joint, jem::sharpness{.radius = 0.01f}), set)));
}

TEST_CASE("the limit is one of the gradient for the update, whose norm is told as it was") {
  const auto set = sides();
  jem::rng g{5};
  const auto free    = trainer_of(jem::cross_entropy{}, jem::sharpness{.radius = 1});
  auto state         = free.init(small_net(), set, g);
  const auto start   = state;
  const double norm  = free.step(state).gradient_norm;
  auto limited       = start;
  const auto quarter = trainer_of(jem::cross_entropy{}, jem::sharpness{.radius = 1}, static_cast<float>(norm) / 4);
  CHECK(quarter.step(limited).gradient_norm == norm);
  CHECK(jem::global_norm(limited.moments.velocity) == doctest::Approx(norm / 4).epsilon(1e-5));
}

TEST_CASE("a loss that is not finite at the moved weights throws, and network, moments and buffer are as they were") {
  const auto set    = sides();
  auto state        = trained(trainer_of(hybrid, jem::no_sharpness{}), set);
  const auto before = state;
  const auto far    = trainer_of(hybrid, jem::sharpness{.radius = 1e38f});
  CHECK_THROWS_WITH_AS(far.step(state),
                       doctest::Contains("[trainer] expected a finite loss and gradient at the moved weights but received"),
                       jem::divergence_error);
  CHECK(bits_of(state.net) == bits_of(before.net));
  CHECK(bits_of(state.moments.velocity) == bits_of(before.moments.velocity));
  CHECK(state.moments.updates == before.moments.updates);
  CHECK(state.buffer.positions().to_vector() == before.buffer.positions().to_vector());
  CHECK(state.iteration == before.iteration);
}

TEST_CASE("a loss that is not finite at the weights throws before they are moved") {
  for (const float bad : {NAN, HUGE_VALF}) {
    auto spoiled = sides().x.to_vector();
    for (std::size_t i = 0; i < spoiled.size(); i += 2) spoiled[i] = bad;
    const dataset set{T({40, 2}, spoiled), sides().y, 2};
    record seen;
    jem::rng g{5};
    const auto algorithm = trainer_of(jem::cross_entropy{}, jem::adaptive_sharpness{});
    auto state           = algorithm.init(recorded_net{{}, small_net(), &seen}, set, g);
    const auto before    = bits_of(state.net);
    CHECK_THROWS_WITH_AS(algorithm.step(state), doctest::Contains("[trainer] expected a finite loss and gradient but received"),
                         jem::divergence_error);
    CHECK(seen.stacks.size() == 1);
    CHECK(bits_of(state.net) == before);
    CHECK(state.moments.updates == 0);
  }
}

namespace {

double loss_of(const jem::mlp<T>& net, const dataset& set) {
  return jem::value_and_grad(jem::cross_entropy{}, net, {.x = set.x, .y = set.y}).value;
}

struct times_one_plus {
  float size;

  template <class V>
  constexpr V operator()(V parameter, V normal) const {
    return parameter * (V(1) + V(size) * normal);
  }
};

/// How much the loss rises on average when each weight changes by a normal share of its size.
double mean_rise(const jem::mlp<T>& net, const dataset& set, float share) {
  constexpr int draws = 50;
  jem::rng g{99};
  double total = 0;
  for (int i = 0; i < draws; ++i) {
    auto moved = net;
    jem::for_each_parameter_of([&](T& p) { jem::apply(p, jem::normal<T>(p.extents(), g), times_one_plus{share}); }, moved);
    total += loss_of(moved, set) - loss_of(net, set);
  }
  return total / draws;
}

/// A network that has learned two moons.
template <class Sharpness>
jem::mlp<T> of_two_moons(std::uint64_t seed, const dataset& set, const Sharpness& sharpness, int iterations) {
  jem::rng g{seed};
  const jem::trainer algorithm{.loss       = jem::cross_entropy{},
                               .optimiser  = jem::adam{.learning_rate = jem::constant{0.01f}},
                               .batch      = 50,
                               .data_noise = 0,
                               .sharpness  = sharpness};
  auto state = algorithm.init(jem::mlp<T>({2, 16, 16, 2}, g), set, g);
  for (int k = 0; k < iterations; ++k) algorithm.step(state);
  return state.net;
}

}  // namespace

TEST_CASE("training with sharpness ends where the loss is flatter, at the same loss") {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    CAPTURE(seed);
    jem::rng g{seed + 10};
    const auto set   = jem::data::two_moons<T>(200, 0.15, g);
    const auto plain = of_two_moons(seed, set, jem::no_sharpness{}, 300);
    const auto flat  = of_two_moons(seed, set, jem::adaptive_sharpness{.radius = 0.5f}, 600);
    CHECK(loss_of(flat, set) < 1.5 * loss_of(plain, set));                  // 1.00, 0.92 and 1.18 of it were seen
    CHECK(mean_rise(flat, set, 0.2f) < 0.6 * mean_rise(plain, set, 0.2f));  // 0.21, 0.11 and 0.30 of it were seen
  }
}
