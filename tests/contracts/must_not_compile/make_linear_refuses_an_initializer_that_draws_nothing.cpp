// expected: initializer
#include "programs.hpp"

#include <jem/nn/linear.hpp>

struct ones {};

int main() {
  jem::rng rng{1};
  jem::make_linear<tensor>(2, 3, rng, ones{});
}
