// expected: schedule
#include "programs.hpp"

struct rate {
  float first;
};

int main() { [[maybe_unused]] const jem::sgld<rate> kernel{.step_size = {0.1f}}; }
