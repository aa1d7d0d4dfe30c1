// expected: schedule
#include "programs.hpp"

#include <jem/optim/sgd.hpp>

int main() { [[maybe_unused]] const jem::sgd<float> sgd{.learning_rate = 1e-3f}; }
