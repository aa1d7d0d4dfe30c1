// SPDX-License-Identifier: MIT
#include "../support/numbers.hpp"
#include "../support/temporary_directory.hpp"

#include <jem/backend/xtensor.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/rows.hpp>
#include <jem/tensor/xtensor_view.hpp>

#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

using jem::index_t;
using jem::shape;
using tensor = jem::tensor<float, jem::xtensor>;

namespace {

/// A user's array whose elements are in the library's recycled memory.
template <class T, std::size_t Axes>
using pooled_array = xt::xtensor<T, Axes, xt::layout_type::row_major, jem::host_allocator<T>>;

template <class T>
constexpr bool allocatable = requires { typename jem::host_allocator<T>; };

/// Small whole numbers, whose sums are exact in any order.
constexpr float whole(index_t i, index_t j) { return static_cast<float>((3 * i + 5 * j) % 17 - 8); }

}  // namespace

TEST_CASE("xtensor inherits from eigen, and is no backend of integers") {
  static_assert(std::is_base_of_v<jem::eigen, jem::xtensor>);
  static_assert(jem::xtensor::host_memory);
  static_assert(!jem::backend<jem::xtensor, std::int32_t>);
  CHECK(std::string(jem::xtensor::name) == "xtensor");
}

TEST_CASE("xtensor's storage is the container of its arrays, in recycled memory") {
  using storage = jem::xtensor::storage<float>;
  static_assert(std::derived_from<storage, pooled_array<float, 2>::storage_type>);
  static_assert(allocatable<double> && !allocatable<long>);
  const float* first = nullptr;
  {
    const storage s(12'347);
    first = s.data();
    CHECK(reinterpret_cast<std::uintptr_t>(first) % 64 == 0);
  }
  CHECK(storage(12'347).data() == first);
  CHECK(pooled_array<float, 1>(std::array<std::size_t, 1>{12'347}).data() == first);
  CHECK(storage(0).data() == nullptr);
}

TEST_CASE("absurd sizes throw and do not wrap around, in storage and in arrays") {
  constexpr index_t most = std::numeric_limits<index_t>::max();
  for (const index_t n : {index_t{-1}, most, most / 8 + 1}) CHECK_THROWS_AS(jem::xtensor::storage<double>{n}, std::bad_array_new_length);
  CHECK_THROWS_AS(jem::host_allocator<float>().allocate(std::numeric_limits<std::size_t>::max() / 4 + 2), std::bad_array_new_length);
}

TEST_CASE("sums have each element once, for sizes around those of lanes and blocks") {
  std::vector<float> sums(5000, std::numeric_limits<float>::quiet_NaN());
  for (const index_t n : {0, 1, 15, 16, 17, 31, 32, 33, 255, 256, 257, 513, 4095, 4096, 4097, 4111, 4112, 4113}) {
    for (const index_t m : {1, 2, 15, 16, 17, 33}) {
      CAPTURE(n);
      CAPTURE(m);
      const auto expected = [&](index_t fixed, bool row) {
        float sum = 0;
        for (index_t k = 0; k < n; ++k) sum += row ? whole(fixed, k) : whole(k, fixed);
        return sum;
      };
      jem::xtensor::sum_rows(m, n, whole, sums.data());
      for (index_t i = 0; i < m; ++i) CHECK(sums[static_cast<std::size_t>(i)] == expected(i, true));
      jem::xtensor::sum_columns(n, m, whole, sums.data());
      for (index_t j = 0; j < m; ++j) CHECK(sums[static_cast<std::size_t>(j)] == expected(j, false));
    }
  }
}

TEST_CASE("sums write one number for each row or column, and nothing else") {
  std::vector<float> sums(40, 7.5f);
  for (const index_t n : {0, 1, 15, 16, 17, 33}) {
    jem::xtensor::sum_rows(n, 3, whole, sums.data());
    jem::xtensor::sum_columns(3, n, whole, sums.data());
    jem::xtensor::sum_columns(600, n, whole, sums.data());
    CHECK(sums[static_cast<std::size_t>(n)] == 7.5f);
    sums.assign(40, 7.5f);
  }
}

TEST_CASE("xtensor keeps long sums of floats accurate") {
  // A float that adds up 2^25 ones one by one stops at 2^24.
  constexpr index_t n = index_t{1} << 25;
  float sum           = 0;
  jem::xtensor::sum_rows(1, n, [](index_t, index_t) { return 1.0f; }, &sum);
  CHECK(sum == static_cast<float>(n));
  jem::xtensor::sum_columns(n, 1, [](index_t, index_t) { return 1.0f; }, &sum);
  CHECK(sum == static_cast<float>(n));
}

#ifdef _OPENMP
TEST_CASE("xtensor's sums have the same bits for 1, 2 and 7 threads, and inside a parallel region") {
  const int before = omp_get_max_threads();
  for (const auto& extents : {shape{3, 50'000}, {50'000, 3}, {700, 701}, {1, 100'000}}) {
    CAPTURE(to_string(extents));
    const auto x    = test::random_tensor<tensor>(extents, 3);
    const auto sums = [&] {
      auto all           = row_sums(x).to_vector();
      const auto columns = column_sums(x).to_vector();
      all.insert(all.end(), columns.begin(), columns.end());
      return all;
    };
    omp_set_num_threads(1);
    const auto expected = sums();
    for (const int threads : {2, 7}) {
      omp_set_num_threads(threads);
      CHECK(test::same_bits(sums(), expected));
    }
    std::vector<std::vector<float>> inside(3);
#pragma omp parallel for num_threads(3)
    for (int i = 0; i < 3; ++i) inside[static_cast<std::size_t>(i)] = sums();
    for (const auto& each : inside) CHECK(test::same_bits(each, expected));
  }
  omp_set_num_threads(before);
}
#endif

TEST_CASE("xtensor's arrays are operands of this backend's operations without a copy") {
  xt::xarray<float> x{{1, 2, 3}, {4, 5, 6}};
  const auto seen = jem::view_of<tensor>(x);
  static_assert(std::is_same_v<decltype(seen)::backend_type, jem::xtensor>);
  CHECK(seen.data() == x.data());
  CHECK(row_sums(seen).to_vector() == std::vector<float>{6, 15});
  auto second_row = xt::row(x, 1);
  copy_into(jem::view_of<tensor>(second_row), tensor({3}, {7, 8, 9}));
  CHECK(x == xt::xarray<float>{{1, 2, 3}, {7, 8, 9}});
  pooled_array<double, 1> pooled{1, 2, 4};
  CHECK(jem::sum(jem::view_of<jem::tensor<double, jem::xtensor>>(pooled)) == 7);
  auto column = xt::col(x, 1);
  CHECK(test::message_of<std::invalid_argument>([&] { jem::view_of<tensor>(column); }) ==
        "[view_of] expected row-major elements without gaps for (2) but received strides (3)");
}

TEST_CASE("tensors of this backend are operands of xtensor's expressions without a copy") {
  tensor x({2, 3}, {1, 2, 3, 4, 5, 6});
  auto seen = xt::adapt(x.data(), 6, xt::no_ownership(), std::array<std::size_t, 2>{2, 3});
  CHECK(seen.data() == x.data());
  seen += 10.0f;
  CHECK(x.to_vector() == std::vector<float>{11, 12, 13, 14, 15, 16});
  const xt::xarray<float> doubled = 2.0f * seen;
  CHECK(doubled(1, 2) == 32);
}

TEST_CASE("a sampler starts from an array of xtensor, and takes the same steps as on eigen") {
  const xt::xtensor<float, 2> start{{0.5f, -1}, {2, 0}};
  const jem::sgld kernel{.step_size = jem::constant{0.1f}, .noise = jem::fixed_noise{0.3f}};
  const auto run = [&]<class T>(std::type_identity<T>) {
    jem::rng rng{7};
    const jem::gaussian<T> energy(jem::zeros<T>({2}), T({2}, {1, 2}));
    return jem::evolve(kernel, energy, T(jem::view_of<T>(start)), 30, rng).to_vector();
  };
  CHECK(test::largest_difference(run(std::type_identity<tensor>{}), run(std::type_identity<jem::tensor<float, jem::eigen>>{})) < 1e-5);
}
