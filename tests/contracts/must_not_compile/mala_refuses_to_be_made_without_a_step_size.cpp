// expected: step_size
#include "programs.hpp"

int main() { [[maybe_unused]] const jem::mala kernel{jem::langevin{}}; }
