// expected: step_observer
#include "programs.hpp"

int main() {
  jem::rng rng{1};
  const auto observe = [](const tensor&) {};
  jem::sample(jem::hmc{{.step_size = 0.1f}}, bowl{}, jem::normal<tensor>({4, 2}, rng), 2, rng, observe);
}
