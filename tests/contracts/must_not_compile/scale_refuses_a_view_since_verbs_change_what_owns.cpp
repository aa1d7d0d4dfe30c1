// expected: tensor_value
#include "programs.hpp"

int main() {
  tensor x({4, 2});
  auto rows = x.rows(0, 2);
  jem::scale(rows, 2);
}
