// The paper's model on its own data: a Wide ResNet that learns CIFAR-10 as a joint energy-based model, by the paper's recipe. The
// folder holds data_batch_1.bin … data_batch_5.bin and test_batch.bin, plain, .gz or .xz. Writes cifar.png and cifar.safetensors.
// usage: 08_wide_resnet FOLDER [iterations] [depth] [width]; the paper's are 140600, 28 and 10
#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/data/augment.hpp>
#include <jem/data/cifar.hpp>
#include <jem/evaluate/summary.hpp>
#include <jem/io/gzip.hpp>
#include <jem/io/picture.hpp>
#include <jem/io/safetensors.hpp>
#include <jem/io/xz.hpp>
#include <jem/jem.hpp>

#include <cstdio>
#include <cstdlib>

int learn(const char* folder, int iterations, int depth, int width) {
  const auto read = [&](auto split) {
    return jem::data::read_cifar<tensor>(folder, split, jem::data::cifar10, {jem::io::gzip, jem::io::xz});
  };
  const auto train = read("train"), test = read("test");

  const jem::data::in_turn crop_and_flip{jem::data::reflect_crop{4}, jem::data::random_flip{}};
  const jem::step_decay decay{.rate = 1e-4f, .at = {112'480, 126'540}};  // × 0.3 after 160 and 180 of the paper's epochs, 703 batches each
  const jem::trainer trainer{.loss      = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{},
                             .sampler   = jem::sgld{.step_size = 1.0f, .noise = 0.01f},
                             .optimiser = jem::adam{.learning_rate = jem::linear_warm_up{.rate = decay, .updates = 1'000}},
                             .augment   = jem::data::augment{.labelled = crop_and_flip, .unlabelled = crop_and_flip}};
  jem::rng rng{1};
  auto state = trainer.init(jem::wide_resnet<tensor>({.depth = depth, .width = width}, rng), train, rng);
  std::printf("%td parameters, %td images\n", jem::parameter_count(state.net), train.size());
  for (int i = 1; i <= iterations; ++i) {
    const auto info = trainer.step(state);
    if (i % 10 == 0) std::printf("%6d  loss %.3f  accuracy %.3f  energy gap %+.3f\n", i, info.loss, info.accuracy, info.energy_gap());
  }

  const auto worth = jem::evaluate::summarise(state.net, test);
  std::printf("on %td test images: accuracy %.3f, NLL %.3f, ECE %.3f\n", test.size(), worth.accuracy, worth.nll, worth.ece);
  jem::io::write_png("cifar.png", jem::io::sheet(tensor(state.buffer.positions().rows(0, 100)), 10, 2));
  jem::io::save_parameters("cifar.safetensors", state.net);
  return 0;
}

int main(int argc, char** argv) try {
  const auto number = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
  if (argc > 1) return learn(argv[1], number(2, 300), number(3, 10), number(4, 1));
  std::puts("usage: 08_wide_resnet FOLDER [iterations] [depth] [width]");
  return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "08_wide_resnet: %s\n", error.what());
  return 2;
}
