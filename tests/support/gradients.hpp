// SPDX-License-Identifier: MIT
// Gradients against central differences: those of the conformance suite.
#pragma once

#include "numbers.hpp"

#include <jem/conformance/gradients.hpp>

namespace test {

using jem::conformance::central_differences, jem::conformance::check_energy_gradient, jem::conformance::check_layer_gradient_directions,
    jem::conformance::check_layer_gradients, jem::conformance::gradient_error, jem::conformance::parameter_values,
    jem::conformance::with_parameters;

}  // namespace test
