// expected: differentiable_energy
#include "programs.hpp"

#include <jem/energy/dual_energy.hpp>

struct well {
  double operator()(const double* x) const { return x[0] * x[0]; }
};

int main() {
  jem::rng rng{1};
  jem::sample(jem::hmc{{.step_size = 0.1f}}, jem::dual_energy{2, well{}}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
