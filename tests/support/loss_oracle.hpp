// SPDX-License-Identifier: MIT
// A second implementation of the losses, in plain double arithmetic on the host: that of the conformance suite.
#pragma once

#include "doubles.hpp"

#include <jem/conformance/loss_oracle.hpp>

namespace test {

using jem::conformance::cross_entropy_value, jem::conformance::divergence_value, jem::conformance::everything,
    jem::conformance::everything_value, jem::conformance::for_each_loss, jem::conformance::joint_divergence_value,
    jem::conformance::joint_penalty_value, jem::conformance::logit_phases, jem::conformance::logit_rows, jem::conformance::loss_error,
    jem::conformance::on_the_host, jem::conformance::penalty_value, jem::conformance::wave_logits, jem::conformance::zero_slopes;

}  // namespace test
