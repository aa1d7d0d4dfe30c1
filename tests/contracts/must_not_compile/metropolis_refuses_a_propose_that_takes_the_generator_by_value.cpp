// expected by default: to_and_rng_are_references
#include "programs.hpp"

struct drift {
  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng g) const {
    to.position = from.position + jem::normal<T>(from.position.extents(), g);
    to.energy   = e.value(to.position);
    return jem::zeros<T>(to.energy.extents());
  }
};

int main() {
  jem::rng rng{1};
  jem::sample(jem::metropolis{drift{}}, bowl{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
