// SPDX-License-Identifier: MIT
// Tests of each backend over Thrust on the host, in addition to the conformance suite.
#pragma once

#include <jem/backend/reference.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <vector>

namespace test {

/// A view of a user's array makes no copy.
template <class T>
void views_an_array_without_a_copy() {
  std::vector<float> mine{1, 2, 3, 4};
  const auto view = jem::view_of<T>(std::span<float>(mine), {2, 2});
  CHECK(view.data() == mine.data());
  CHECK(jem::row_sums(view).to_vector() == std::vector<float>{3, 7});
}

/// Twenty steps of SGLD under a network.
template <class T>
std::vector<float> ends_of_chains() {
  const jem::sgld kernel{.step_size = jem::constant{0.1f}, .noise = jem::fixed_noise{0.01f}};
  jem::rng g{3};
  const auto net   = jem::mlp<T>({5, 7, 3}, g);
  const auto start = jem::normal<T>({40, 5}, g);
  return jem::evolve(kernel, jem::marginal_energy{net}, start, 20, g).to_vector();
}

/// Checks that these chains end where those of reference do.
template <class T>
void chains_end_where_those_of_reference_do() {
  const auto mine = ends_of_chains<T>(), expected = ends_of_chains<jem::tensor<float, jem::reference>>();
  REQUIRE(mine.size() == expected.size());
  for (std::size_t i = 0; i < mine.size(); ++i) CHECK(mine[i] == doctest::Approx(expected[i]).epsilon(1e-5));
}

struct thrown_by_user {
  jem::index_t at;
};

/// A function that throws from row 5 on.
struct throws_from_row_5 {
  float operator()(jem::index_t i, jem::index_t) const { return i < 5 ? 1.0f : throw thrown_by_user{i}; }
  void operator()(jem::index_t i) const { (void)(*this)(i, 0); }
};
struct throws_and_returns_nothing : throws_from_row_5 {
  void operator()(jem::index_t i, jem::index_t j) const { (void)throws_from_row_5::operator()(i, j); }
};

/// Checks that an exception of a function reaches the caller of the verb, and that it is that of the first row that throws.
template <class B>
void carries_exceptions_to_the_caller() {
  const auto row = [](auto call) {
    try {
      call();
    } catch (const thrown_by_user& failure) { return failure.at; }
    return jem::index_t{-1};
  };
  for (const jem::index_t rows : {10, 1000, 100'000}) {
    for (const jem::index_t columns : {1, 3, 2000}) {
      if (rows * columns > 10'000'000) continue;
      std::vector<float> sums(static_cast<std::size_t>(std::max(rows, columns)));
      CHECK(row([&] { B::for_each(rows, throws_from_row_5{}); }) == 5);
      CHECK(row([&] { B::for_each(rows, columns, throws_and_returns_nothing{}); }) == 5);
      CHECK(row([&] { B::sum_rows(rows, columns, throws_from_row_5{}, sums.data()); }) == 5);
      CHECK(row([&] { B::sum_columns(rows, columns, throws_from_row_5{}, sums.data()); }) == 5);
    }
  }
}

}  // namespace test
