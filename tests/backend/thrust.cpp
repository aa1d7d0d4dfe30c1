// SPDX-License-Identifier: MIT
#include <jem/backend/thrust.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <doctest/doctest.h>

#include <span>
#include <vector>

using tensor = jem::tensor<float, jem::thrust_cpp>;

TEST_CASE("thrust_cpp: a user's array is a tensor without a copy") {
  std::vector<float> mine{1, 2, 3, 4};
  const auto view = jem::view_of<tensor>(std::span<float>(mine), {2, 2});
  CHECK(view.data() == mine.data());
  CHECK(jem::row_sums(view).to_vector() == std::vector<float>{3, 7});
}

TEST_CASE("thrust_cpp: chains end where reference's do") {
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
