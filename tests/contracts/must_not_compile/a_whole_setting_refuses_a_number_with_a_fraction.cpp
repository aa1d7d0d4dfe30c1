// expected: steps
#include "programs.hpp"

int main() { [[maybe_unused]] const jem::hmc kernel{{.step_size = 0.1f, .steps = 2.5}}; }
