// SPDX-License-Identifier: MIT
#include <jem/backend/reference.hpp>
#include <jem/backend/thrust_cuda.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <doctest/doctest.h>

#include <thrust/device_vector.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

using tensor = jem::tensor<float, jem::thrust_cuda>;

TEST_CASE("thrust_cuda: a user's device vector is a tensor without a copy") {
  thrust::device_vector<float> mine(std::vector<float>{1, 2, 3, 4});
  const auto view = jem::view_of<tensor>(mine, {2, 2});
  CHECK(view.data() == thrust::raw_pointer_cast(mine.data()));
  CHECK(jem::row_sums(view).to_vector() == std::vector<float>{3, 7});
  CHECK_THROWS_AS(jem::view_of<tensor>(mine, {5}), std::invalid_argument);
}

TEST_CASE("thrust_cuda: what is uploaded may change at once, and reaches the device in the order of its work") {
  constexpr jem::index_t n = 3'000'001;  // several turns of the page-locked blocks
  tensor last({20}), x({n});
  std::vector<float> mine(static_cast<std::size_t>(n));
  for (jem::index_t round = 0; round < 20; ++round) {
    std::fill(mine.begin(), mine.end(), static_cast<float>(round));
    jem::thrust_cuda::upload(mine.data(), n, x.data());
    std::fill(mine.begin(), mine.end(), -1.0f);
    jem::copy_into(last.rows(round, 1), x.rows(n - 1, 1));
  }
  const auto seen = last.to_vector();
  for (std::size_t round = 0; round < 20; ++round) CHECK(seen[round] == static_cast<float>(round));
}

TEST_CASE("thrust_cuda: users' memory of the host cannot be viewed as a device's") {
  constexpr auto viewable = []<class T>(std::type_identity<T>) {
    return requires(std::vector<float>& memory) { jem::view_of<T>(memory, jem::shape{2}); };
  };
  static_assert(!viewable(std::type_identity<tensor>{}));
  CHECK(tensor({2}, {1, 2}).to_vector() == std::vector<float>{1, 2});
}

TEST_CASE("thrust_cuda: more memory than there is: how much was asked for and how much is free, and the device goes on") {
  const tensor before({3}, {1, 2, 3});
  std::string said;
  try {
    const tensor too_large(jem::shape{jem::index_t{1} << 45});
  } catch (const std::runtime_error& error) { said = error.what(); }
  CHECK(said.starts_with("[thrust_cuda] out of device memory: asked for 134217728 MiB, "));
  CHECK(before.to_vector() == std::vector<float>{1, 2, 3});
}

TEST_CASE("thrust_cuda: a sampler run asks for memory in its first step only") {
  jem::rng g{3};
  const auto net = jem::mlp<tensor>({5, 7, 3}, g);
  const jem::sgld kernel{.step_size = jem::constant{0.1f}, .noise = jem::fixed_noise{0.01f}};
  const auto energy = jem::marginal_energy{net};
  auto state        = kernel.init(energy, jem::normal<tensor>({400, 5}, g));
  const auto free   = [] {
    std::size_t unused = 0, all = 0;
    jem::cuda_device::check("cudaMemGetInfo", cudaMemGetInfo(&unused, &all));
    return unused;
  };
  for (int k = 0; k < 3; ++k) kernel.step(energy, state, g);
  const std::size_t first = free();
  for (int k = 0; k < 100; ++k) kernel.step(energy, state, g);
  CHECK(free() == first);
}

TEST_CASE("thrust_cuda: uniforms have the host's bits, and normals agree to a few units in the last place") {
  using reference = jem::tensor<float, jem::reference>;
  jem::rng mine{7}, theirs{7};
  CHECK(jem::uniform<tensor>({10'007}, -1, 1, mine).to_vector() == jem::uniform<reference>({10'007}, -1, 1, theirs).to_vector());
  const auto a = jem::normal<tensor>({10'007}, mine).to_vector(), b = jem::normal<reference>({10'007}, theirs).to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) <= 2e-6f);
}

TEST_CASE("thrust_cuda: loops of more than 2^31 elements reach the last") {
  const jem::index_t n = (jem::index_t{1} << 31) + 5;
  tensor x(jem::shape{n});
  jem::apply(x, jem::op::constant<float>{1});
  CHECK(tensor(x.rows(n - 2, 2)).to_vector() == std::vector<float>{1, 1});
  CHECK(jem::row_sums(jem::view<const float, jem::thrust_cuda>(x.data(), {1, n})).to_vector()[0] == doctest::Approx(2147483653.0));
}
