// SPDX-License-Identifier: MIT
#include "compiled_convolutions.hpp"

TEST_CONVOLUTIONS(, float)
TEST_CONVOLUTIONS(, double)
