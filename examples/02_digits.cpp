// A joint energy-based model of handwritten digits, in a training loop of your own. Writes digits.png: samples of p(x).
// usage: 02_digits [epochs]
#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/data/digits.hpp>
#include <jem/evaluate/logits.hpp>
#include <jem/io/png.hpp>
#include <jem/jem.hpp>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  const int epochs = argc > 1 ? std::atoi(argv[1]) : 50;
  jem::rng rng{1};
  const auto train = jem::data::digits_train<tensor>();
  const auto test  = jem::data::digits_test<tensor>();

  jem::convnet<tensor> net({.height = 8, .width = 8}, rng);
  jem::replay_buffer<tensor> buffer({8, 8, 1}, {}, rng);
  const jem::adam adam{.learning_rate = jem::linear_warm_up{1e-3f, 200}};
  auto moments = adam.init(net);

  const jem::sgld langevin{.step_size = 1.0f, .noise = 0.01f};
  const auto loss = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{} + 0.01f * jem::energy_penalty{};
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (const auto& [x, y] : jem::data::batches(train, 64, rng)) {
      auto chains     = buffer.draw(64, rng);  // x̃₀ from the buffer or U(−1, 1)
      chains.position = jem::evolve(langevin, jem::marginal_energy{net}, chains.position, 20, rng);
      buffer.store(chains);
      const auto [value, gradient] = jem::value_and_grad(loss, net, {.x = x, .y = y, .samples = chains.position});
      adam.step(moments, net, gradient);
    }
  }
  std::printf("accuracy %.3f\n", jem::metrics::accuracy(jem::evaluate::logits_of(net, test.x), test.y));
  jem::io::write_png("digits.png", jem::io::sheet(buffer.positions().rows(0, 100), 10, 6));
}
