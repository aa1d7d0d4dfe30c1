// expected: schedule
#include "programs.hpp"

int main() { [[maybe_unused]] const jem::sgld<float> kernel{.step_size = 0.1f}; }
