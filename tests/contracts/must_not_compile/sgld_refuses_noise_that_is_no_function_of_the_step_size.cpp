// expected: noise_scale
#include "programs.hpp"

struct loud {
  float deviation;
};

int main() { [[maybe_unused]] const jem::sgld<jem::constant, loud> kernel{.step_size = jem::constant{0.1f}, .noise = {1}}; }
