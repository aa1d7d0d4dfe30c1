// A joint energy-based model of two moons; writes two_moons.png, its density p(x) over the plane.
// usage: 03_two_moons [iterations]
#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/data/toy2d.hpp>
#include <jem/io/picture.hpp>
#include <jem/jem.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  const int iterations = argc > 1 ? std::atoi(argv[1]) : 2000;
  jem::rng rng{7};
  const auto moons = jem::data::two_moons<tensor>(10'000, 0.1, rng);  // (10000, 2)

  const jem::trainer trainer{
      .loss       = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{},
      .sampler    = jem::sgld{.step_size = 0.005f, .noise = jem::langevin_noise{}},
      .optimiser  = jem::adam{.learning_rate = jem::linear_warm_up{1e-3f, 200}},
      .batch      = 256,
      .steps      = 40,
      .data_noise = 0,
  };
  const jem::mlp<tensor> net({2, 64, 64, 2}, rng);
  auto state = trainer.init(net, moons, rng);
  for (int i = 0; i < iterations; ++i) {
    const auto info = trainer.step(state);
    if (i % 500 == 0)
      std::printf("%5d  loss %6.3f  accuracy %.3f  energy gap %+.3f\n", i, double(info.loss), double(info.accuracy),
                  double(info.energy_gap()));
  }
  const jem::io::picture_options plane{.left = -2, .right = 2, .bottom = -1.25, .top = 1.25, .width = 480, .height = 300};
  const auto energy = jem::marginal_energy{state.net}.value(jem::io::pixel_centres<tensor>(plane)).to_vector();
  std::vector<double> density;
  for (const float e : energy) density.push_back(std::exp(-e));
  jem::io::write_png("two_moons.png", jem::io::heat_map(density, plane.height, plane.width));
}
