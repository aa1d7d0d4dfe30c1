// SPDX-License-Identifier: MIT
#include "support/thrust_backend.hpp"

#include <jem/backend/thrust.hpp>

using tensor = jem::tensor<float, jem::thrust_cpp>;

TEST_CASE("thrust_cpp: a user's array is a tensor without a copy") { test::views_an_array_without_a_copy<tensor>(); }

TEST_CASE("thrust_cpp: chains end where reference's do") { test::chains_end_where_those_of_reference_do<tensor>(); }
