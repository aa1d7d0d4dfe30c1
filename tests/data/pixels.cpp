// SPDX-License-Identifier: MIT
#include "support/backends.hpp"

#include <jem/data/pixels.hpp>

#include <doctest/doctest.h>

#include <cmath>

using jem::index_t;
using jem::shape;

TEST_CASE("bytes become evenly spaced numbers in [-1, 1]") {
  static_assert(jem::data::from_byte<float>(0) == -1 && jem::data::from_byte<float>(255) == 1);
  static_assert(jem::data::from_byte<double>(51) == -0.6);
  for (int v = 0; v < 255; ++v) {
    const float step =
        jem::data::from_byte<float>(static_cast<std::uint8_t>(v + 1)) - jem::data::from_byte<float>(static_cast<std::uint8_t>(v));
    CHECK(std::abs(step - 1 / 127.5f) < 2e-7f);
  }
}

TEST_CASE("upload_rows writes rows in order and to the right places, in several uploads, on every backend") {
  test::on_every_tensor([]<class T>() {
    T x(shape{5, 600, 500});  // 300 000 elements a row: an upload of three rows, then one of two
    index_t next = 0;
    jem::data::upload_rows(x, [&](index_t i, float* to) {
      CHECK(i == next++);
      for (index_t j = 0; j < 300'000; ++j) to[j] = static_cast<float>(1'000'000 * i + j);
    });
    CHECK(next == 5);
    const auto values = x.to_vector();
    bool right        = true;
    for (std::size_t k = 0; k < values.size(); ++k) right &= values[k] == static_cast<float>(1'000'000 * (k / 300'000) + k % 300'000);
    CHECK(right);
  });
}

TEST_CASE("rows longer than a piece are uploaded one at a time; there may be no rows, or empty rows") {
  using T = jem::tensor<double, jem::reference>;
  T longer(shape{2, 1'500'000});
  jem::data::upload_rows(longer, [](index_t i, double* to) { std::fill_n(to, 1'500'000, static_cast<double>(i + 1)); });
  CHECK(T(longer.rows(0, 1)).to_vector().back() == 1);
  CHECK(T(longer.rows(1, 1)).to_vector().front() == 2);
  T none(shape{0, 3}), empty(shape{3, 0});
  int written = 0;
  jem::data::upload_rows(none, [&](index_t, double*) { ++written; });
  CHECK(written == 0);
  jem::data::upload_rows(empty, [&](index_t, double*) { ++written; });
  CHECK(written == 3);
}
