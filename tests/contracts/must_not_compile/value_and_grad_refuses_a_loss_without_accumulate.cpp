// expected: loss_term
#include "programs.hpp"

#include <jem/nn/linear.hpp>
#include <jem/nn/sequential.hpp>

struct hopes {
  struct loss_tag {};
  jem::phase_set reads() const { return {.labelled = true}; }
};

int main() {
  jem::rng rng{1};
  const jem::sequential net{jem::make_linear<tensor>(2, 3, rng)};
  jem::value_and_grad(hopes{}, net, {.x = jem::normal<tensor>({4, 2}, rng), .y = jem::labels<tensor>({4})});
}
