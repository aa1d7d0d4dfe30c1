// SPDX-License-Identifier: MIT
// That the gradient is that of the samples' last step is asked by the conformance suite.
#include "../support/doubles.hpp"

#include <jem/loss/sampler_divergence.hpp>

using namespace test;

static_assert(jem::sampler_divergence{}.reads() == jem::phase_set{.last_steps = true});
static_assert(jem::loss_term<jem::sampler_divergence, eigen_float>);

TEST_CASE_TEMPLATE("the sampler's divergence tells its value, and moves the energies of a pair by its slope", T, eigen_double,
                   guarded_double) {
  // one pair; the softmax of (0, log 3) is (1/4, 3/4)
  jem::phases<T> logits{.last_steps = T({2, 2}, {0, std::log(3.0), 0, 0}), .last_steps_by = {.slope = -8, .value = 1.5}};
  jem::phases<T> slopes{.last_steps = jem::zeros<T>({2, 2})};
  CHECK(jem::sampler_divergence{}.accumulate(logits, 0.5f, slopes) == 0.75);
  // ∂/∂f of −4·(E(x⁺) − E(x⁻)) with E = −log Σ exp f
  CHECK(largest_difference(slopes.last_steps.to_vector(), std::vector<double>{1, 3, -2, -2}) < 1e-14);

  logits.last_steps_y = jem::labels<T>({2}, {1, 1});  // E = −f[1]
  slopes.last_steps   = jem::zeros<T>({2, 2});
  (void)jem::sampler_divergence{}.accumulate(logits, 0.5f, slopes);
  CHECK(slopes.last_steps.to_vector() == std::vector<double>{0, 4, 0, -4});
}
