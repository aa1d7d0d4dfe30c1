#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/io/picture.hpp>
#include <jem/jem.hpp>

struct banana {  // low where likely; its gradient is automatic
  constexpr auto operator()(auto x, auto y) const { return square(1 - x) / 2 + 2 * square(y - x * x); }
};

int main() {  // Hamiltonian Monte Carlo; writes banana.png
  const jem::hmc kernel({.step_size = 0.1f, .steps = 20});
  jem::rng rng{42};
  const auto start = jem::normal<tensor>({1'000, 2}, rng);                               // (1000, 2): a thousand chains
  const auto draws = jem::sample(kernel, jem::pointwise<2>(banana{}), start, 500, rng);  // (500, 1000, 2)
  jem::io::write_png("banana.png", jem::io::histogram(draws, {.left = -2.5, .right = 4, .bottom = -1.5, .top = 9}));
}
