// expected by default: value_is_const
#include "programs.hpp"

struct counted : bowl {
  int calls = 0;

  template <jem::tensor_value T>
  T value(const T& x) {
    ++calls;
    return 0.5f * jem::row_dots(x, x);
  }
};

int main() {
  jem::rng rng{1};
  jem::sample(jem::hmc{{.step_size = 0.1f}}, counted{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
