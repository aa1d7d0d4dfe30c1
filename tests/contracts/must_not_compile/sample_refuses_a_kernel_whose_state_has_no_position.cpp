// expected: chain_state or kernel
#include "programs.hpp"

struct lost {
  static constexpr bool needs_gradient = false;

  struct state {
    int step = 0;
  };

  template <jem::tensor_value T, jem::energy<T> E>
  state init(const E&, const T&) const {
    return {};
  }
  template <jem::tensor_value T, jem::energy<T> E>
  jem::transition_info<T> step(const E&, state&, jem::rng&) const {
    return {};
  }
};

int main() {
  jem::rng rng{1};
  jem::sample(lost{}, bowl{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
