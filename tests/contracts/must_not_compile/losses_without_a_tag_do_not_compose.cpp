// expected: composable_loss
#include "programs.hpp"

#include <jem/loss/compose.hpp>

struct untagged {
  jem::phase_set reads() const { return {.labelled = true}; }
  float accumulate(const jem::phases<tensor>&, float, jem::phases<tensor>&) const { return 0; }
};

int main() { [[maybe_unused]] const auto loss = jem::cross_entropy{} + untagged{}; }
