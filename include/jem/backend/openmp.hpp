// SPDX-License-Identifier: MIT
// Plain loops on all threads of the host. Work is cut into blocks whose size depends on the shape alone and partial sums are
// added in order, so the bits of results do not depend on the number of threads. Without -fopenmp the same code runs on one thread. If a
// function that is passed to a verb throws, the exception reaches the caller of the verb when all blocks are done; if several blocks
// throw, it is that of the first of them.
#pragma once

#include <jem/backend/cpu/first_failure.hpp>
#include <jem/backend/cpu/team_balance.hpp>
#include <jem/backend/reference.hpp>
#include <jem/core/platform.hpp>
#include <jem/core/vector_loop.hpp>

#include <algorithm>
#include <exception>
#include <string>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace jem::inline v0 {

struct openmp : reference {
  static constexpr const char* name = "openmp";

  /// See backend/build_info.hpp. The version of OpenMP, which compilers give as a date; empty without OpenMP.
  static std::string library() {
#ifdef _OPENMP
    return _OPENMP >= 202011 ? "OpenMP 5.1" : _OPENMP >= 201811 ? "OpenMP 5.0" : _OPENMP >= 201511 ? "OpenMP 4.5" : "OpenMP before 4.5";
#else
    return {};
#endif
  }

  static constexpr index_t grain            = 8192;  ///< elements that are worth a thread
  static constexpr index_t sum_columns_rows = 256;   ///< rows in a partial column sum
  static constexpr index_t sum_block        = 4096;  ///< elements in a partial sum of a long row

  /// f(i) for i < n; calls must not depend on each other.
  template <class F>
  static void for_each(index_t n, F f) {
    detail::expect_host_function<F>();
    blocks(n, grain, [f](index_t begin, index_t end) { vector_loop(begin, end, F(f)); });
  }

  /// The optional verb of tensor/loops.hpp.
  template <class F>
  static void for_each_row(index_t rows, index_t work, F f) {
    detail::expect_host_function<F>();
    blocks(rows, rows_per_block(work), [f](index_t begin, index_t end) {
      for (index_t i = begin; i < end; ++i) f(i);
    });
  }

  /// The optional verb of tensor/loops.hpp.
  template <class F>
  static void for_each_tile(index_t rows, index_t size, const F& f) {
    blocks(rows, size, [&](index_t begin, index_t end) { f(begin, end - begin); });
  }

  /// f(i, j) for i < rows, j < columns, j innermost; calls must not depend on each other.
  template <class F>
  static void for_each(index_t rows, index_t columns, F f) {
    detail::expect_host_function<F>();
    if (rows == 1) return for_each(columns, [f](index_t j) { f(0, j); });
    blocks(rows, rows_per_block(columns), [f, columns](index_t begin, index_t end) {
      const F g = f;
      for (index_t i = begin; i < end; ++i) {
        vector_loop(0, columns, [&g, i](index_t j) { g(i, j); });
      }
    });
  }

  /// sums[i] = Σⱼ f(i, j), kept in wide_t<A>, long rows in blocks.
  template <class F, class A>
  static void sum_rows(index_t rows, index_t columns, F f, A* sums) {
    detail::expect_host_function<F>();
    const index_t parts = (columns + sum_block - 1) / sum_block;
    if (parts <= 1) {
      blocks(rows, rows_per_block(columns), [f, columns, sums](index_t begin, index_t end) {
        for (index_t i = begin; i < end; ++i) sums[i] = static_cast<A>(sum_range<wide_t<A>>(f, i, 0, columns));
      });
      return;
    }
    host_storage<wide_t<A>> partial(rows * parts);
    wide_t<A>* const to = partial.data();
    blocks(rows * parts, 2, [f, columns, parts, to](index_t begin, index_t end) {
      for (index_t part = begin; part < end; ++part) {
        const index_t first = part % parts * sum_block;
        to[part]            = sum_range<wide_t<A>>(f, part / parts, first, (std::min)(first + sum_block, columns));
      }
    });
    for (index_t i = 0; i < rows; ++i) {
      wide_t<A> sum{};
      for (index_t part = 0; part < parts; ++part) sum += to[i * parts + part];
      sums[i] = static_cast<A>(sum);
    }
  }

  /// sums[j] = Σᵢ f(i, j), kept in wide_t<A>, many rows in blocks.
  template <class F, class A>
  static void sum_columns(index_t rows, index_t columns, F f, A* sums) {
    detail::expect_host_function<F>();
    const index_t parts = std::max<index_t>(1, (rows + sum_columns_rows - 1) / sum_columns_rows);
    using wide          = wide_t<A>;
    host_storage<wide> partial(parts * columns);
    wide* const to = partial.data();
    blocks(parts, std::max<index_t>(1, rows_per_block(columns) / sum_columns_rows), [f, rows, columns, to](index_t begin, index_t end) {
      for (index_t part = begin; part < end; ++part) {
        wide* const sum = to + part * columns;
        std::fill_n(sum, columns, wide{});
        const F g = f;
        for (index_t i = part * sum_columns_rows; i < (std::min)(rows, (part + 1) * sum_columns_rows); ++i) {
          vector_loop(0, columns, [&g, sum, i](index_t j) { sum[j] += static_cast<wide>(g(i, j)); });
        }
      }
    });
    for (index_t part = 1; part < parts; ++part) {
      JEM_INDEPENDENT
      for (index_t j = 0; j < columns; ++j) to[j] += to[part * columns + j];
    }
    for (index_t j = 0; j < columns; ++j) sums[j] = static_cast<A>(to[j]);
  }

  /// As reference::gemm. Threads compute different rows of c, and sums are kept in wide_t<T>.
  template <scalar T>
  static void gemm(transpose ta, transpose tb, index_t m, index_t n, index_t k, T alpha, const T* a, const T* b, T beta, T* c) {
    host_storage<T> turned(tb == transpose::yes ? k * n : 0);
    if (tb == transpose::yes) {  // rows of op(b) have to be contiguous
      T* const to = turned.data();
      for_each(k, n, [=](index_t p, index_t j) { to[p * n + j] = b[j * k + p]; });
      b = to;
    }
    using wide = wide_t<T>;
    blocks(m, rows_per_block(n * k), [=](index_t begin, index_t end) {
      host_storage<wide> sums(n);
      wide* const row = sums.data();
      for (index_t i = begin; i < end; ++i) {
        std::fill_n(row, n, wide{});
        for (index_t p = 0; p < k; ++p) {
          const auto factor   = static_cast<wide>(alpha * (ta == transpose::yes ? a[p * m + i] : a[i * k + p]));
          const T* const from = b + p * n;
          JEM_INDEPENDENT
          for (index_t j = 0; j < n; ++j) row[j] += factor * static_cast<wide>(from[j]);
        }
        T* const to = c + i * n;
        JEM_INDEPENDENT
        for (index_t j = 0; j < n; ++j) to[j] = static_cast<T>(beta == T{} ? row[j] : row[j] + static_cast<wide>(beta * to[j]));
      }
    });
  }

  /// f(begin, end) for blocks of `size` out of n, in parallel if there is more than one. f is called through a pointer, so that a program
  /// has one parallel region instead of one for each f.
  template <class F>
  static void blocks(index_t n, index_t size, const F& f) {
    run_blocks(n, size, &f, [](const void* of, index_t begin, index_t end) { (*static_cast<const F*>(of))(begin, end); });
  }

  /// Whether the calling thread already belongs to a team; then it works alone.
  static bool inside_parallel() {
#ifdef _OPENMP
    return omp_in_parallel() != 0;
#else
    return false;
#endif
  }

 private:
  using block_function = void(const void* f, index_t begin, index_t end);

  static void run_blocks(index_t n, index_t size, const void* f, block_function* run) {
    if (n <= size || inside_parallel()) {
      for (index_t begin = 0; begin < n; begin += size) run(f, begin, (std::min)(begin + size, n));
      return;
    }
    first_failure failure;
    run_parts((n + size - 1) / size,
              [&](index_t part) { failure.guard(part, [&] { run(f, part * size, (std::min)(part * size + size, n)); }); });
    failure.rethrow();
  }

  /// part(i) for i < count, by a team of threads if that saves time at present (cpu/team_balance.hpp); part throws nothing.
  template <class Part>
  static void run_parts(index_t count, const Part& part) {
#ifdef _OPENMP
    if (omp_get_max_threads() > 1 && run_by_team(count, part)) return;
#endif
    for (index_t i = 0; i < count; ++i) part(i);
  }

#ifdef _OPENMP
  /// Does nothing and returns false if a team does not save time at present.
  template <class Part>
  static bool run_by_team(index_t count, const Part& part) {
    thread_local team_balance balance;
    const auto begin = team_balance::clock::now();
    if (balance.alone(begin)) return false;
    index_t mine = 0;  // parts done by the caller, which is thread 0 of the team
    team_balance::duration own{};
#pragma omp parallel
    {
      const bool caller = omp_get_thread_num() == 0;
      const auto first  = team_balance::clock::now();
      index_t done      = 0;
#pragma omp for schedule(static) nowait
      for (index_t i = 0; i < count; ++i) {
        part(i);
        ++done;
      }
      if (caller) {
        own  = team_balance::clock::now() - first;
        mine = done;
      }
    }
    balance.settle(begin, team_balance::clock::now(), own, mine, count);
    return true;
  }
#endif

  static constexpr index_t rows_per_block(index_t columns) { return std::max<index_t>(1, grain / std::max<index_t>(1, columns)); }

  template <class A, class F>
  static A sum_range(F f, index_t i, index_t begin, index_t end) {
#ifdef __clang__  // lets clang vectorise the sum; where it cannot, omp simd would make it warn
#pragma clang fp reassociate(on)
#endif
    A sum{};
    constexpr index_t few = 8;  // so few numbers are not worth a vectorised loop
    if (end - begin <= few) {
      for (index_t j = begin; j < end; ++j) sum += static_cast<A>(f(i, j));
      return sum;
    }
    std::exception_ptr failure;  // no exception may leave a loop with omp simd, see core/vector_loop.hpp
    const auto term = [&](index_t j) {
      try {
        return static_cast<A>(f(i, j));
      } catch (...) {
        if (!failure) failure = std::current_exception();
        return A{};
      }
    };
#if defined(_OPENMP) && !defined(__clang__)
#pragma omp simd reduction(+ : sum)
#endif
    for (index_t j = begin; j < end; ++j) sum += term(j);
    if (failure) std::rethrow_exception(failure);
    return sum;
  }
};

static_assert(backend<openmp, float> && backend<openmp, double>);

}  // namespace jem::inline v0
