// expected: step_size
#include "programs.hpp"

#include <jem/sampling/langevin.hpp>

int main() { [[maybe_unused]] const jem::mala kernel{jem::langevin{}}; }
