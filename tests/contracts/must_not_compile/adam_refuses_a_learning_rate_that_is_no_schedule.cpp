// expected: schedule
#include "programs.hpp"

#include <jem/optim/adam.hpp>

int main() { [[maybe_unused]] const jem::adam<float> adam{.learning_rate = 1e-3f}; }
