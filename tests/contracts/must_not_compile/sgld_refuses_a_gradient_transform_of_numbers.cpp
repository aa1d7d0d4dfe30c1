// expected: batch_transform or step
#include "programs.hpp"

struct halves {
  float operator()(float slope) const { return slope / 2; }
};

int main() {
  jem::rng rng{1};
  const jem::sgld kernel{.step_size = jem::constant{0.1f}, .noise = jem::no_noise{}, .transform = halves{}};
  jem::evolve(kernel, bowl{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
