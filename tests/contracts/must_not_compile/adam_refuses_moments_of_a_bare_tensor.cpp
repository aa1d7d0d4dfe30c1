// expected: parameterised or adam_state
#include "programs.hpp"

#include <jem/optim/adam.hpp>

int main() {
  const jem::adam adam{.learning_rate = jem::linear_warm_up{1e-3f}};
  adam.init(tensor({4, 2}));
}
