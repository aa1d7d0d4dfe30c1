// expected: differentiable_energy
#include "programs.hpp"

#include <jem/energy/combine.hpp>

int main() {
  jem::rng rng{1};
  jem::sample(jem::hmc{{.step_size = 0.1f}}, jem::sum_energies(bowl{}, values_only{}), jem::normal<tensor>({4, 2}, rng), 2, rng);
}
