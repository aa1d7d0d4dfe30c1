// expected at once: write exp.x., not std::exp.x.
#include "programs.hpp"

#include <jem/energy/pointwise.hpp>

struct well {
  constexpr auto operator()(auto x, auto y) const { return std::exp(x) + 2.0f * y * y; }
};

int main() {
  jem::rng rng{1};
  jem::sample(jem::hmc{{.step_size = 0.1f}}, jem::pointwise<2>(well{}), jem::normal<tensor>({4, 2}, rng), 2, rng);
}
