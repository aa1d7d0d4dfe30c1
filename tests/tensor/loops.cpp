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

/// A backend that is told how much work a row is.
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

TEST_CASE("for_each_row runs each row once on every backend, with the optional verb and without") {
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

TEST_CASE("a backend with the optional verb is told the work of a row") {
  jem::for_each_row<listener>(12, 34, [](jem::index_t) {});
  CHECK(listener::rows == 12);
  CHECK(listener::work == 34);
}
