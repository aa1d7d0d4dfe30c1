// SPDX-License-Identifier: MIT
#include "../support/golden_wide_resnet.hpp"

namespace test {

TEST_CASE_TEMPLATE_INVOKE(golden_logits, guarded_double);

}  // namespace test
