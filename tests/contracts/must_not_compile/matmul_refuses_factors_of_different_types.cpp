// expected: summed_in
#include "programs.hpp"

#include <jem/tensor/matmul.hpp>

int main() { jem::matmul(tensor({2, 3}), jem::tensor<double, jem::reference>({3, 4})); }
