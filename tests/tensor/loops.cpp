// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/loops.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

struct add_one {
  std::int32_t* to;
  constexpr void operator()(jem::index_t i) const { to[i] += 1; }
};

struct add_to_span {
  std::int32_t* to;
  jem::index_t columns;
  constexpr void operator()(jem::index_t i, jem::index_t begin, jem::index_t end) const {
    for (jem::index_t j = begin; j < end; ++j) to[i * columns + j] += static_cast<std::int32_t>(10 * i + j);
  }
};

static_assert(jem::runs_tiles<jem::openmp> && jem::runs_tiles<jem::eigen>);
static_assert(!jem::runs_tiles<jem::reference> && !jem::runs_tiles<test::guarded> && !jem::runs_tiles<int>);

/// A backend with for_each_row, which records how much work a row is.
struct listener {
  static inline jem::index_t rows = 0, work = 0;

  template <class F>
  static void for_each(jem::index_t, F) {}
  template <class F>
  static void for_each_row(jem::index_t n, jem::index_t w, F) {
    rows = n, work = w;
  }
};

}  // namespace

TEST_CASE("for_each_row runs each row once on every backend, with its own for_each_row or without") {
  test::on_every_tensor([]<class T>() {
    for (const jem::index_t n : {0, 1, 1000}) {
      auto seen = jem::zeros<jem::labels<T>>({n + 1});
      jem::for_each_row<typename T::backend_type>(n, 50, add_one{seen.data()});
      std::vector<std::int32_t> expected(static_cast<std::size_t>(n), 1);
      expected.push_back(0);
      CHECK(seen.to_vector() == expected);
    }
  });
}

TEST_CASE("for_each_span visits each element once, in rows or one by one") {
  test::on_every_tensor([]<class T>() {
    auto seen = jem::zeros<jem::labels<T>>({3, 4});
    jem::for_each_span<typename T::backend_type>(3, 4, add_to_span{seen.data(), 4});
    CHECK(seen.to_vector() == std::vector<std::int32_t>{0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23});
    jem::for_each_span<typename T::backend_type>(0, 4, add_to_span{seen.data(), 4});
    jem::for_each_span<typename T::backend_type>(3, 0, add_to_span{seen.data(), 4});
    CHECK(seen.to_vector()[1] == 1);
  });
}

TEST_CASE("a backend's own for_each_row is called with the work of a row") {
  jem::for_each_row<listener>(12, 34, [](jem::index_t) {});
  CHECK(listener::rows == 12);
  CHECK(listener::work == 34);
}
