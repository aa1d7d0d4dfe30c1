// A joint energy-based model of handwritten digits that learns the gradient of its energy, without chains, in a training loop of your own.
// Writes matched.png: samples from noise, a row for each class.
// usage: 11_matched [iterations]
#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/data/digits.hpp>
#include <jem/evaluate/generate.hpp>
#include <jem/io/png.hpp>
#include <jem/jem.hpp>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  const int iterations = argc > 1 ? std::atoi(argv[1]) : 2000;
  jem::rng rng{1};
  const auto train = jem::data::digits_train<tensor>();
  const auto test  = jem::data::digits_test<tensor>();

  jem::convnet<tensor> net({.height = 8, .width = 8}, rng, {}, jem::he_normal{});
  const jem::adam adam{.learning_rate = jem::cosine_decay{.rate = 3e-3f, .updates = iterations, .last = 0}};
  auto moments = adam.init(net);

  const auto loss = jem::cross_entropy{} + 6.4f * jem::gradient_matching{} + 0.3f * jem::outlier_exposure{};
  jem::data::batch_stream<tensor> batches(train, 64, rng.split());
  for (int i = 0; i < iterations; ++i) {
    const auto [x, y] = batches.next();
    const auto points = jem::equilibrium_path{}(x, rng);                              // x̃ between images and noise, and t for ∂E/∂x̃ there
    const auto pairs  = jem::pairs_of(jem::marginal_energy{net}, points);             // x̃ ± h·r with r = ∂E/∂x̃ − t
    const auto noise  = jem::uniform<tensor>(x.extents().with_rows(32), -1, 1, rng);  // of no class
    const auto [value, gradient] =
        jem::value_and_grad(loss, net, {.x = x, .y = y, .pairs = pairs.x, .pairs_by = pairs.by, .outliers = noise});
    adam.step(moments, net, gradient);
  }
  std::printf("accuracy %.3f\n", jem::metrics::accuracy(jem::evaluate::logits_of(net, test.x), test.y));

  std::vector<std::int32_t> classes;
  for (std::int32_t i = 0; i < 100; ++i) classes.push_back(i / 10);
  const auto samples =
      jem::evaluate::fresh_samples(jem::evaluate::descent(20), net, {100, 8, 8, 1}, jem::labels<tensor>({100}, classes), 20, rng);
  jem::io::write_png("matched.png", jem::io::sheet(samples, 10, 6));
}
