// expected by default: step_is_const
#include "programs.hpp"

struct still {
  template <jem::tensor_value T, jem::energy<T> E>
  jem::unadjusted_state<T> init(const E&, const T& x) const {
    return {x};
  }
  template <jem::tensor_value T, jem::energy<T> E>
  jem::transition_info<T> step(const E&, jem::unadjusted_state<T>&, jem::rng&) {
    return {};
  }
};

int main() {
  jem::rng rng{1};
  jem::sample(still{}, bowl{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
