// SPDX-License-Identifier: MIT
#include "support/thrust_backend.hpp"

#include <jem/backend/thrust_omp.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/matmul.hpp>

#include <omp.h>

using tensor = jem::tensor<float, jem::thrust_omp>;

TEST_CASE("thrust_omp: a user's array is a tensor without a copy") { test::views_an_array_without_a_copy<tensor>(); }

TEST_CASE("thrust_omp: exceptions reach the caller") { test::carries_exceptions_to_the_caller<jem::thrust_omp>(); }

TEST_CASE("thrust_omp: chains end where reference's do") { test::chains_end_where_those_of_reference_do<tensor>(); }

TEST_CASE("thrust_omp: sums and products have the same bits for 1, 2 and 7 threads") {
  jem::rng g{5};
  const auto x   = jem::uniform<tensor>({301, 5000}, -1, 1, g);
  const auto all = [&](int threads) {
    omp_set_num_threads(threads);
    auto values         = jem::row_sums(x).to_vector();
    const auto columns  = jem::column_sums(x).to_vector();
    const auto products = jem::matmul(x, x, jem::transpose::no, jem::transpose::yes).to_vector();
    values.insert(values.end(), columns.begin(), columns.end());
    values.insert(values.end(), products.begin(), products.end());
    return values;
  };
  const int before = omp_get_max_threads();
  const auto one = all(1), two = all(2), seven = all(7);
  omp_set_num_threads(before);
  CHECK(one == two);
  CHECK(one == seven);
}
