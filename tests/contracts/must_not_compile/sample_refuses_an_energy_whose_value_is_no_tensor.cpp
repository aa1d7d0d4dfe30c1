// expected: energy
#include "programs.hpp"

struct one_number {
  float value(const tensor&) const { return 0; }
};

int main() {
  jem::rng rng{1};
  jem::sample(jem::hmc{{.step_size = 0.1f}}, one_number{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
