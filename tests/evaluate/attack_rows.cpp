// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/evaluate/attack_rows.hpp>

#include <cmath>

namespace detail = jem::evaluate::detail;
using T          = jem::tensor<float, jem::eigen>;
using D          = jem::tensor<double, jem::eigen>;

TEST_CASE("a row is brought to unit length whatever its norm is, and zeros stay") {
  test::on_every_tensor([]<class X>() {
    for (const float size : {1e-40f, 1e-30f, 1e-20f, 1.0f, 1e25f, 6e37f}) {
      CAPTURE(size);
      X rows({3, 1, 2}, {3 * size, -4 * size, 0, 0, 0, size});
      detail::normalise_rows(rows);
      const auto values   = rows.to_vector();
      const double within = size < 1e-38f ? 1e-4 : 1e-6;  // 1e-40 has fewer digits
      CHECK(values[0] == doctest::Approx(0.6).epsilon(within));
      CHECK(values[1] == doctest::Approx(-0.8).epsilon(within));
      for (const std::size_t i : {2, 3, 4}) CHECK(values[i] == 0);
      CHECK(values[5] == doctest::Approx(1).epsilon(1e-6));
    }
  });
}

TEST_CASE("the rivals' slope is the cross-entropy's without the factor 1 - p(y|x)") {
  const D logits({2, 4}, {0.3, -1.2, 2, 0.1, 1, 1, -3, 0.5});
  const jem::labels<D> y({2}, {2, 1});
  D slope = jem::softmax(logits);
  jem::add_at(slope, y, -1);
  const auto expected = slope.to_vector(), received = detail::rival_slope(logits, y).to_vector();
  for (std::size_t i = 0; i < 8; ++i) {
    const double factor = -expected[i < 4 ? 2 : 5];
    CHECK(factor * received[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  }
}

TEST_CASE("the rivals' slope does not vanish where the answer is sure, and is right for logits of any size") {
  test::on_every_tensor([]<class X>() {
    const jem::labels<X> y({1}, {0});
    const auto slope = [&](std::initializer_list<float> logits) {
      return detail::rival_slope(X({1, std::ssize(logits)}, logits), y).to_vector();
    };
    const auto sure = slope({200, 0, std::log(3.0f)});
    CHECK(sure[0] == -1);
    CHECK(sure[1] == doctest::Approx(0.25));
    CHECK(sure[2] == doctest::Approx(0.75));
    CHECK(slope({1e30f, -1e30f, 5e29f}) == std::vector<float>{-1, 0, 1});
    CHECK(slope({3e38f, -3e38f, 3e38f}) == std::vector<float>{-1, 0, 1});
    CHECK(slope({1e-30f, 2e-30f, 0}) == std::vector<float>{-1, 0.5f, 0.5f});
    CHECK(slope({0, 1e8f, 1e8f}) == std::vector<float>{-1, 0.5f, 0.5f});  // where 10⁸ + log 2 rounds to 10⁸
    CHECK(slope({1e8f, -3}) == std::vector<float>{-1, 1});
    CHECK(slope({-50, 50}) == std::vector<float>{-1, 1});
  });
}
