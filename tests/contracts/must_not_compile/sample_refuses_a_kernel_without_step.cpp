// expected: kernel
#include "programs.hpp"

struct lazy {
  static constexpr bool needs_gradient = false;

  template <jem::tensor_value T, jem::energy<T> E>
  jem::unadjusted_state<T> init(const E&, const T& x) const {
    return {x};
  }
};

int main() {
  jem::rng rng{1};
  jem::sample(lazy{}, bowl{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
