// expected by default: propose_is_const
#include "programs.hpp"

struct drift {
  float scale;

  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng&) {
    to.position = from.position;
    to.energy   = e.value(to.position);
    return jem::zeros<T>(to.energy.extents());
  }
};

int main() {
  jem::rng rng{1};
  jem::sample(jem::metropolis{drift{1}}, bowl{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
