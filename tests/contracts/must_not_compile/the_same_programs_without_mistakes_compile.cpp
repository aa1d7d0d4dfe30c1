// compiles
// The positive control: what the other files do, without their mistakes.
#include "programs.hpp"

#include <jem/energy/row.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/sequential.hpp>

struct stay {
  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E&, const jem::point<T>& from, jem::point<T>& to, jem::rng&) const {
    to = from;
    return jem::zeros<T>(from.energy.extents());
  }
};

struct quiet {
  float operator()(float) const { return 0; }
};

struct height {
  template <class V>
  constexpr V operator()(const V* x, V* gradient) const {
    gradient[0] = 2 * x[0], gradient[1] = 0;
    return x[0] * x[0];
  }
};

int main() {
  jem::rng rng{1};
  const auto x = jem::normal<tensor>({4, 2}, rng);
  jem::sample(jem::hmc{{.step_size = 0.1f}}, bowl{}, x, 2, rng);
  jem::sample(jem::hmc{{.step_size = 0.1f}}, jem::row_energy{2, height{}}, x, 2, rng);
  jem::evolve(jem::sgld{.step_size = jem::constant{0.1f}, .noise = quiet{}}, bowl{}, x, 2, rng);
  jem::sample(jem::metropolis{stay{}}, values_only{}, x, 2, rng);

  const jem::sequential net{jem::make_linear<tensor>(2, 3, rng)};
  jem::value_and_grad(jem::cross_entropy{}, net, {.x = x, .y = jem::labels<tensor>({4})});
}
