// expected by default: slopes_are_a_reference
#include "programs.hpp"

#include <jem/nn/models/mlp.hpp>

struct forgetful {
  using loss_tag = void;

  jem::phase_set reads() const { return {.labelled = true}; }

  template <jem::tensor_value T>
  float accumulate(const jem::phases<T>&, float, jem::phases<T>) const {
    return 0;
  }
};

int main() {
  jem::rng rng{1};
  const auto net = jem::mlp<tensor>({2, 3, 2}, rng);
  jem::value_and_grad(forgetful{}, net, {.x = jem::normal<tensor>({4, 2}, rng)});
}
