// SPDX-License-Identifier: MIT
// Tests of samples against a distribution function: those of the conformance suite.
#pragma once

#include <jem/conformance/laws.hpp>

namespace test {

using jem::conformance::autoregression, jem::conformance::cdf_distance, jem::conformance::chi_squared_bound, jem::conformance::dkw_bound,
    jem::conformance::hoeffding_bound, jem::conformance::normal_cdf;

}  // namespace test
