// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"
#include "../support/temporary_directory.hpp"

#include <jem/io/states_on_disk.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/energy_penalty.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/optim/adam.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/guard.hpp>
#include <jem/train/trainer.hpp>

#include <set>

namespace {

using T = test::eigen_float;

/// The state of a run with few parts.
struct small_state {
  jem::index_t iteration = 0;
  jem::rng random{1};
  std::vector<float> weights = {1, 2};

  static void each_part(auto& self, auto f) { f("iteration", self.iteration), f("random", self.random), f("weights", self.weights); }
};

using small_keeper = jem::io::states_on_disk<small_state>;

static_assert(jem::state_keeper<small_keeper, small_state>);

/// A state at an iteration, with weights that show which one it is.
small_state at(jem::index_t iteration, float weight = 0) { return {iteration, jem::rng{5}, {weight, static_cast<float>(iteration)}}; }

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& found : std::filesystem::directory_iterator(folder)) names.insert(found.path().filename().string());
  return names;
}

const auto healthy = [](const jem::remedies& r) {
  return jem::trainer{.loss           = jem::cross_entropy{} + jem::contrastive_divergence{} + r.penalty * jem::energy_penalty{},
                      .sampler        = jem::sgld{.step_size = jem::constant{1}, .noise = jem::fixed_noise{0.01f}},
                      .optimiser      = jem::adam{.learning_rate = jem::constant{0.02f * r.learning_rate}},
                      .batch          = 16,
                      .steps          = 5,
                      .gradient_limit = r.gradient_limit,
                      .buffer         = {.capacity = 64}};
};

/// A trainer that fails at iterations 45, 70 and 110 until the learning rate is smaller.
template <class Trainer>
struct failing {
  Trainer trainer;
  float rate;

  jem::training_info step(auto& state) const {
    const auto i = state.iteration;
    if ((i == 45 && rate > 0.9f) || (i == 70 && rate > 0.3f) || (i == 110 && rate > 0.1f)) throw jem::divergence_error("failed", i);
    return trainer.step(state);
  }
};

const auto make = [](const jem::remedies& r) { return failing{healthy(r), r.learning_rate}; };

const jem::data::dataset<T>& data() {
  static const auto set = [] {
    jem::rng g{17};
    std::vector<std::int32_t> y(64);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<std::int32_t>(i % 2);
    return jem::data::make_dataset(jem::normal<T>({64, 2}, g), jem::labels<T>({64}, y), 2);
  }();
  return set;
}

auto fresh_state() {
  jem::rng g{3};
  jem::mlp<T> net({2, 32, 2}, g);
  return healthy({}).init(std::move(net), data(), g);
}

constexpr jem::monitor_options watched{.dimension = 2, .reach = 4, .classes = 2};
constexpr jem::guard_options options{.proof = 20, .tries = 20};

/// A run with its guard.
template <class State, class Keep>
struct guarded {
  State state;
  jem::training_guard<State, Keep> guard;

  void go_on(int steps) {
    for (int i = 0; i < steps; ++i) guard.step(make, state);
  }
  static void each_part(auto& self, auto f) { f("state", self.state), f("guard", self.guard); }
};

template <class Keep>
auto run_with(Keep kept, const auto& state) {
  return guarded<std::decay_t<decltype(state)>, Keep>{state, {state, std::move(kept), watched, options}};
}

/// The bytes of all parts of a training state.
std::string bits_of(const auto& state) {
  std::string all;
  for (const auto& [name, part] : jem::io::parts_of(state)) all.append(name).append(part.bytes.begin(), part.bytes.end());
  return all;
}

}  // namespace

TEST_CASE("states on disk are files named by iteration; there are at most two if no checkpoint refers to others") {
  const test::temporary_directory place;
  small_keeper kept(place / "states", at(0));
  CHECK(names_in(place / "states") == std::set<std::string>{"0000000-1.safetensors"});
  CHECK(kept.candidate() == 0);
  kept.prove(at(50));
  kept.prove(at(100));
  CHECK(names_in(place / "states") == std::set<std::string>{"0000050-2.safetensors", "0000100-3.safetensors"});
  CHECK(kept.good(at(0)).weights == at(50).weights);
  small_state state = at(130);
  kept.go_back(state);
  CHECK(state.iteration == 50);
  CHECK(kept.candidate() == 50);
  kept.reseed(jem::rng{6});
  CHECK(names_in(place / "states") == std::set<std::string>{"0000050-2.safetensors"});
  kept.prove(at(100, 1));
  CHECK(names_in(place / "states") == std::set<std::string>{"0000050-2.safetensors", "0000100-4.safetensors"});
  CHECK(kept.good(state).random == jem::rng{6});  // and not the generator in the file
}

TEST_CASE("files of the last checkpoint stay until the next one is written") {
  const test::temporary_directory place;
  small_keeper kept(place / "states", at(0));
  kept.prove(at(50));
  jem::io::save_checkpoint(place / "checkpoint", kept);
  kept.forget_older();
  for (const jem::index_t iteration : {100, 150, 200}) kept.prove(at(iteration));
  CHECK(place.size() == 2);
  CHECK(names_in(place / "states").size() == 4);

  small_keeper later(place / "states", at(0));  // as if the run were killed and started from the same state
  jem::io::load_checkpoint(place / "checkpoint", later);
  CHECK(later.good(at(0)).iteration == 0);
  CHECK(later.candidate() == 50);
  for (const jem::index_t iteration : {100, 150, 200}) later.prove(at(iteration));  // as if it were killed again
  small_keeper last(place / "states", at(0));
  jem::io::load_checkpoint(place / "checkpoint", last);
  CHECK(last.good(at(0)).iteration == 0);
  jem::io::save_checkpoint(place / "checkpoint", last);
  last.forget_older();
  CHECK(names_in(place / "states") == std::set<std::string>{"0000000-1.safetensors", "0000050-2.safetensors"});
}

TEST_CASE("a checkpoint whose states are missing is refused with the name of the file") {
  const test::temporary_directory place;
  small_keeper kept(place / "states", at(0));
  kept.prove(at(50));
  jem::io::save_checkpoint(place / "checkpoint", kept);
  std::filesystem::remove(kept.candidate_file());
  const auto refusal = test::message_of<std::runtime_error>([&] { jem::io::load_checkpoint(place / "checkpoint", kept); });
  CHECK(refusal.find("[states_on_disk] expected the file ") != std::string::npos);
  CHECK(refusal.find("0000050-2.safetensors of this checkpoint but received none") != std::string::npos);
}

TEST_CASE("if a state cannot be written, both states stay, failure says why, and the next state is written again") {
  const test::temporary_directory place;
  small_keeper kept(place / "states", at(0));
  std::filesystem::create_directories(place / "states" / "0000050-2.safetensors.part" / "full");
  CHECK_FALSE(kept.prove(at(50)));
  CHECK(kept.failure().find("0000050-2.safetensors: expected to write ") != std::string::npos);
  CHECK(kept.candidate() == 0);
  CHECK(kept.prove(at(51)));
  CHECK(kept.failure().empty());
  CHECK(kept.candidate() == 51);
}

TEST_CASE("a guard with states on disk makes the same decisions, and trains to the same bits, as one with states in memory") {
  const test::temporary_directory place;
  const auto state = fresh_state();
  auto in_memory   = run_with(jem::states_in_memory(state), state);
  auto on_disk     = run_with(jem::io::states_on_disk(place / "states", state), state);
  in_memory.go_on(200);
  on_disk.go_on(200);
  CHECK(in_memory.guard.interventions() == 3);
  CHECK(in_memory.guard.good().iteration >= 80);
  CHECK(on_disk.guard.interventions() == in_memory.guard.interventions());
  CHECK(bits_of(on_disk.state) == bits_of(in_memory.state));
  CHECK(bits_of(on_disk.guard.good(state)) == bits_of(in_memory.guard.good()));
}

TEST_CASE("a run with its states on disk that is killed at any time continues from its last checkpoint with the same bits") {
  const test::temporary_directory place;
  const auto state = fresh_state();
  auto whole       = run_with(jem::states_in_memory(state), state);
  whole.go_on(200);
  for (const int killed : {0, 1, 7, 30, 60, 80}) {  // steps after the checkpoint
    const auto folder = place / std::to_string(killed);
    auto first        = run_with(jem::io::states_on_disk(folder, state), state);
    first.go_on(60);
    jem::io::save_checkpoint(place / "checkpoint", first);
    first.guard.kept().forget_older();
    first.go_on(killed);
    auto second = run_with(jem::io::states_on_disk(folder, state), state);
    jem::io::load_checkpoint(place / "checkpoint", second);
    second.go_on(140);
    CHECK(second.guard.interventions() == 3);
    CHECK(bits_of(second.state) == bits_of(whole.state));
  }
}
