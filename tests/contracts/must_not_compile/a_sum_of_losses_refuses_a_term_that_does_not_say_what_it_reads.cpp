// expected: loss_term
#include "programs.hpp"

#include <jem/loss/compose.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/sequential.hpp>

struct silent {
  using loss_tag = void;

  float accumulate(const jem::phases<tensor>&, float, jem::phases<tensor>&) const { return 0; }
};

int main() {
  jem::rng rng{1};
  const jem::sequential net{jem::make_linear<tensor>(2, 3, rng)};
  jem::value_and_grad(silent{}, net, {.x = jem::normal<tensor>({4, 2}, rng), .y = jem::labels<tensor>({4})});
}
