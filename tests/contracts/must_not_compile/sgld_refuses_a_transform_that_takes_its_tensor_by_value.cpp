// expected by default: batch_is_a_reference
#include "programs.hpp"

struct halves {
  template <jem::tensor_value T>
  void operator()(T slope) const {
    jem::scale(slope, 0.5f);
  }
};

int main() {
  jem::rng rng{1};
  const jem::sgld kernel{.step_size = jem::constant{0.1f}, .noise = jem::no_noise{}, .transform = halves{}};
  jem::evolve(kernel, bowl{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
