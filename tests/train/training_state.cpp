// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/joint_contrastive_divergence.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/optim/sgd.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/trainer.hpp>
#include <jem/train/training_state.hpp>

namespace {

using T       = test::eigen_float;
using labels  = jem::labels<T>;
using dataset = jem::data::dataset<T>;

/// A user's buffer: chains start at one value, and the chains that were stored last are drawn next.
struct queue_of_chains {
  float start                = 7;
  jem::index_t kept_apart    = 0;
  mutable jem::index_t drawn = 0, drawn_by_class = 0;
  T last{};

  jem::chains<T> draw(jem::index_t n, jem::rng&) const {
    ++drawn;
    return {last.size() > 0 ? last : jem::full<T>({n, 2}, start), labels(), labels()};
  }
  jem::chains<T> draw(const labels& y, jem::rng&) const {
    ++drawn_by_class;
    return {last.size() > 0 ? last : jem::full<T>({y.size(), 2}, start), labels(), y};
  }
  void store(const jem::chains<T>& x) { last = x.position; }
  jem::index_t classes() const { return kept_apart; }
};

/// A type that cannot store chains, and so is no buffer.
struct one_way_buffer {
  jem::chains<T> draw(jem::index_t, jem::rng&) const { return {}; }
  jem::chains<T> draw(const labels&, jem::rng&) const { return {}; }
  jem::index_t classes() const { return 0; }
};

struct start_at {
  float value;

  template <jem::tensor_value X>
  X operator()(const jem::shape& extents, jem::rng&) const {
    return jem::full<X>(extents, value);
  }
};

constexpr auto hybrid = jem::cross_entropy{} + jem::contrastive_divergence{};
const jem::sgld still{.step_size = 0, .noise = 0};
const jem::sgd optimiser{.learning_rate = 0.1f};

/// A trainer whose sampler does not move chains.
template <class Loss>
auto still_trainer(const Loss& loss, jem::index_t classes = 0) {
  return jem::trainer{
      .loss = loss, .sampler = still, .optimiser = optimiser, .batch = 4, .steps = 1, .buffer = {.capacity = 40, .classes = classes}};
}

dataset plane(std::int32_t label = 1) { return {test::waves<T>({20, 2}), labels({20}, std::vector<std::int32_t>(20, label)), 2}; }

jem::mlp<T> small_net() {
  jem::rng g{3};
  return {{2, 8, 2}, g};
}

using trainer = decltype(still_trainer(hybrid));
template <class Buffer, class... Sets>
concept trains_with = requires(const trainer& algorithm, jem::rng& g, Buffer buffer, Sets... sets) {
  algorithm.init(small_net(), static_cast<Sets>(sets)..., buffer, g);
};
template <class Buffer>
concept state_may_have = requires { typename jem::training_state<jem::mlp<T>, int, Buffer>; };

static_assert(trains_with<queue_of_chains, const dataset&> && trains_with<jem::replay_buffer<T, start_at>, const dataset&, dataset&>);
static_assert(!trains_with<one_way_buffer, const dataset&> && !trains_with<int, const dataset&>);
static_assert(!trains_with<jem::replay_buffer<test::eigen_double>, const dataset&>);
static_assert(!trains_with<queue_of_chains, dataset> && !trains_with<queue_of_chains, const dataset>, "sets have to outlive the state");
static_assert(!trains_with<queue_of_chains, const dataset&, dataset> && !trains_with<queue_of_chains, dataset, const dataset&>);
static_assert(state_may_have<queue_of_chains> && state_may_have<jem::replay_buffer<T, start_at>> && !state_may_have<one_way_buffer>);
static_assert(std::same_as<jem::training_state<jem::mlp<T>, int>, jem::training_state<jem::mlp<T>, int, jem::replay_buffer<T>>>);

}  // namespace

TEST_CASE("a trainer draws its chains from a user's buffer and stores them again, in each iteration") {
  const auto set  = plane();
  const auto algo = still_trainer(hybrid);
  jem::rng g{1};
  auto state = algo.init(small_net(), set, queue_of_chains{}, g);
  algo.step(state);
  CHECK(state.buffer.last.to_vector() == std::vector<float>(8, 7));
  state.buffer.last = jem::full<T>({4, 2}, 3);
  const auto info   = algo.step(state);
  CHECK(state.buffer.last.to_vector() == std::vector<float>(8, 3));
  CHECK(state.buffer.drawn == 2);
  CHECK(state.buffer.drawn_by_class == 0);
  CHECK(std::isfinite(info.loss));
}

TEST_CASE("chains are drawn by class from a buffer with classes, and a buffer without is refused for p(x|y)") {
  const auto set  = plane();
  const auto algo = still_trainer(hybrid);
  jem::rng g{1};
  auto state = algo.init(small_net(), set, set, queue_of_chains{.kept_apart = 2}, g);
  algo.step(state);
  CHECK(state.buffer.drawn == 0);
  CHECK(state.buffer.drawn_by_class == 1);
  const auto joint = still_trainer(jem::joint_contrastive_divergence{}, 2);  // its own replay buffer has classes, but is not used
  CHECK_THROWS_WITH_AS(joint.init(small_net(), set, queue_of_chains{}, g),
                       "[trainer] expected a buffer with classes for a loss of p(x|y) but received one without", std::invalid_argument);
  auto by_class = joint.init(small_net(), set, queue_of_chains{.kept_apart = 2}, g);
  joint.step(by_class);
  CHECK(by_class.buffer.drawn_by_class == 1);
}

TEST_CASE("a trainer of a classifier draws nothing from the buffer") {
  const auto set  = plane();
  const auto algo = still_trainer(jem::cross_entropy{});
  jem::rng g{1};
  auto state = algo.init(small_net(), set, queue_of_chains{.kept_apart = 2}, g);
  algo.step(state);
  CHECK(state.buffer.drawn + state.buffer.drawn_by_class == 0);
  CHECK(state.buffer.last.size() == 0);
}

TEST_CASE("a trainer uses a replay buffer with another start, where new chains begin") {
  const auto set  = plane();
  const auto algo = still_trainer(hybrid);
  jem::rng g{1};
  const jem::replay_buffer<T, start_at> fives({2}, {.capacity = 10, .restart_probability = 1}, g, {5});
  auto state = algo.init(small_net(), set, fives, g);
  state.buffer.positions(jem::full<T>({10, 2}, 1));
  algo.step(state);
  const auto kept = state.buffer.positions().to_vector();
  CHECK(std::ranges::count(kept, 5.0f) == 8);
  CHECK(std::ranges::count(kept, 1.0f) == 12);
  const auto copy = state;
  CHECK(copy.buffer.positions().to_vector() == kept);
}

TEST_CASE("training with a replay buffer made by the caller has the same bits as with the trainer's own") {
  const auto set  = plane();
  const auto algo = still_trainer(hybrid);
  jem::rng one{1}, two{1};
  auto made         = algo.init(small_net(), set, one);
  const auto buffer = jem::replay_buffer<T>({2}, algo.buffer, two);
  auto given        = algo.init(small_net(), set, buffer, two);
  for (int k = 0; k < 3; ++k) CHECK(algo.step(made).loss == algo.step(given).loss);
  CHECK(made.buffer.positions().to_vector() == given.buffer.positions().to_vector());
}

TEST_CASE("labels that are no classes are refused by a step, or by a buffer with classes, and nothing changes") {
  for (const std::int32_t wrong : {-1, 2}) {
    const auto set  = plane(wrong);
    const auto told = std::to_string(wrong) + " at index 0";
    jem::rng g{1};
    const auto plain = still_trainer(hybrid), by_class = still_trainer(hybrid, 2);
    auto first = plain.init(small_net(), set, g), second = by_class.init(small_net(), set, g);
    CHECK_THROWS_WITH_AS(plain.step(first), ("[value_and_grad] expected labels in [0, 2) but received " + told).c_str(),
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(by_class.step(second), ("[replay_buffer] expected labels in [0, 2) but received " + told).c_str(),
                         std::invalid_argument);
    CHECK(first.iteration + second.iteration == 0);
    auto third              = plain.init(small_net(), set, queue_of_chains{.kept_apart = 2}, g);
    third.buffer.kept_apart = 0;
    CHECK_THROWS_WITH_AS(plain.step(third), ("[value_and_grad] expected labels in [0, 2) but received " + told).c_str(),
                         std::invalid_argument);
    CHECK(third.buffer.last.size() == 0);
  }
}

TEST_CASE("the p(x) term alone does not read labels, so they may be wrong") {
  const auto set  = plane(99);
  const auto algo = still_trainer(jem::contrastive_divergence{});
  jem::rng g{1};
  auto state = algo.init(small_net(), set, g);
  CHECK(std::isfinite(algo.step(state).loss));
}
