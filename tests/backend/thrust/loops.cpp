// SPDX-License-Identifier: MIT
#include <jem/backend/thrust.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace {

namespace verbs = jem::thrust_verbs;
using jem::index_t;

/// Runs on the calling thread, with segments of one pair as on a device.
struct one_at_a_time : verbs::cpp_system<THRUST_VERSION> {
  static constexpr index_t segment = 1;
  template <jem::element T>
  using storage = jem::host_storage<T>;
};

struct sevens : one_at_a_time {
  static constexpr index_t segment = 7;
};

struct mark {
  std::int32_t* to;
  index_t columns;
  void operator()(index_t i, index_t j) const { ++to[i * columns + j]; }
};

struct product {
  double operator()(index_t i, index_t j) const { return static_cast<double>((i + 1) * (j + 1)); }
};

template <class System>
void visits_each_pair_once(index_t rows, index_t columns) {
  std::vector<std::int32_t> seen(static_cast<std::size_t>(rows * columns));
  verbs::for_each<System>(rows, columns, mark{seen.data(), columns});
  CHECK(seen == std::vector<std::int32_t>(seen.size(), 1));
}

template <class System>
void sums_columns(index_t rows, index_t columns) {
  std::vector<double> sums(static_cast<std::size_t>(columns), -1);
  verbs::sum_columns<System>(rows, columns, product{}, sums.data());
  for (index_t j = 0; j < columns; ++j) CHECK(sums[static_cast<std::size_t>(j)] == static_cast<double>((j + 1) * rows * (rows + 1) / 2));
}

}  // namespace

TEST_CASE("place_of finds row and segment of an index, in 32 bits and in 64") {
  for (const bool small : {false, true}) {
    const auto place = verbs::place_of(1'000'000'007, 1000, small);
    CHECK(place.row == 1'000'000);
    CHECK(place.segment == 7);
  }
  const auto far = verbs::place_of(index_t{1} << 40, 3, false);
  CHECK(far.row == (index_t{1} << 40) / 3);
  CHECK(far.segment == 1);
  CHECK(verbs::fits_in_32_bits(2'147'483'647));
  CHECK(!verbs::fits_in_32_bits(2'147'483'648));
}

TEST_CASE("loops over pairs visit each pair once, for any length of segments") {
  for (const index_t rows : {0, 1, 5}) {
    for (const index_t columns : {0, 1, 6, 7, 8, 20}) {
      visits_each_pair_once<one_at_a_time>(rows, columns);
      visits_each_pair_once<sevens>(rows, columns);
    }
  }
}

TEST_CASE("sums of columns of whole numbers are exact, for any number of rounds") {
  for (const index_t rows : {0, 1, 63, 64, 65, 4096, 4097, 300'000}) {
    sums_columns<one_at_a_time>(rows, 3);
    sums_columns<sevens>(rows, 10);
  }
}
