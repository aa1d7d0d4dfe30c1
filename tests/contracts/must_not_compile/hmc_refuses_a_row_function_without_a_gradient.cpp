// expected: differentiable_energy
#include "programs.hpp"

#include <jem/energy/row.hpp>

struct height {
  template <class V>
  constexpr V operator()(const V* x) const {
    return x[0] * x[0];
  }
};

int main() {
  jem::rng rng{1};
  jem::sample(jem::hmc{{.step_size = 0.1f}}, jem::row_energy{2, height{}}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
