// expected: activation_function or layer
#include "programs.hpp"

#include <jem/nn/activation.hpp>
#include <jem/nn/models/mlp.hpp>

struct cube {
  template <class V>
  constexpr V operator()(V x) const {
    return x * x * x;
  }
};

int main() {
  jem::rng rng{1};
  const jem::mlp<tensor, jem::activation<cube>> net({2, 8, 2}, rng);
}
