// expected: tensor_like or tensor_of
#include "programs.hpp"

int main() { jem::log_sum_exp(std::vector<float>{1, 2, 3}); }
