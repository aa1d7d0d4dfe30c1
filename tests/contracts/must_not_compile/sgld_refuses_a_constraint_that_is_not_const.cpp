// expected by default: call_is_const
#include "programs.hpp"

struct walls {
  float low, high;

  template <jem::tensor_value T>
  void operator()(T& position) {
    jem::clamp(position, low, high);
  }
};

int main() {
  jem::rng rng{1};
  const jem::sgld kernel{
      .step_size = jem::constant{0.1f}, .noise = jem::no_noise{}, .transform = jem::identity{}, .constraint = walls{-1, 1}};
  jem::evolve(kernel, bowl{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
