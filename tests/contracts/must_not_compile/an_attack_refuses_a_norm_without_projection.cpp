// expected: attack_norm
#include "programs.hpp"

#include <jem/evaluate/attack.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/sequential.hpp>

struct l1 {
  template <jem::tensor_value T>
  T start(const jem::shape& extents, typename T::value_type, jem::rng&) const {
    return jem::zeros<T>(extents);
  }
  template <jem::tensor_value T>
  void direct(T&) const {}
};

int main() {
  jem::rng rng{1};
  const jem::sequential net{jem::make_linear<tensor>(2, 3, rng)};
  jem::evaluate::robust_accuracy(net, tensor({4, 2}), jem::labels<tensor>({4}), jem::evaluate::pgd<l1>{}, rng);
}
