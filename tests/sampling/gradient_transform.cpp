// SPDX-License-Identifier: MIT
#include <jem/backend/eigen.hpp>
#include <jem/sampling/gradient_transform.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace {

using tensor = jem::tensor<float, jem::eigen>;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity     = std::numeric_limits<float>::infinity();

template <class F>
std::vector<float> transformed(const F& f, const jem::shape& extents, std::initializer_list<float> values) {
  tensor gradient(extents, values);
  f(gradient);
  CHECK(gradient.extents() == extents);
  return gradient.to_vector();
}

static_assert(jem::batch_transform<jem::identity, tensor> && jem::batch_transform<jem::clip_elements, tensor> &&
              jem::batch_transform<jem::clip_norm, tensor> && jem::batch_transform<jem::unit_norm, tensor>);
static_assert(!jem::batch_transform<jem::clip_norm, float>);

}  // namespace

TEST_CASE("the identity changes nothing") {
  CHECK(transformed(jem::identity{}, {2, 2}, {1, -2, 3e30f, 0}) == std::vector<float>{1, -2, 3e30f, 0});
}

TEST_CASE("clip_elements clamps each element separately") {
  CHECK(transformed(jem::clip_elements{}, {2, 2}, {0.5f, -2, 3, -1}) == std::vector<float>{0.5f, -1, 1, -1});
  CHECK(transformed(jem::clip_elements{0.1f}, {1, 2}, {infinity, -infinity}) == std::vector<float>{0.1f, -0.1f});
  CHECK(std::isnan(transformed(jem::clip_elements{}, {1, 1}, {not_a_number})[0]));  // NaN stays
}

TEST_CASE("clip_norm scales a chain's gradient to the limit and leaves shorter ones as they are") {
  const auto rows = transformed(jem::clip_norm{2.5f}, {3, 2}, {3, 4, 1.5f, 2, 0.1f, 0});
  CHECK(rows[0] == doctest::Approx(1.5));
  CHECK(rows[1] == doctest::Approx(2));
  CHECK(std::vector<float>(rows.begin() + 2, rows.end()) == std::vector<float>{1.5f, 2, 0.1f, 0});
}

TEST_CASE("clip_norm keeps the direction of gradients whose squares overflow or underflow in float") {
  const auto rows = transformed(jem::clip_norm{1}, {3, 2}, {1e20f, 0, 3e19f, 4e19f, infinity, 1});
  for (std::size_t i = 0; i < 6; ++i) CHECK(rows[i] == doctest::Approx(std::vector{1.0, 0.0, 0.6, 0.8, 1.0, 0.0}[i]).epsilon(1e-6));
  const auto tiny = transformed(jem::clip_norm{1e-35f}, {1, 2}, {3e-30f, 4e-30f});
  CHECK(tiny[0] == doctest::Approx(6e-36));
}

TEST_CASE("clip_norm uses the norm of a whole image, and accepts a zero gradient and a batch of no chains") {
  const auto image = transformed(jem::clip_norm{1}, {1, 2, 2, 1}, {1, 1, 1, 1});
  CHECK(image[3] == doctest::Approx(0.5));
  CHECK(transformed(jem::clip_norm{1}, {2, 2}, {0, 0, 0, 0}) == std::vector<float>{0, 0, 0, 0});
  CHECK(transformed(jem::clip_norm{1}, {0, 2}, {}).empty());
}

TEST_CASE("unit_norm gives each chain's gradient the length 1, the longest and the shortest, and lets zeros stay") {
  const auto rows = transformed(jem::unit_norm{}, {5, 2}, {3, 4, 0, 0, 3e-30f, -4e-30f, 3e30f, 4e30f, 0, -infinity});
  const std::vector<double> expected{0.6, 0.8, 0, 0, 0.6, -0.8, 0.6, 0.8, 0, -1};
  for (std::size_t i = 0; i < 10; ++i) CHECK(rows[i] == doctest::Approx(expected[i]).epsilon(1e-6));
  CHECK(transformed(jem::unit_norm{}, {1, 2, 2, 1}, {5, 5, 5, 5}) == std::vector<float>(4, 0.5f));  // of a whole image
  CHECK(transformed(jem::unit_norm{}, {0, 2}, {}).empty());
}
