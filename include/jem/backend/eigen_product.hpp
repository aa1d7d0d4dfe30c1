// SPDX-License-Identifier: MIT
// Matrix products by Eigen with the same bits for any number of threads: the product is cut into blocks by a rule in its
// shape, and each block is one single-threaded Eigen product.
#pragma once

#include <jem/backend/openmp.hpp>

#include <algorithm>

#include <Eigen/Core>

namespace jem::inline v0::eigen_product {

/// Row-major, as everything here.
template <scalar T>
using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// A block of somebody's matrix, to be read.
template <scalar T>
using input = Eigen::Map<const matrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>;
/// A block of somebody's matrix, to be written.
template <scalar T>
using output = Eigen::Map<matrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>;

/// f(block) for each block, in parallel. A team is opened even for a single block: inside a team Eigen starts no threads of
/// its own, and with them its result would depend on their number.
template <class Threads, class F>
void for_blocks(index_t count, F f) {
  if (Threads::inside_parallel()) {
    for (index_t block = 0; block < count; ++block) f(block);
    return;
  }
#pragma omp parallel for schedule(static)
  for (index_t block = 0; block < count; ++block) f(block);
}

/// c = alpha·op(a)·op(b) + beta·c on the calling thread, for row-major blocks with the given row strides.
template <scalar T>
void block(transpose ta, transpose tb, index_t m, index_t n, index_t k, T alpha, const T* a, index_t lda, const T* b, index_t ldb, T beta,
           T* c, index_t ldc) {
  output<T> to(c, m, n, Eigen::OuterStride<>(ldc));
  if (beta == T{}) {
    to.setZero();
  } else if (beta != T{1}) {
    to *= beta;
  }
  if (k == 0) return;
  const bool turn_a = ta == transpose::yes;
  const bool turn_b = tb == transpose::yes;
  const input<T> left(a, turn_a ? k : m, turn_a ? m : k, Eigen::OuterStride<>(lda));
  const input<T> right(b, turn_b ? n : k, turn_b ? k : n, Eigen::OuterStride<>(ldb));
  if (turn_a && turn_b) {
    to.noalias() += alpha * left.transpose() * right.transpose();
  } else if (turn_a) {
    to.noalias() += alpha * left.transpose() * right;
  } else if (turn_b) {
    to.noalias() += alpha * left * right.transpose();
  } else {
    to.noalias() += alpha * left * right;
  }
}

/// The largest part of n, a multiple of 16, of which eight make n; within [least, most].
constexpr index_t part(index_t n, index_t least, index_t most) { return std::clamp((n + 127) / 128 * 16, least, most); }

/// The whole product, cut along m and n into blocks, and along k when these are few.
template <class Threads, scalar T>
void gemm(transpose ta, transpose tb, index_t m, index_t n, index_t k, T alpha, const T* a, const T* b, T beta, T* c) {
  const index_t lda = ta == transpose::yes ? m : k;
  const index_t ldb = tb == transpose::yes ? k : n;
  if (m * n * k <= 16384) return block(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, n);  // Eigen stays serial, too
  const index_t bm   = part(m, 32, 256);
  const index_t bn   = part(n, 64, 1024);
  const index_t rows = (m + bm - 1) / bm, columns = (n + bn - 1) / bn;
  const auto product = [=](index_t number, index_t first, index_t depth, T factor, T* to) {
    const index_t i = number / columns * bm, j = number % columns * bn;
    block(ta, tb, std::min(bm, m - i), std::min(bn, n - j), depth, alpha, a + (ta == transpose::yes ? first * lda + i : i * lda + first),
          lda, b + (tb == transpose::yes ? j * ldb + first : first * ldb + j), ldb, factor, to + i * n + j, n);
  };
  const index_t depth = rows * columns >= 8 || k < 1024 ? k : std::max<index_t>(512, part(k, 16, k));
  const index_t parts = (k + depth - 1) / depth;
  if (parts == 1) {
    for_blocks<Threads>(rows * columns, [=](index_t number) { product(number, 0, k, beta, c); });
    return;
  }
  host_storage<T> partial(parts * m * n);
  T* const to = partial.data();
  for_blocks<Threads>(parts * rows * columns, [=](index_t number) {
    const index_t which = number / (rows * columns);
    product(number % (rows * columns), which * depth, std::min(depth, k - which * depth), T{}, to + which * m * n);
  });
  Threads::for_each(m * n, [=](index_t i) {
    T sum{};
    for (index_t which = 0; which < parts; ++which) sum += to[which * m * n + i];
    c[i] = beta == T{} ? sum : sum + beta * c[i];
  });
}

}  // namespace jem::inline v0::eigen_product
