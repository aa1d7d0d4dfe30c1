// SPDX-License-Identifier: MIT
// The conformance suite, part one: what a backend's storage and verbs have to do. A backend of one's own is put through it by a
// file like eigen.cpp beside this one. Sums and products are compared with the exact result in double under the rigorous bound
// for any order of summation, γₖ·Σ|terms| with γₖ = k·u / (1 − k·u) (Higham 2002, section 3.1): no right backend can fail it.
#pragma once

#include "../support/numbers.hpp"

#include <jem/core/concepts.hpp>
#include <jem/tensor/tensor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace conformance {

using jem::index_t;
using jem::transpose;

/// γₖ for numbers of type V.
template <class V>
double gamma(index_t k) {
  const double ku = static_cast<double>(k) * static_cast<double>(std::numeric_limits<V>::epsilon()) / 2;
  return ku / (1 - ku);
}

/// maxᵢ |valueᵢ − exactᵢ| / boundᵢ: at most 1 for a right result. Infinity for NaN or another size.
template <class V>
double excess(const std::vector<V>& values, const std::vector<double>& exact, const std::vector<double>& bounds) {
  if (values.size() != exact.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double error = std::abs(static_cast<double>(values[i]) - exact[i]);
    if (!(error <= bounds[i])) return error / bounds[i] > 1 ? error / bounds[i] : std::numeric_limits<double>::infinity();
    if (bounds[i] > 0) largest = std::max(largest, error / bounds[i]);
  }
  return largest;
}

/// Functors with a constexpr operator() run on every backend.
namespace functor {

struct count {
  std::int32_t* to;
  constexpr void operator()(index_t i) const { to[i] += static_cast<std::int32_t>(i) + 1; }
};

struct count_pairs {
  std::int32_t* to;
  index_t columns;
  constexpr void operator()(index_t i, index_t j) const { to[i * columns + j] += static_cast<std::int32_t>(i * columns + j) + 1; }
};

template <class V>
struct element {
  const V* from;
  index_t columns;
  constexpr V operator()(index_t i, index_t j) const { return from[i * columns + j]; }
};

}  // namespace functor

/// A loop over n has to visit 0, …, n − 1 once each, and nothing else.
inline bool counted_once(const std::vector<std::int32_t>& seen, index_t n) {
  for (index_t i = 0; i < std::ssize(seen); ++i) {
    if (seen[static_cast<std::size_t>(i)] != (i < n ? static_cast<std::int32_t>(i) + 1 : 0)) return false;
  }
  return true;
}

template <class B>
void loops_visit_every_index_once() {
  using labels = jem::tensor<std::int32_t, B>;
  for (const index_t n : {0, 1, 7, 64, 1000, 4097, 8191, 8192, 8193, 50'001}) {
    CAPTURE(n);
    labels seen(jem::shape{n + 3}, std::vector<std::int32_t>(static_cast<std::size_t>(n + 3)));
    B::for_each(n, functor::count{seen.data()});
    CHECK(counted_once(seen.to_vector(), n));
  }
  for (const index_t rows : {0, 1, 2, 7, 300, 9001}) {
    for (const index_t columns : {0, 1, 3, 33, 8200}) {
      if (rows * columns > 3'000'000) continue;
      CAPTURE(rows);
      CAPTURE(columns);
      const index_t n = rows * columns;
      labels seen(jem::shape{n + 3}, std::vector<std::int32_t>(static_cast<std::size_t>(n + 3)));
      B::for_each(rows, columns, functor::count_pairs{seen.data(), columns});
      CHECK(counted_once(seen.to_vector(), n));
    }
  }
}

template <class V, class B>
void check_sums(index_t rows, index_t columns) {
  CAPTURE(rows);
  CAPTURE(columns);
  const auto nan  = std::numeric_limits<V>::quiet_NaN();
  const auto host = test::random_values<V>(rows * columns, 21);
  const jem::tensor<V, B> x(jem::shape{rows, columns}, host);
  std::vector<double> of_rows(static_cast<std::size_t>(rows)), of_columns(static_cast<std::size_t>(columns)), row_bounds(of_rows),
      column_bounds(of_columns);
  for (std::size_t at = 0; at < host.size(); ++at) {
    const std::size_t i = at / of_columns.size(), j = at % of_columns.size();
    const auto value = static_cast<double>(host[at]);
    of_rows[i] += value, of_columns[j] += value;
    row_bounds[i] += gamma<V>(columns) * std::abs(value), column_bounds[j] += gamma<V>(rows) * std::abs(value);
  }
  jem::tensor<V, B> sums(jem::shape{rows}, std::vector<V>(of_rows.size(), nan)), again(jem::shape{rows});
  B::sum_rows(rows, columns, functor::element<V>{x.data(), columns}, sums.data());
  B::sum_rows(rows, columns, functor::element<V>{x.data(), columns}, again.data());
  CHECK(excess(sums.to_vector(), of_rows, row_bounds) <= 1);
  CHECK(test::same_bits(sums.to_vector(), again.to_vector()));
  jem::tensor<V, B> down(jem::shape{columns}, std::vector<V>(of_columns.size(), nan)), down_again(jem::shape{columns});
  B::sum_columns(rows, columns, functor::element<V>{x.data(), columns}, down.data());
  B::sum_columns(rows, columns, functor::element<V>{x.data(), columns}, down_again.data());
  CHECK(excess(down.to_vector(), of_columns, column_bounds) <= 1);
  CHECK(test::same_bits(down.to_vector(), down_again.to_vector()));
}

/// Long rows and many rows, too; sums of nothing are 0, whatever the memory held.
template <class B>
void sums_are_right_and_repeat() {
  constexpr std::array<std::array<index_t, 2>, 16> extents{{{0, 5},
                                                            {5, 0},
                                                            {0, 0},
                                                            {1, 1},
                                                            {7, 13},
                                                            {300, 1},
                                                            {1, 300},
                                                            {3, 4096},
                                                            {3, 4097},
                                                            {2, 20'001},
                                                            {257, 3},
                                                            {513, 70},
                                                            {9000, 3},
                                                            {1, 100'000},
                                                            {100'000, 1},
                                                            {40, 9001}}};
  for (const auto& [rows, columns] : extents) {
    check_sums<float, B>(rows, columns);
    check_sums<double, B>(rows, columns);
  }
}

template <class V>
struct product {
  index_t m, n, k;
  transpose ta, tb;
  V alpha, beta;
};

/// c of a backend against the exact one; with beta = 0 the memory of c holds NaN before.
template <class B, class V>
void check_product(const product<V>& p) {
  const auto a = test::random_values<V>(p.m * p.k, 31), b = test::random_values<V>(p.k * p.n, 32);
  const auto before = p.beta == V{} ? std::vector<V>(static_cast<std::size_t>(p.m * p.n), std::numeric_limits<V>::quiet_NaN())
                                    : test::random_values<V>(p.m * p.n, 33);
  std::vector<double> exact, bounds;
  for (index_t i = 0; i < p.m; ++i) {
    for (index_t j = 0; j < p.n; ++j) {
      const double old =
          p.beta == V{} ? 0 : static_cast<double>(p.beta) * static_cast<double>(before[static_cast<std::size_t>(i * p.n + j)]);
      double sum = 0, absolute = 0;
      for (index_t q = 0; q < p.k; ++q) {
        const double term = static_cast<double>(a[static_cast<std::size_t>(p.ta == transpose::yes ? q * p.m + i : i * p.k + q)]) *
                            static_cast<double>(b[static_cast<std::size_t>(p.tb == transpose::yes ? j * p.k + q : q * p.n + j)]);
        sum += term;
        absolute += std::abs(term);
      }
      exact.push_back(static_cast<double>(p.alpha) * sum + old);
      bounds.push_back(gamma<V>(p.k + 5) * (std::abs(static_cast<double>(p.alpha)) * absolute + std::abs(old)));
    }
  }
  using tensor = jem::tensor<V, B>;
  const tensor left(jem::shape{p.m, p.k}, a), right(jem::shape{p.k, p.n}, b);
  tensor c(jem::shape{p.m, p.n}, before);
  B::gemm(p.ta, p.tb, p.m, p.n, p.k, p.alpha, left.data(), right.data(), p.beta, c.data());
  CAPTURE(p.m);
  CAPTURE(p.n);
  CAPTURE(p.k);
  CAPTURE(static_cast<bool>(p.ta));
  CAPTURE(static_cast<bool>(p.tb));
  CAPTURE(p.alpha);
  CAPTURE(p.beta);
  CHECK(excess(c.to_vector(), exact, bounds) <= 1);
}

template <class B, class V>
void check_products_of(index_t m, index_t n, index_t k, const std::vector<std::array<V, 2>>& factors) {
  for (const auto ta : {transpose::no, transpose::yes}) {
    for (const auto tb : {transpose::no, transpose::yes}) {
      for (const auto& [alpha, beta] : factors) check_product<B>(product<V>{m, n, k, ta, tb, alpha, beta});
    }
  }
}

template <class B, class V>
void small_products_are_right() {
  const std::vector<std::array<V, 2>> factors{{V(1), V(0)}, {V(-0.5), V(1)}, {V(2), V(-3)}, {V(0), V(1)}};
  for (const index_t m : {0, 1, 7, 64}) {
    for (const index_t n : {0, 1, 7, 64}) {
      for (const index_t k : {0, 1, 7, 64}) check_products_of<B, V>(m, n, k, factors);
    }
  }
}

/// Squares that are cut into blocks, vectors, and tall-skinny products whose k is long enough to be cut.
template <class B>
void large_products_are_right() {
  constexpr std::array<std::array<index_t, 3>, 10> extents{{{300, 300, 300},
                                                            {65, 1030, 17},
                                                            {1000, 10, 64},
                                                            {64, 10, 5001},
                                                            {3, 5, 10'000},
                                                            {1, 1, 9001},
                                                            {1, 300, 300},
                                                            {300, 1, 300},
                                                            {27, 32, 4100},
                                                            {300, 300, 1}}};
  for (const auto& [m, n, k] : extents) check_products_of<B, float>(m, n, k, {{1.0f, 0.0f}, {0.5f, 1.0f}});
  check_products_of<B, double>(70, 33, 4097, {{1.0, 0.0}, {2.0, -1.0}});
}

template <class B, class V>
void check_round_trip() {
  for (const index_t n : {0, 1, 3, 1024, 100'003}) {
    auto values = test::as<V>(test::random_values<double>(n, 41));
    for (V& v : values) v *= V(1000);
    typename B::template storage<V> memory(n);
    B::upload(values.data(), n, memory.data());
    typename B::template storage<V> moved(std::move(memory));
    memory = typename B::template storage<V>(2);
    std::vector<V> back(values.size(), V(-1));
    B::download(static_cast<const V*>(moved.data()), n, back.data());
    CHECK(back == values);
  }
}

/// What is uploaded comes down again, after the storage has moved and another has taken its place, too.
template <class B>
void storage_keeps_what_it_is_given() {
  check_round_trip<B, float>();
  check_round_trip<B, double>();
  check_round_trip<B, std::int32_t>();
}

}  // namespace conformance
