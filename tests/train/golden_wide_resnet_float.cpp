// SPDX-License-Identifier: MIT
#include "../support/compiled_convolutions.hpp"
#include "../support/golden_wide_resnet.hpp"

namespace test {

TEST_CASE_TEMPLATE_INVOKE(golden_logits, eigen_float);
TEST_CASE_TEMPLATE_INVOKE(golden_training_step, eigen_float);
TEST_CASE_TEMPLATE_INVOKE(golden_step_with_energy_head, eigen_float);

}  // namespace test
