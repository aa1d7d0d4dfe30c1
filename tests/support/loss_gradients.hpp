// SPDX-License-Identifier: MIT
// The parameter gradient of a loss through a network: that of the conformance suite.
#pragma once

#include "loss_oracle.hpp"

#include <jem/conformance/loss_gradients.hpp>

namespace test {

using jem::conformance::parameter_gradient_error, jem::conformance::separate_logits, jem::conformance::wave_images;

}  // namespace test
