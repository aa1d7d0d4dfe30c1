// expected: proposal or step
#include "programs.hpp"

struct undecided {
  float scale;
};

int main() {
  jem::rng rng{1};
  jem::sample(jem::metropolis{undecided{1}}, bowl{}, jem::normal<tensor>({4, 2}, rng), 2, rng);
}
