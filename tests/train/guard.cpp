// SPDX-License-Identifier: MIT
#include "../support/compiled_convolutions.hpp"
#include "../support/doubles.hpp"
#include "../support/temporary_directory.hpp"

#include <jem/io/checkpoint.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/energy_penalty.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/optim/adam.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/guard.hpp>
#include <jem/train/trainer.hpp>

namespace {

using T = test::eigen_float;

/// Normals of deviation 0.3 around (−0.8, 0) and (0.8, 0) alternately, one class each; `first` is the class of the first point.
jem::data::dataset<T> two_gaussians(jem::index_t n, std::size_t first = 0) {
  jem::rng g{17};
  auto x = jem::normal<T>({n, 2}, g).to_vector();
  std::vector<std::int32_t> y(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i]         = static_cast<std::int32_t>((i + first) % 2);
    x[2 * i]     = 0.3f * x[2 * i] + (i % 2 == 0 ? -0.8f : 0.8f);
    x[2 * i + 1] = 0.3f * x[2 * i + 1];
  }
  return jem::data::make_dataset(T({n, 2}, x), jem::labels<T>({n}, y), 2);
}

/// A function that makes trainers from remedies, with this learning rate and step size before any remedy.
auto trainers(float rate, float step_size = 1.0f) {
  return [=](const jem::remedies& r) {
    return jem::trainer{
        .loss           = jem::cross_entropy{} + jem::contrastive_divergence{} + r.penalty * jem::energy_penalty{},
        .sampler        = jem::sgld{.step_size = jem::constant{step_size * r.step_size}, .noise = jem::fixed_noise{0.01f * r.noise}},
        .optimiser      = jem::adam{.learning_rate = jem::constant{rate * r.learning_rate}},
        .batch          = 16,
        .steps          = 5,
        .gradient_limit = r.gradient_limit,
        .buffer         = {.capacity = 64}};
  };
}

const jem::data::dataset<T>& data() {
  static const auto set = two_gaussians(64);
  return set;
}

auto fresh_state(const auto& make) {
  jem::rng g{3};
  jem::mlp<T> net({2, 32, 2}, g);
  return make({}).init(std::move(net), data(), g);
}

const jem::monitor_options watched{.dimension = 2, .reach = 2, .classes = 2};

std::vector<float> weights_of(const auto& net) {
  std::vector<float> all;
  jem::for_each_parameter(
      [&](const auto& p) {
        const auto values = p.to_vector();
        all.insert(all.end(), values.begin(), values.end());
      },
      net);
  return all;
}

/// The result of a guarded run.
struct ending {
  std::vector<float> weights;
  jem::index_t interventions;
  jem::remedies now;
  double accuracy;
};

ending guarded_run(const auto& make, jem::index_t iterations, const jem::guard_options& options = {}) {
  auto state = fresh_state(make);
  jem::training_guard guard(state, watched, options);
  while (state.iteration < iterations) guard.step(make, state);
  return {weights_of(state.net), guard.interventions(), guard.now(), guard.levels().accuracy_level()};
}

}  // namespace

TEST_CASE("a guard does not change a bit of a healthy run") {
  const auto make  = trainers(0.01f);
  auto plain       = fresh_state(make);
  const auto train = make({});
  while (plain.iteration < 130) train.step(plain);
  const auto guarded = guarded_run(make, 130);
  CHECK(guarded.interventions == 0);
  CHECK(guarded.weights == weights_of(plain.net));
}

TEST_CASE("a run with a far too large learning rate goes back, and learns in the end") {
  const auto end = guarded_run(trainers(300.0f), 400, {.tries = 20});
  CHECK(end.interventions > 0);
  CHECK(end.now.learning_rate < 0.1f);
  CHECK(end.accuracy > 0.9);
}

TEST_CASE("two equal guarded runs have the same bits") {
  const auto make = trainers(300.0f);
  const auto one = guarded_run(make, 150, {.tries = 20}), two = guarded_run(make, 150, {.tries = 20});
  CHECK(one.weights == two.weights);
  CHECK(one.interventions == two.interventions);
}

TEST_CASE("if samples leave their range, the first change is smaller steps and noise of the sampler, and nothing else") {
  const auto make = trainers(0.01f, 1e5f);
  auto state      = fresh_state(make);
  jem::training_guard guard(state, watched);
  while (!guard.intervened() && state.iteration < 200) guard.step(make, state);
  REQUIRE(guard.intervened().has_value());
  CHECK(guard.intervened()->cause.what == jem::alarm::samples);
  CHECK(guard.now().step_size < 1e-3f);  // 0.4 divided by the excess
  CHECK(guard.now().noise == guard.now().step_size);
  CHECK(guard.now().learning_rate == 1);
  CHECK(guard.now().penalty == 0);
  CHECK(guard.now().gradient_limit == 0);
}

namespace {

/// A trainer whose steps change nothing, and report energies of samples that grow by `each` in every step.
struct rising_energies {
  double each;

  template <class State>
  jem::training_info step(State& s) const {
    const auto i = static_cast<double>(s.iteration++);
    return {.iteration = s.iteration - 1, .loss = 1, .accuracy = 1, .energy_data = 0, .energy_sample = each * i, .gradient_norm = 1};
  }
};

}  // namespace

TEST_CASE("a gap between energies that will soon exceed its limit leads to a penalty, like one that has exceeded it") {
  auto state = fresh_state(trainers(0.01f));
  jem::training_guard guard(state, watched);
  const auto make = [](const jem::remedies&) { return rising_energies{1}; };
  while (!guard.intervened() && state.iteration < 200) guard.step(make, state);
  REQUIRE(guard.intervened().has_value());
  CHECK(guard.intervened()->cause.what == jem::alarm::trend);
  CHECK(guard.now().penalty == 0.01f);
  CHECK(guard.now().learning_rate == 1);
  while (!(guard.intervened() && guard.intervened()->tries == 2)) guard.step(make, state);
  CHECK(guard.now().penalty == doctest::Approx(0.1f));
  CHECK(guard.now().learning_rate == 0.4f);  // since the penalty alone was not enough
}

namespace {

struct large_energies {
  double energy;

  jem::training_info step(auto& s) const {
    return {.iteration = s.iteration++, .loss = 1, .accuracy = 1, .energy_data = energy, .energy_sample = energy, .gradient_norm = 1};
  }
};

}  // namespace

TEST_CASE("no state counts as good while energies are beyond the scale of the data") {
  auto state = fresh_state(trainers(0.01f));
  jem::training_guard guard(state, watched);
  while (state.iteration < 200) guard.step([](const jem::remedies&) { return large_energies{-20}; }, state);  // the scale of the data is 7
  CHECK(guard.good().iteration == 0);
  while (state.iteration < 400) guard.step([](const jem::remedies&) { return large_energies{-2}; }, state);
  CHECK(guard.good().iteration > 200);
}

TEST_CASE("if the penalty is switched off, energies beyond the scale of the data lower the learning rate at once") {
  auto state = fresh_state(trainers(0.01f));
  jem::training_guard guard(state, watched, {.penalty = 0});
  while (!guard.intervened()) guard.step([](const jem::remedies&) { return rising_energies{1}; }, state);
  CHECK(guard.now().learning_rate == 0.4f);
  CHECK(guard.now().penalty == 0);
}

namespace {

struct leaving_samples {
  jem::training_info step(auto&) const { return {.loss = 1, .gradient_norm = 1, .sample_rms = 12}; }
};

}  // namespace

TEST_CASE("if samples leave their range again, the steps become smaller by more, and the learning rate is lowered, too") {
  auto state = fresh_state(trainers(0.01f));
  jem::training_guard guard(state, watched);
  std::vector<float> steps, rates;
  for (int tries = 0; tries < 3; ++tries) {
    guard.step([](const jem::remedies&) { return leaving_samples{}; }, state);
    steps.push_back(guard.now().step_size);
    rates.push_back(guard.now().learning_rate);
  }
  CHECK(steps[0] == doctest::Approx(0.2));  // 0.4 divided by 2, since samples had twice the limit of 6
  CHECK(steps[1] == doctest::Approx(0.2 * 0.16 / 2));
  CHECK(steps[2] == doctest::Approx(0.2 * 0.16 / 2 * 0.064 / 2));
  CHECK(guard.now().noise == guard.now().step_size);
  CHECK(rates == std::vector{1.0f, 0.4f, 0.4f * 0.4f});
}

TEST_CASE("if energies of samples stay above those of data, chains become longer from the second try on, up to four times as long") {
  auto state = fresh_state(trainers(0.01f));
  for (const double sign : {1.0, -1.0}) {
    jem::training_guard guard(state, watched, {.tries = 6});
    const auto make = [=](const jem::remedies&) { return rising_energies{sign}; };
    std::vector<float> steps;
    while (steps.size() < 6) {
      guard.step(make, state);
      if (guard.intervened()) steps.push_back(guard.now().steps);
    }
    CHECK(steps == (sign > 0 ? std::vector{1.0f, 1.5f, 2.25f, 3.375f, 4.0f, 4.0f} : std::vector<float>(6, 1.0f)));
  }
  jem::training_guard unchanged(state, watched, {.steps = 1});
  for (int alarms = 0; alarms < 3; alarms += unchanged.intervened().has_value()) {
    unchanged.step([](const jem::remedies&) { return rising_energies{1}; }, state);
  }
  CHECK(unchanged.now().steps == 1);
}

TEST_CASE("a guard goes back to a state after which fifty steps had no alarm, with other random numbers") {
  const auto make = trainers(0.01f);
  auto state      = fresh_state(make);
  jem::training_guard guard(state, watched);
  while (state.iteration < 120) guard.step(make, state);
  CHECK(guard.good().iteration == 50);  // it counts as good since the steps up to 100 had no alarm
  const auto broken = [&](const jem::remedies& r) {
    auto trainer                    = make(r);
    trainer.optimiser.learning_rate = jem::constant{1e30f};
    return trainer;
  };
  const auto random = guard.good().random.key;
  const auto info   = guard.step(broken, state);  // one update is enough
  CHECK(info.iteration == 120);
  CHECK(info.weight_norm > 1e29);
  REQUIRE(guard.intervened().has_value());
  CHECK(guard.intervened()->iteration == 120);
  CHECK(guard.intervened()->back_to == 50);
  CHECK(guard.intervened()->cause.what == jem::alarm::weights);
  CHECK(state.iteration == 50);
  CHECK(weights_of(state.net) == weights_of(guard.good().net));
  CHECK(state.random.key != random);
  CHECK(guard.now().gradient_limit > 0);
  CHECK(guard.now().learning_rate < 1e-28f);
  guard.step(make, state);
  CHECK_FALSE(guard.intervened().has_value());
}

TEST_CASE("a classifier that is no better than chance after as many steps as patience says starts again with a lower learning rate") {
  const auto make = [](const jem::remedies& r) {  // learns only after a remedy
    auto trainer                    = trainers(0.01f, 0.1f)(r);
    trainer.optimiser.learning_rate = jem::constant{r.learning_rate < 1 ? 0.01f : 0.0f};
    return trainer;
  };
  const auto swapped = two_gaussians(64, 1);  // with the labels exchanged the new network is worse than chance
  jem::rng g{3};
  auto state = make({}).init(jem::mlp<T>({2, 32, 2}, g), swapped, g);
  jem::training_guard guard(state, {.dimension = 2, .reach = 2, .classes = 2, .patience = 150});
  while (!guard.intervened() && state.iteration < 300) guard.step(make, state);
  REQUIRE(guard.intervened().has_value());
  CHECK(guard.intervened()->cause.what == jem::alarm::accuracy);
  CHECK(guard.intervened()->iteration == 150);
  CHECK(guard.intervened()->back_to == 0);  // no later state counts as good
  while (state.iteration < 300) guard.step(make, state);
  CHECK(guard.interventions() == 1);
  CHECK(guard.levels().accuracy_level() > 0.9);
}

TEST_CASE("a guard gives up after its tries, and leaves the last good state") {
  const auto make   = trainers(0.01f);
  auto state        = fresh_state(make);
  const auto before = weights_of(state.net);
  jem::training_guard guard(state, watched, {.tries = 3});
  const auto broken = [&](const jem::remedies& r) {
    auto trainer                    = make(r);
    trainer.optimiser.learning_rate = jem::constant{1e30f};  // it ignores the remedy
    return trainer;
  };
  for (int i = 0; i < 3; ++i) guard.step(broken, state);
  CHECK(guard.intervened()->tries == 3);
  const auto refusal = test::message_of<jem::divergence_error>([&] { guard.step(broken, state); });
  CHECK(refusal.find("expected a run that goes on after 3 changes of its settings, but at iteration ") != std::string::npos);
  CHECK(weights_of(state.net) == before);
}

TEST_CASE("a guarded run continues from a checkpoint with the same bits and the same interventions") {
  const test::temporary_directory place;
  const auto make = trainers(300.0f);
  auto state      = fresh_state(make);
  jem::training_guard guard(state, watched, {.tries = 20});
  for (int i = 0; i < 70; ++i) guard.step(make, state);
  jem::io::save_checkpoint(place / "state", state);
  jem::io::save_checkpoint(place / "guard", guard);
  for (int i = 0; i < 70; ++i) guard.step(make, state);

  auto other = fresh_state(make);
  jem::training_guard later(other, watched, {.tries = 20});
  jem::io::load_checkpoint(place / "state", other);
  jem::io::load_checkpoint(place / "guard", later);
  for (int i = 0; i < 70; ++i) later.step(make, other);
  CHECK(guard.interventions() > 0);
  CHECK(later.interventions() == guard.interventions());
  CHECK(other.iteration == state.iteration);
  CHECK(weights_of(other.net) == weights_of(state.net));
}
