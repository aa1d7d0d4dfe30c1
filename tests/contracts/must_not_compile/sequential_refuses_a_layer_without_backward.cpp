// expected: layer
#include "programs.hpp"

#include <jem/nn/sequential.hpp>

struct one_way {
  template <jem::tensor_value T>
  struct cache {};

  static auto parameters(auto&) { return std::tuple<>{}; }

  template <jem::tensor_value T>
  T forward(T x, cache<T>&) const {
    return x;
  }
};

int main() {
  const jem::sequential net{one_way{}};
  decltype(net)::cache<tensor> cache;
  net.forward(tensor({4, 2}), cache);
}
