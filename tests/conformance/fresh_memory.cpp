// SPDX-License-Identifier: MIT
#include <jem/backend/reference.hpp>
#include <jem/conformance/fresh_memory.hpp>

#include <doctest/doctest.h>

#include <cmath>

TEST_CASE("on_fresh_memory fills recycled memory of any size with NaN, and returns empty evidence") {
  using tensor = jem::tensor<float, jem::reference>;
  for (const jem::index_t n : {1, 16, 17, 100, 1000, 1024, 1025, 5000, 40'000, 262'144}) {
    (void)tensor(jem::shape{n}, std::vector<float>(static_cast<std::size_t>(n), 1));
  }
  const auto e = jem::conformance::on_fresh_memory<jem::reference>();
  CHECK(e.cases == 0);
  CHECK(e.passed);
  for (const jem::index_t n : {1, 16, 17, 100, 1000, 1024, 1025, 5000, 40'000, 262'144}) {
    CAPTURE(n);
    const tensor x(jem::shape{n}), y(jem::shape{n});
    for (const tensor* each : {&x, &y}) {
      const auto values = each->to_vector();
      CHECK(std::ranges::all_of(values, [](float v) { return std::isnan(v); }));
    }
  }
}
