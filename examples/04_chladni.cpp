// A sampler composed of four policies of your own: sand on a vibrating plate, which is thrown about until it rests where the
// plate stands still, on the lines that Chladni drew in 1787. Writes chladni.png.
// usage: 04_chladni [grains]
#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/io/picture.hpp>
#include <jem/jem.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>

struct plate {  // the square of the amplitude of a standing wave on [0, 1]²
  float n, m;
  constexpr auto operator()(auto x, auto y) const {
    constexpr float pi = std::numbers::pi_v<float>;
    return square(cos(n * pi * x) * cos(m * pi * y) - cos(m * pi * x) * cos(n * pi * y));
  }
};

struct fading {  // schedule: step k → ε; the vibration dies down
  float first, delay;
  float operator()(jem::index_t k) const { return first / (1 + static_cast<float>(k) / delay); }
};

struct shaking {  // noise: ε → σ; the faster the plate moves, the higher the grains jump
  float strength;
  float operator()(float step_size) const { return strength * step_size; }
};

struct friction {  // transform: g ← g / (1 + ‖g‖ / limit) for each grain, so that none is thrown far
  float limit;
  float operator()(float squared) const { return 1 / (1 + std::sqrt(squared) / limit); }
  void operator()(tensor& gradient) const { scale_per_row(gradient, map(row_dots(gradient, gradient), *this)); }  // (n, 2)
};

struct rim {  // constraint: what would leave the plate bounces back
  constexpr float operator()(float x) const { return x < 0 ? -x : (x > 1 ? 2 - x : x); }
  void operator()(tensor& position) const { apply(position, *this); }
};

int main(int argc, char** argv) {
  const jem::index_t grains = argc > 1 ? std::atoi(argv[1]) : 200'000;
  const jem::sgld sand{.step_size = fading{0.005f, 20}, .noise = shaking{8}, .transform = friction{10}, .constraint = rim{}};
  const auto energy = jem::pointwise<2>(plate{7, 3});
  jem::rng rng{1787};
  const auto strewn = jem::uniform<tensor>({grains, 2}, 0, 1, rng);
  const auto rested = jem::evolve(sand, energy, strewn, 200, rng);
  std::printf("mean squared amplitude under a grain: %.4f at first, %.4f at rest\n", double(mean(energy.value(strewn))),
              double(mean(energy.value(rested))));
  jem::io::write_png("chladni.png", jem::io::histogram(rested, {.left = 0, .right = 1, .bottom = 0, .top = 1}));
}
