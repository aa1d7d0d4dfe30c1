// expected: layer or differentiable_energy
#include "programs.hpp"

#include <jem/energy/marginal.hpp>

struct forward_only {
  using tensor_type = tensor;

  template <jem::tensor_value T>
  struct cache {};

  static auto parameters(auto&) { return std::tuple<>{}; }
  tensor forward(const tensor& x, cache<tensor>&) const { return x; }
};

int main() {
  jem::rng rng{1};
  const forward_only net;
  jem::sample(jem::hmc{{.step_size = 0.1f}}, jem::marginal_energy{net}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
