// The program of checkpoints.md: trains, and continues where it was stopped.
// usage: checkpoints [iterations]
#include "expect.hpp"

#include <jem/data/digits.hpp>
#include <jem/io/checkpoint.hpp>
#include <jem/jem.hpp>

#include <cstdlib>
#include <filesystem>

using tensor = jem::tensor<float, jem::eigen>;

// A state of your own: the library's state, and a number of this program.
template <class Run>
struct kept_run {
  Run run;
  double best = 0;  // accuracy on a batch

  static void each_part(auto& self, auto f) { f("run", self.run), f("best", self.best); }
};

auto train(const char* file, jem::index_t iterations) {
  const auto digits = jem::data::digits_train<tensor>();
  const jem::sgld langevin{.step_size = 1.0f, .noise = 0.01f};
  const jem::adam adam{.learning_rate = 1e-3f};
  const jem::trainer algorithm{.loss      = jem::cross_entropy{} + jem::contrastive_divergence{},
                               .sampler   = langevin,
                               .optimiser = adam,
                               .steps     = 5,
                               .buffer    = {.capacity = 500}};
  jem::rng rng{1};
  const jem::convnet_options form{.height = 8, .width = 8, .classes = 10, .widths = {8, 16}};
  kept_run state{algorithm.init(jem::convnet<tensor>(form, rng), digits, rng)};

  if (std::filesystem::exists(file)) jem::io::load_checkpoint(file, state, "digits, seed 1");
  while (state.run.iteration < iterations) {
    const auto told = algorithm.step(state.run);
    state.best      = std::max(state.best, told.accuracy);
    if (state.run.iteration % 10 == 0) jem::io::save_checkpoint(file, state, "digits, seed 1");
  }
  return jem::io::parts_of(state.run.net);
}

int main(int argc, char** argv) {
  const jem::index_t iterations = argc > 1 ? std::max(20, std::atoi(argv[1])) / 10 * 2 : 200;
  const auto whole              = train("whole.safetensors", iterations);
  train("parts.safetensors", iterations / 2);                 // stopped half way, so that the last checkpoint is left
  const auto parts = train("parts.safetensors", iterations);  // continues from there
  expect(parts == whole, "a run that goes on from a checkpoint ends with the very weights of one that was never stopped");
  for (const char* file : {"whole.safetensors", "parts.safetensors"}) std::filesystem::remove(file);
}
