// expected: step_size
#include "programs.hpp"

int main() { [[maybe_unused]] const jem::hmc kernel{{.steps = 20}}; }
