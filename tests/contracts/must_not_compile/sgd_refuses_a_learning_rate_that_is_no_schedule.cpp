// expected: schedule
#include "programs.hpp"

#include <jem/optim/sgd.hpp>

struct rate {
  float first;
};

int main() { [[maybe_unused]] const jem::sgd<rate> sgd{.learning_rate = {1e-3f}}; }
