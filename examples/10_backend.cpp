// A backend of your own: storage, and the verbs of jem/core/concepts.hpp on plain threads. The conformance suite checks whether it is
// right, from single verbs to whole training runs; a concept checks only that it compiles. Exits with 0 if all checks have passed.
#include <jem/backend/cpu/first_failure.hpp>
#include <jem/backend/memory/host.hpp>
#include <jem/conformance/suite.hpp>

#include <algorithm>
#include <cstdio>
#include <thread>
#include <vector>

using jem::index_t, jem::transpose;

struct threads {
  static constexpr bool host_memory = true;  // the host may read its memory, so that users' memory can be viewed
  static constexpr const char* name = "threads";

  template <jem::element T>
  using storage = jem::host_storage<T>;  // any movable type that is constructed from a size and has data()

  template <jem::element T>
  static void upload(const T* from, index_t n, T* to) {
    std::copy_n(from, n, to);
  }
  template <jem::element T>
  static void download(const T* from, index_t n, T* to) {
    std::copy_n(from, n, to);
  }

  template <class F>
  static void for_each(index_t n, F f) {
    share(n, n, [=](index_t i) { f(i); });
  }
  template <class F>
  static void for_each(index_t rows, index_t columns, F f) {
    share(rows, rows * columns, [=](index_t i) {
      for (index_t j = 0; j < columns; ++j) f(i, j);
    });
  }
  template <class F, class A>
  static void sum_rows(index_t rows, index_t columns, F f, A* sums) {
    share(rows, rows * columns, [=](index_t i) {
      jem::wide_t<A> sum{};  // the type for long sums: double for float
      for (index_t j = 0; j < columns; ++j) sum += f(i, j);
      sums[i] = static_cast<A>(sum);
    });
  }
  template <class F, class A>
  static void sum_columns(index_t rows, index_t columns, F f, A* sums) {
    share(columns, rows * columns, [=](index_t j) {
      jem::wide_t<A> sum{};
      for (index_t i = 0; i < rows; ++i) sum += f(i, j);
      sums[j] = static_cast<A>(sum);
    });
  }
  /// c = alpha·op(a)·op(b) + beta·c; c is not read if beta is 0.
  template <jem::scalar T>
  static void gemm(transpose ta, transpose tb, index_t m, index_t n, index_t k, T alpha, const T* a, const T* b, T beta, T* c) {
    share(m, m * n * k, [=](index_t i) {
      for (index_t j = 0; j < n; ++j) {
        T sum{};
        for (index_t p = 0; p < k; ++p) {
          sum += (ta == transpose::yes ? a[p * m + i] : a[i * k + p]) * (tb == transpose::yes ? b[j * k + p] : b[p * n + j]);
        }
        c[i * n + j] = beta == T{} ? alpha * sum : alpha * sum + beta * c[i * n + j];
      }
    });
  }

 private:
  /// Calls f(i) for i < n, in equal parts on as many threads as pay for this work. Results do not depend on which thread runs a part.
  template <class F>
  static void share(index_t n, index_t work, F f) {
    const auto most     = static_cast<index_t>(std::max(1u, std::thread::hardware_concurrency()));
    const index_t parts = std::clamp<index_t>(work / 100'000, 1, most);
    jem::first_failure failure;  // keeps exceptions, since one that left a thread would end the program
    const auto run = [&](index_t part) {
      failure.guard(part, [&] {
        for (index_t i = part * n / parts; i < (part + 1) * n / parts; ++i) f(i);
      });
    };
    {
      std::vector<std::jthread> others;
      for (index_t part = 1; part < parts; ++part) others.emplace_back(run, part);
      run(0);
    }
    failure.rethrow();
  }
};

static_assert(jem::backend<threads, float> && jem::backend<threads, double>);

int main() {
  const auto results = jem::conformance::run<threads>([](const jem::conformance::result& r) {
    std::printf("%-6s  %-80s %8.2g of %-8.2g %s\n", r.passed ? "passed" : "FAILED", r.name.c_str(), r.error, r.tolerance,
                r.passed ? name_of(r.measure) : r.where.c_str());
  });
  const auto failed  = std::ranges::count(results, false, &jem::conformance::result::passed);
  std::printf("%zu checks, %td failed\n", results.size(), failed);
  return failed == 0 ? 0 : 1;
}
