// SPDX-License-Identifier: MIT
#include <jem/backend/thrust_omp.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <jem/tensor/matmul.hpp>

#include <doctest/doctest.h>

#include <omp.h>

#include <span>
#include <vector>

using tensor = jem::tensor<float, jem::thrust_omp>;

TEST_CASE("thrust_omp: a user's array is a tensor without a copy") {
  std::vector<float> mine{1, 2, 3, 4};
  const auto view = jem::view_of<tensor>(std::span<float>(mine), {2, 2});
  CHECK(view.data() == mine.data());
  CHECK(jem::row_sums(view).to_vector() == std::vector<float>{3, 7});
}

TEST_CASE("thrust_omp: chains end where reference's do") {
  using reference = jem::tensor<float, jem::reference>;
  const jem::sgld kernel{.step_size = jem::constant{0.1f}, .noise = jem::fixed_noise{0.01f}};
  const auto run = [&]<class T>(std::type_identity<T>) {
    jem::rng g{3};
    const auto net   = jem::mlp<T>({5, 7, 3}, g);
    const auto start = jem::normal<T>({40, 5}, g);
    return jem::evolve(kernel, jem::marginal_energy{net}, start, 20, g).to_vector();
  };
  const auto mine     = run(std::type_identity<tensor>{});
  const auto expected = run(std::type_identity<reference>{});
  REQUIRE(mine.size() == expected.size());
  for (std::size_t i = 0; i < mine.size(); ++i) CHECK(mine[i] == doctest::Approx(expected[i]).epsilon(1e-5));
}

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
