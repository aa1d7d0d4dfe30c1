// expected: element
#include "programs.hpp"

int main() { jem::tensor<short, jem::reference> x({2, 3}); }
