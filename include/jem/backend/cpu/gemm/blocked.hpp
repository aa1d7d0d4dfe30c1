// SPDX-License-Identifier: MIT
// Matrix products by Eigen with the same bits for any number of threads: the product is cut into blocks that depend on its shape alone,
// and each block is a product on one thread. Eigen's kernels are called directly, as its own BLAS library does. Expressions of
// Eigen::Map run the same code, but they instantiate two dozen more types for each layout and take four times as long to compile.
#pragma once

#include <jem/backend/cpu/gemm/narrow.hpp>
#include <jem/backend/reference.hpp>

#include <algorithm>

#include <Eigen/Core>

namespace jem::inline v0::eigen_product {

/// f(block) for each block, in parallel when there is more than one.
template <class Threads, class F>
void for_blocks(index_t count, const F& f) {
  Threads::blocks(count, 1, [&f](index_t begin, index_t end) {
    for (index_t block = begin; block < end; ++block) f(block);
  });
}

/// The block sizes that Eigen chooses for the caches, and recycled memory for its copies of blocks. Eigen's results are column-major. A
/// row-major result is computed as the transpose of the product, for which the two factors change places.
template <scalar T>
class cache_blocks : public Eigen::internal::level3_blocking<T, T> {
 public:
  cache_blocks(index_t m, index_t n, index_t k) {
    this->m_mc = n, this->m_nc = m, this->m_kc = k;
    Eigen::internal::computeProductBlockingSizes<T, T, 1>(this->m_kc, this->m_mc, this->m_nc);
    left_          = host_storage<T>(this->m_mc * this->m_kc);
    right_         = host_storage<T>(this->m_kc * this->m_nc);
    this->m_blockA = left_.data(), this->m_blockB = right_.data();
  }

 private:
  host_storage<T> left_, right_;
};

/// Eigen's storage order of a factor.
constexpr int layout(bool turned) { return turned ? Eigen::ColMajor : Eigen::RowMajor; }

/// c += alpha·op(a)·op(b)
template <bool TurnA, bool TurnB, scalar T>
void add_product(index_t m, index_t n, index_t k, T alpha, const T* a, index_t lda, const T* b, index_t ldb, T* c, index_t ldc) {
  using namespace Eigen::internal;
  cache_blocks<T> blocks(m, n, k);
  general_matrix_matrix_product<index_t, T, layout(TurnA), false, T, layout(TurnB), false, Eigen::RowMajor, 1>::run(
      m, n, k, a, lda, b, ldb, c, 1, ldc, alpha, blocks);
}

/// y += alpha·op(a)·x for op(a) (rows, columns); x and y are contiguous.
template <bool Turn, scalar T>
void add_vector_product(index_t rows, index_t columns, T alpha, const T* a, index_t lda, const T* x, T* y) {
  using namespace Eigen::internal;
  using matrix = const_blas_data_mapper<T, index_t, layout(Turn)>;
  using vector = const_blas_data_mapper<T, index_t, layout(!Turn)>;
  general_matrix_vector_product<index_t, T, matrix, layout(Turn), false, T, vector, false>::run(rows, columns, matrix(a, lda), vector(x, 1),
                                                                                                y, 1, alpha);
}

/// c = alpha·op(a)·op(b) + beta·c on the calling thread, for row-major blocks with the given row strides.
template <scalar T>
void block(transpose ta, transpose tb, index_t m, index_t n, index_t k, T alpha, const T* a, index_t lda, const T* b, index_t ldb, T beta,
           T* c, index_t ldc) {
  for (index_t i = 0; i < m; ++i) {
    for (index_t j = 0; j < n; ++j) c[i * ldc + j] = beta == T{} ? T{} : beta * c[i * ldc + j];
  }
  if (m == 0 || n == 0 || k == 0) return;
  const bool turn_a = ta == transpose::yes, turn_b = tb == transpose::yes;
  if (n == 1 && ldc == 1 && (turn_b || ldb == 1)) {
    return turn_a ? add_vector_product<true>(m, k, alpha, a, lda, b, c) : add_vector_product<false>(m, k, alpha, a, lda, b, c);
  }
  if (m == 1 && (!turn_a || lda == 1)) {  // cᵀ += alpha·op(b)ᵀ·aᵀ
    return turn_b ? add_vector_product<false>(n, k, alpha, b, ldb, a, c) : add_vector_product<true>(n, k, alpha, b, ldb, a, c);
  }
  if (turn_a && turn_b) {  // this is rare, so op(b) is copied: no code for a fourth layout is needed
    host_storage<T> turned(k * n);
    for (index_t p = 0; p < k; ++p) {
      for (index_t j = 0; j < n; ++j) turned.data()[p * n + j] = b[j * ldb + p];
    }
    return add_product<true, false>(m, n, k, alpha, a, lda, static_cast<const T*>(turned.data()), n, c, ldc);
  }
  return turn_a   ? add_product<true, false>(m, n, k, alpha, a, lda, b, ldb, c, ldc)
         : turn_b ? add_product<false, true>(m, n, k, alpha, a, lda, b, ldb, c, ldc)
                  : add_product<false, false>(m, n, k, alpha, a, lda, b, ldb, c, ldc);
}

/// The smallest multiple of 16 of which eight cover n; limited to [least, most].
constexpr index_t part(index_t n, index_t least, index_t most) { return std::clamp((n + 127) / 128 * 16, least, most); }

/// c = alpha·op(a)·op(b) + beta·c, cut into blocks along m and n, and along k as well if these blocks are few or k is large.
template <class Threads, scalar T>
void gemm(transpose ta, transpose tb, index_t m, index_t n, index_t k, T alpha, const T* a, const T* b, T beta, T* c) {
  const index_t lda = ta == transpose::yes ? m : k;
  const index_t ldb = tb == transpose::yes ? k : n;
  if (m + n + k < 20) return reference::gemm(ta, tb, m, n, k, alpha, a, b, beta, c);  // copies would cost more than the product
  if (alpha == T{1} && (beta == T{} || beta == T{1}) && narrow_product::takes(m, n, k)) {
    return narrow_product::multiply<Threads>(ta, tb, m, n, k, a, b, beta != T{}, c);
  }
  if (m * n * k <= 16384) return block(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, n);
  const index_t bm   = part(m, 32, 256);
  const index_t bn   = part(n, 64, 1024);
  const index_t rows = (m + bm - 1) / bm, columns = (n + bn - 1) / bn;
  const auto product = [=](index_t number, index_t first, index_t depth, T factor, T* to) {
    const index_t i = number / columns * bm, j = number % columns * bn;
    block(ta, tb, (std::min)(bm, m - i), (std::min)(bn, n - j), depth, alpha,
          a + (ta == transpose::yes ? first * lda + i : i * lda + first), lda,
          b + (tb == transpose::yes ? j * ldb + first : first * ldb + j), ldb, factor, to + i * n + j, n);
  };
  const index_t share = rows * columns >= 8 || k < 1024 ? k : std::max<index_t>(512, part(k, 16, k));
  const index_t depth = (std::min)(share, narrow_product::longest_sum);
  const index_t parts = (k + depth - 1) / depth;
  if (parts == 1) {
    for_blocks<Threads>(rows * columns, [=](index_t number) { product(number, 0, k, beta, c); });
    return;
  }
  host_storage<T> partial(parts * m * n);
  T* const to = partial.data();
  for_blocks<Threads>(parts * rows * columns, [=](index_t number) {
    const index_t which = number / (rows * columns);
    product(number % (rows * columns), which * depth, (std::min)(depth, k - which * depth), T{}, to + which * m * n);
  });
  Threads::for_each(m * n, [=](index_t i) {
    wide_t<T> sum{};
    for (index_t which = 0; which < parts; ++which) sum += static_cast<wide_t<T>>(to[which * m * n + i]);
    c[i] = static_cast<T>(beta == T{} ? sum : sum + static_cast<wide_t<T>>(beta * c[i]));
  });
}

}  // namespace jem::inline v0::eigen_product
