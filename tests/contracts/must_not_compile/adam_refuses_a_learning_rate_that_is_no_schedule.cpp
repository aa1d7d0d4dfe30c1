// expected: schedule
#include "programs.hpp"

#include <jem/optim/adam.hpp>

struct rate {
  float first;
};

int main() { [[maybe_unused]] const jem::adam<rate> adam{.learning_rate = {1e-3f}}; }
