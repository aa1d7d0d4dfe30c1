// expected: differentiable_energy
#include "programs.hpp"

#include <jem/sampling/langevin.hpp>

int main() {
  jem::rng rng{1};
  jem::sample(jem::mala{{.step_size = 0.1f}}, values_only{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
