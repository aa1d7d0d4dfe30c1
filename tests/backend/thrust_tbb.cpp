// SPDX-License-Identifier: MIT
#include "support/thrust_backend.hpp"

#include <jem/backend/thrust_tbb.hpp>

using tensor = jem::tensor<float, jem::thrust_tbb>;

TEST_CASE("thrust_tbb: a user's array is a tensor without a copy") { test::views_an_array_without_a_copy<tensor>(); }

TEST_CASE("thrust_tbb: exceptions reach the caller") { test::carries_exceptions_to_the_caller<jem::thrust_tbb>(); }

TEST_CASE("thrust_tbb: chains end where reference's do") { test::chains_end_where_those_of_reference_do<tensor>(); }
