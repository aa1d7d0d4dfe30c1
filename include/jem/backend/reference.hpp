// SPDX-License-Identifier: MIT
// The reference backend: plain loops on one thread. It is the specification that the other backends are tested against.
#pragma once

#include <jem/backend/memory/host.hpp>
#include <jem/core/platform.hpp>

namespace jem::inline v0 {

namespace detail {

/// Each verb of a host's backend calls it: it stops the compilation, with an explanation, if nvcc compiles the function for the device.
template <class F>
constexpr void expect_host_function() {
  static_assert(exists_on_host<F>,
                "jem: a backend of the host in a file that nvcc compiles: give such code a file of its own for the host's compiler, "
                "or define JEM_ONE_FILE in a program of one file");
}

}  // namespace detail

struct reference : in_host_memory {
  static constexpr const char* name = "reference";

  /// f(i) for i < n.
  template <class F>
  static void for_each(index_t n, F f) {
    detail::expect_host_function<F>();
    for (index_t i = 0; i < n; ++i) f(i);
  }

  /// f(i, j) for i < rows, j < columns, j innermost.
  template <class F>
  static void for_each(index_t rows, index_t columns, F f) {
    detail::expect_host_function<F>();
    for (index_t i = 0; i < rows; ++i) {
      for (index_t j = 0; j < columns; ++j) f(i, j);
    }
  }

  /// sums[i] = Σⱼ f(i, j), kept in wide_t<A>
  template <class F, class A>
  static void sum_rows(index_t rows, index_t columns, F f, A* sums) {
    detail::expect_host_function<F>();
    for (index_t i = 0; i < rows; ++i) {
      wide_t<A> sum{};
      for (index_t j = 0; j < columns; ++j) sum += static_cast<wide_t<A>>(f(i, j));
      sums[i] = static_cast<A>(sum);
    }
  }

  /// sums[j] = Σᵢ f(i, j), kept in wide_t<A>
  template <class F, class A>
  static void sum_columns(index_t rows, index_t columns, F f, A* sums) {
    detail::expect_host_function<F>();
    for (index_t j = 0; j < columns; ++j) {
      wide_t<A> sum{};
      for (index_t i = 0; i < rows; ++i) sum += static_cast<wide_t<A>>(f(i, j));
      sums[j] = static_cast<A>(sum);
    }
  }

  /// c = alpha·op(a)·op(b) + beta·c;  op(a) is (m, k), op(b) is (k, n), c is (m, n), row-major. c is not read if beta is 0. Sums are
  /// kept in wide_t<T>.
  template <scalar T>
  static void gemm(transpose ta, transpose tb, index_t m, index_t n, index_t k, T alpha, const T* a, const T* b, T beta, T* c) {
    for (index_t i = 0; i < m; ++i) {
      for (index_t j = 0; j < n; ++j) {
        wide_t<T> sum{};
        for (index_t p = 0; p < k; ++p) {
          sum += static_cast<wide_t<T>>(ta == transpose::yes ? a[p * m + i] : a[i * k + p]) *
                 static_cast<wide_t<T>>(tb == transpose::yes ? b[j * k + p] : b[p * n + j]);
        }
        sum *= static_cast<wide_t<T>>(alpha);
        c[i * n + j] = static_cast<T>(beta == T{} ? sum : sum + static_cast<wide_t<T>>(beta * c[i * n + j]));
      }
    }
  }
};

static_assert(backend<reference, float> && backend<reference, double>);

}  // namespace jem::inline v0
