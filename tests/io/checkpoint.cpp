// SPDX-License-Identifier: MIT
#include "support/temporary_directory.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/io/checkpoint.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/optim/adam.hpp>
#include <jem/optim/ema.hpp>
#include <jem/optim/sgd.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/trainer.hpp>

#include <doctest/doctest.h>

#include <cstring>

using test::temporary_directory;
using tensor = jem::tensor<float, jem::eigen>;

namespace {

const jem::data::dataset<tensor>& some_data() {
  static const auto set = [] {
    jem::rng g{17};
    std::vector<std::int32_t> y(50);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<std::int32_t>(i % 2);
    return jem::data::make_dataset(jem::normal<tensor>({50, 2}, g), jem::labels<tensor>({50}, y), 2);
  }();
  return set;
}

const jem::sgld sampler{.step_size = 1.0f, .noise = 0.01f};

template <class Optimiser>
auto trainer_with(Optimiser optimiser) {
  const auto loss = jem::cross_entropy{} + jem::contrastive_divergence{};
  return jem::trainer{.loss = loss, .sampler = sampler, .optimiser = optimiser, .batch = 8, .steps = 3, .buffer = {.capacity = 40}};
}

auto adam_trainer() { return trainer_with(jem::adam{.learning_rate = jem::cosine_decay{.rate = 0.01f, .updates = 20}}); }

template <class Trainer>
auto start(const Trainer& algorithm, std::uint64_t seed = 1) {
  jem::rng g{seed};
  jem::mlp<tensor> net({2, 8, 2}, g);
  return algorithm.init(std::move(net), some_data(), g);
}

/// A run with an average of its weights: a user's state that contains the library's.
template <class State>
struct with_average {
  State run;
  jem::ema_state<jem::mlp<tensor>> average = {run.net};

  static void each_part(auto& self, auto f) { f("run", self.run), f("average", self.average); }
};

}  // namespace

TEST_CASE("a run that is loaded from a checkpoint continues with the same bits") {
  const auto check = [](const auto& algorithm) {
    const temporary_directory place;
    const auto file = place.path() / "checkpoint.safetensors";
    with_average whole{start(algorithm)};
    const auto go_on = [&](auto& state, int iterations) {
      jem::training_info last;
      for (int i = 0; i < iterations; ++i) last = algorithm.step(state.run), jem::ema{}.step(state.average, state.run.net);
      return last;
    };
    go_on(whole, 9);  // into the second epoch, since an epoch has six batches of 8
    jem::io::save_checkpoint(file, whole);
    const auto end = go_on(whole, 8);
    with_average resumed{start(algorithm, 2)};
    jem::io::load_checkpoint(file, resumed);
    CHECK(resumed.run.iteration == 9);
    const auto resumed_end = go_on(resumed, 8);
    CHECK(jem::io::parts_of(resumed) == jem::io::parts_of(whole));
    CHECK(resumed_end.loss == end.loss);
    CHECK(resumed_end.gradient_norm == end.gradient_norm);
    CHECK(resumed_end.iteration == 16);
  };
  check(adam_trainer());
  check(trainer_with(jem::sgd{.learning_rate = 0.01f, .momentum = 0.9f}));
  auto by_replacement  = adam_trainer();
  by_replacement.draws = jem::data::draws::with_replacement;
  check(by_replacement);
}

TEST_CASE("a checkpoint has metadata that any reader of safetensors shows") {
  const temporary_directory place;
  const auto file = place.path() / "checkpoint.safetensors";
  jem::io::save_checkpoint(file, jem::rng{}, "seed 1");
  const auto said = jem::io::decode_metadata(jem::io::read_file(file), "it");
  CHECK(said.at("format") == "jem-checkpoint-1");
  CHECK(said.at("version") == jem::concat(JEM_VERSION_MAJOR, ".", JEM_VERSION_MINOR, ".", JEM_VERSION_PATCH));
  CHECK(said.at("settings") == "d26ee1be5f4d4c6f");  // FNV-1a of "seed 1"
  CHECK((said.at("shard") == "0" && said.at("shards") == "1"));
  const auto parts = jem::io::read_safetensors(file);
  REQUIRE(parts.contains("counter"));
  CHECK(parts.at("counter").dtype == "U64");
}

TEST_CASE("a checkpoint that does not fit is refused by the name of the part, and leaves the state as it was") {
  const temporary_directory place;
  const auto file      = place.path() / "checkpoint.safetensors";
  const auto algorithm = adam_trainer();
  auto state           = start(algorithm);
  algorithm.step(state);
  const auto before  = jem::io::parts_of(state);
  const auto refuses = [&](const std::string& words) {
    CHECK_THROWS_WITH_AS(jem::io::load_checkpoint(file, state, "seed 1"), doctest::Contains(words.c_str()), std::runtime_error);
    CHECK(jem::io::parts_of(state) == before);
  };
  const auto with = [&](auto change) {
    auto parts = before;
    change(parts);
    const jem::io::file_metadata header{{"format", "jem-checkpoint-1"}, {"settings", "d26ee1be5f4d4c6f"}, {"shards", "1"}};
    jem::io::write_file(file, jem::io::encode_safetensors(parts, header));
  };
  jem::io::save_checkpoint(file, state, "seed 2");
  refuses("expected settings d26ee1be5f4d4c6f but found ");
  jem::io::save_parameters(file, state.net);
  refuses("expected format jem-checkpoint-1 but found none");
  with([](auto& parts) { parts.erase("moments.first.layers.0.weight"); });
  refuses("tensor moments.first.layers.0.weight: expected it in the file but found no tensor of this name");
  with([](auto& parts) { parts["surplus"] = parts["iteration"]; });
  refuses("tensor surplus: expected no such part of this state but found (1)");
  with([](auto& parts) { parts["iteration"].dtype = "U64"; });
  refuses("tensor iteration: expected I64 but found U64");
  with([](auto& parts) { parts["buffer.positions"] = jem::io::to_named_tensor(tensor(jem::shape{39, 2})); });
  refuses("tensor buffer.positions: expected (40, 2) but found (39, 2)");
  with([](auto& parts) {
    const std::int32_t outside = 50;
    std::memcpy(parts["labelled.order"].bytes.data(), &outside, 4);
  });
  refuses("labelled: [batches] expected an order of 50 images");
  with([](auto& parts) { parts["unlabelled.at"].bytes[0] = 51; });
  refuses("unlabelled: [batches] expected a place in an order of 50 but received 51");
  jem::io::write_file(file, std::string_view("damaged"));
  refuses("expected the length of the header in 8 bytes");
}
