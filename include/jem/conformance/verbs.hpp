// SPDX-License-Identifier: MIT
// The conformance suite, part one: the results that a backend's storage and verbs have to give.
//
//     storage, upload, download   every element, in every bit                         float, double, int32
//     for_each                    every index once, nothing else
//     sum_rows, sum_columns       γₙ·Σ|terms| for n terms; the same bits each time    float, double
//                                 of 17 million terms: one rounding to the type
//     gemm                        γₖ₊₅·(|α|·Σ|terms| + |β·c|); the same bits each time  float, double
//
// Sums and products are compared with the exact result in a wider type. The bound is that of rounding.hpp, for any order of summation.
#pragma once

#include <jem/conformance/fresh_memory.hpp>
#include <jem/conformance/numbers.hpp>
#include <jem/conformance/rounding.hpp>
#include <jem/core/concepts.hpp>

#include <utility>

namespace jem::inline v0::conformance {

namespace detail {

// Functors with a constexpr operator() run on every backend.

/// Writes i + 1 to element i at the first visit of index i, and −1 at a further one. Visits of wrong indices are recorded in element n.
struct count_visit {
  std::int32_t* to;
  index_t n;
  constexpr void operator()(index_t i) const {
    const index_t at = i >= 0 && i < n ? i : n;
    to[at]           = to[at] == 0 ? static_cast<std::int32_t>(at) + 1 : -1;
  }
};

struct count_visit_of_pair {
  std::int32_t* to;
  index_t rows, columns;
  constexpr void operator()(index_t i, index_t j) const {
    const index_t at = i >= 0 && i < rows && j >= 0 && j < columns ? i * columns + j : rows * columns;
    to[at]           = to[at] == 0 ? static_cast<std::int32_t>(at) + 1 : -1;
  }
};

template <class V>
struct matrix_element {
  const V* from;
  index_t columns;
  constexpr V operator()(index_t i, index_t j) const { return from[i * columns + j]; }
};

template <class V>
struct overwrite {
  V* to;
  V value;
  constexpr void operator()(index_t i) const { to[i] = value; }
};

template <class V>
struct same_everywhere {
  V value;
  constexpr V operator()(index_t, index_t) const { return value; }
};

/// The number of wrong elements after a loop over n, which has to visit 0, …, n − 1 once each, and no other index.
inline double visited_wrongly(const std::vector<std::int32_t>& seen, index_t n) {
  double wrong = 0;
  for (index_t i = 0; i < std::ssize(seen); ++i) {
    wrong += seen[static_cast<std::size_t>(i)] == (i < n ? static_cast<std::int32_t>(i) + 1 : 0) ? 0 : 1;
  }
  return wrong;
}

/// n zeros, and one more for visits of wrong indices.
template <class B>
tensor<std::int32_t, B> no_visits(index_t n) {
  return {shape{n + 1}, std::vector<std::int32_t>(static_cast<std::size_t>(n + 1))};
}

/// Rows and columns of the matrices that are summed, with long rows and many rows among them.
inline constexpr std::array<std::array<index_t, 2>, 16> extents_of_sums{{{0, 5},
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

/// Checks a backend's sums of a matrix (rows, columns) along one axis. They are computed twice, in memory that held NaN.
template <class B, class V, bool of_rows>
void hold_sums(evidence& e, index_t rows, index_t columns) {
  const index_t sums = of_rows ? rows : columns, terms = of_rows ? columns : rows;
  const auto host = fine_values<V>(rows * columns, 21);
  bounded_sums exact(sums);
  for (index_t i = 0; i < rows; ++i) {
    for (index_t j = 0; j < columns; ++j) {
      exact.add(static_cast<std::size_t>(of_rows ? i : j), static_cast<double>(host[static_cast<std::size_t>(i * columns + j)]), 1);
    }
  }
  const std::vector<V> nan(static_cast<std::size_t>(sums), std::numeric_limits<V>::quiet_NaN());
  const tensor<V, B> x(shape{rows, columns}, host);
  tensor<V, B> once(shape{sums}, nan), again(shape{sums}, nan);
  for (tensor<V, B>* to : {&once, &again}) {
    if constexpr (of_rows) {
      B::sum_rows(rows, columns, matrix_element<V>{x.data(), columns}, to->data());
    } else {
      B::sum_columns(rows, columns, matrix_element<V>{x.data(), columns}, to->data());
    }
  }
  const auto where = [&] { return named("rows", rows, "columns", columns); };
  e.hold(exact.excess_of(once.to_vector(), terms), 1, unit::bound, where);
  e.hold(different_bits(once.to_vector(), again.to_vector()), 0, unit::wrong, [&] { return where() + ", the second time"; });
}

template <class V>
struct product {
  index_t m, n, k;
  transpose ta, tb;
  V alpha, beta;

  std::string where() const {
    return named("m", m, "n", n, "k", k, "a transposed", ta == transpose::yes, "b transposed", tb == transpose::yes, "alpha", alpha, "beta",
                 beta);
  }
};

/// Compares a backend's c, which is computed twice, with the exact one. If beta = 0, the memory of c holds NaN before.
template <class B, class V>
void hold_product(evidence& e, const product<V>& p) {
  const auto a = fine_values<V>(p.m * p.k, 31), b = fine_values<V>(p.k * p.n, 32);
  const auto before = p.beta == V{} ? std::vector<V>(static_cast<std::size_t>(p.m * p.n), std::numeric_limits<V>::quiet_NaN())
                                    : fine_values<V>(p.m * p.n, 33);
  using wide        = std::conditional_t<std::is_same_v<V, double>, long double, double>;
  bounded_sums exact(p.m * p.n);
  for (index_t i = 0; i < p.m; ++i) {
    for (index_t j = 0; j < p.n; ++j) {
      const auto at = static_cast<std::size_t>(i * p.n + j);
      wide sum = 0, absolute = 0;
      for (index_t q = 0; q < p.k; ++q) {
        const wide term = static_cast<wide>(a[static_cast<std::size_t>(p.ta == transpose::yes ? q * p.m + i : i * p.k + q)]) *
                          static_cast<wide>(b[static_cast<std::size_t>(p.tb == transpose::yes ? j * p.k + q : q * p.n + j)]);
        sum += term;
        absolute += std::abs(term);
      }
      const auto alpha   = static_cast<wide>(p.alpha);
      const wide old     = p.beta == V{} ? 0 : static_cast<wide>(p.beta) * static_cast<wide>(before[at]);
      exact.exact[at]    = alpha * sum + old;
      exact.absolute[at] = static_cast<double>(std::abs(alpha) * absolute + std::abs(old));
    }
  }
  using T = tensor<V, B>;
  const T left(shape{p.m, p.k}, a), right(shape{p.k, p.n}, b);
  T once(shape{p.m, p.n}, before), again(shape{p.m, p.n}, before);
  for (T* c : {&once, &again}) B::gemm(p.ta, p.tb, p.m, p.n, p.k, p.alpha, left.data(), right.data(), p.beta, c->data());
  e.hold(exact.excess_of(once.to_vector(), p.k + 5), 1, unit::bound, [&] { return p.where(); });
  e.hold(different_bits(once.to_vector(), again.to_vector()), 0, unit::wrong, [&] { return p.where() + ", the second time"; });
}

template <class B, class V>
void hold_products(evidence& e, index_t m, index_t n, index_t k, const std::vector<std::array<V, 2>>& factors) {
  for (const auto ta : {transpose::no, transpose::yes}) {
    for (const auto tb : {transpose::no, transpose::yes}) {
      for (const auto& [alpha, beta] : factors) hold_product<B>(e, product<V>{m, n, k, ta, tb, alpha, beta});
    }
  }
}

}  // namespace detail

/// Uploaded values are downloaded unchanged, although the storage has been moved and replaced by another one in between.
template <class B, class V>
evidence storage_keeps_what_it_is_given() {
  evidence e = on_fresh_memory<B>();
  for (const index_t n : {0, 1, 3, 1024, 100'003}) {
    auto numbers = random_values<double>(n, 41);
    for (double& x : numbers) x *= std::is_integral_v<V> ? 2e9 : 1000;  // with more bits than a float has, if V has them
    const auto values = as<V>(numbers);
    typename B::template storage<V> memory(n);
    B::for_each(n, detail::overwrite<V>{memory.data(), V(7)});  // overwrites values of earlier checks
    B::upload(values.data(), n, memory.data());
    typename B::template storage<V> moved(std::move(memory));
    memory = typename B::template storage<V>(2);
    std::vector<V> back(values.size(), V(-1));
    B::download(static_cast<const V*>(moved.data()), n, back.data());
    double wrong = 0;
    for (std::size_t i = 0; i < values.size(); ++i) wrong += back[i] == values[i] ? 0 : 1;
    e.hold(wrong, 0, unit::wrong, [&] { return detail::named("n", n); });
  }
  return e;
}

/// for_each(n, f)
template <class B>
evidence loops_visit_every_index_once() {
  evidence e = on_fresh_memory<B>();
  for (const index_t n : {0, 1, 7, 64, 1000, 4097, 8191, 8192, 8193, 50'001}) {
    auto seen = detail::no_visits<B>(n);
    B::for_each(n, detail::count_visit{seen.data(), n});
    e.hold(detail::visited_wrongly(seen.to_vector(), n), 0, unit::wrong, [&] { return detail::named("n", n); });
  }
  return e;
}

/// for_each(rows, columns, f)
template <class B>
evidence loops_visit_every_pair_once() {
  evidence e = on_fresh_memory<B>();
  for (const index_t rows : {0, 1, 2, 7, 300, 9001}) {
    for (const index_t columns : {0, 1, 3, 33, 8200}) {
      const index_t n = rows * columns;
      if (n > 3'000'000) continue;
      auto seen = detail::no_visits<B>(n);
      B::for_each(rows, columns, detail::count_visit_of_pair{seen.data(), rows, columns});
      e.hold(detail::visited_wrongly(seen.to_vector(), n), 0, unit::wrong, [&] { return detail::named("rows", rows, "columns", columns); });
    }
  }
  return e;
}

/// sum_rows; sums without terms are 0, whatever the memory held.
template <class B, class V>
evidence sums_of_rows_are_right_and_repeat() {
  evidence e = on_fresh_memory<B>();
  for (const auto& [rows, columns] : detail::extents_of_sums) detail::hold_sums<B, V, true>(e, rows, columns);
  return e;
}

/// sum_columns
template <class B, class V>
evidence sums_of_columns_are_right_and_repeat() {
  evidence e = on_fresh_memory<B>();
  for (const auto& [rows, columns] : detail::extents_of_sums) detail::hold_sums<B, V, false>(e, rows, columns);
  return e;
}

/// Sums of more equal terms than a float can count have to be kept in wide_t and rounded once.
template <class B, class V>
evidence long_sums_are_kept_wide() {
  constexpr index_t n = 17'000'000;  // 2²⁴ = 16 777 216
  evidence e          = on_fresh_memory<B>();
  for (const V term : {V(1), V(0.1)}) {
    const V exact = static_cast<V>(static_cast<wide_t<V>>(term) * n);
    tensor<V, B> sums(shape{2});
    B::sum_rows(1, n, detail::same_everywhere<V>{term}, sums.data());
    B::sum_columns(n, 1, detail::same_everywhere<V>{term}, sums.data() + 1);
    const double allowed = 2 * std::abs(static_cast<double>(exact)) * static_cast<double>(std::numeric_limits<float>::epsilon());
    for (const V sum : sums.to_vector()) {
      e.hold(std::abs(static_cast<double>(sum) - static_cast<double>(exact)), allowed, unit::absolute,
             [&] { return detail::named("terms", n, "of", term); });
    }
  }
  return e;
}

/// gemm with every transposition, also with extents of 0.
template <class B, class V>
evidence small_products_are_right() {
  const std::vector<std::array<V, 2>> factors{{V(1), V(0)}, {V(-0.5), V(1)}, {V(2), V(-3)}, {V(0), V(1)}};
  evidence e = on_fresh_memory<B>();
  for (const index_t m : {0, 1, 7, 64}) {
    for (const index_t n : {0, 1, 7, 64}) {
      for (const index_t k : {0, 1, 7, 64}) detail::hold_products<B, V>(e, m, n, k, factors);
    }
  }
  return e;
}

/// Squares that are cut into blocks, vectors, and tall-skinny products whose k is long enough to be cut.
template <class B, class V>
evidence large_products_are_right() {
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
  evidence e = on_fresh_memory<B>();
  if constexpr (std::is_same_v<V, float>) {
    for (const auto& [m, n, k] : extents) detail::hold_products<B, V>(e, m, n, k, {{V(1), V(0)}, {V(0.5), V(1)}});
  } else {
    detail::hold_products<B, V>(e, 70, 33, 4097, {{V(1), V(0)}, {V(2), V(-1)}});
  }
  return e;
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_verbs{
    check{"storage keeps what it is given in float", storage_keeps_what_it_is_given<B, float>},
    check{"storage keeps what it is given in double", storage_keeps_what_it_is_given<B, double>},
    check{"storage keeps what it is given as labels", storage_keeps_what_it_is_given<B, std::int32_t>},
    check{"loops visit every index once", loops_visit_every_index_once<B>},
    check{"loops visit every pair once", loops_visit_every_pair_once<B>},
    check{"sums of rows are right and repeat in float", sums_of_rows_are_right_and_repeat<B, float>},
    check{"sums of rows are right and repeat in double", sums_of_rows_are_right_and_repeat<B, double>},
    check{"sums of columns are right and repeat in float", sums_of_columns_are_right_and_repeat<B, float>},
    check{"sums of columns are right and repeat in double", sums_of_columns_are_right_and_repeat<B, double>},
    check{"long sums are accurate in float", long_sums_are_kept_wide<B, float>},
    check{"small products are right in float", small_products_are_right<B, float>},
    check{"small products are right in double", small_products_are_right<B, double>},
    check{"large products are right in float", large_products_are_right<B, float>},
    check{"large products are right in double", large_products_are_right<B, double>}};

}  // namespace jem::inline v0::conformance
