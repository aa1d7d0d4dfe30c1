// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/numbers.hpp"

#include <jem/tensor/images.hpp>

#include <doctest/doctest.h>

using jem::index_t;
using jem::shape;
using floats = std::vector<float>;

namespace {

template <class T>
jem::labels<T> indices(const std::vector<std::int32_t>& values) {
  return jem::labels<T>(shape{std::ssize(values)}, values);
}

}  // namespace

TEST_CASE("a row is reflected without repeating its edge: 2 1 | 0 1 2 3 | 2 1") {
  std::vector<index_t> places;
  for (index_t i = -3; i < 7; ++i) places.push_back(jem::reflected(i, 4));
  CHECK(places == std::vector<index_t>{3, 2, 1, 0, 1, 2, 3, 2, 1, 0});
  static_assert(jem::reflected(0, 1) == 0);
}

TEST_CASE("a crop is a window of the padded image, a different one for each image and the same for all channels, on every backend") {
  test::on_every_tensor([]<class T>() {
    // Two images of 2×3 pixels and two channels: pixel p of the first is (p, −p), of the second (10 + p, −10 − p).
    floats values;
    for (const float first : {0.0f, 10.0f}) {
      for (int p = 0; p < 6; ++p) values.insert(values.end(), {first + static_cast<float>(p), -first - static_cast<float>(p)});
    }
    const T x({2, 2, 3, 2}, values);
    const auto crop = [&](std::int32_t t0, std::int32_t l0, std::int32_t t1, std::int32_t l1) {
      const T y         = reflect_crops(x, 1, indices<T>({t0, t1}), indices<T>({l0, l1}));
      const auto result = y.to_vector();
      floats first;
      for (std::size_t k = 0; k < result.size(); k += 2) {
        first.push_back(result[k]);
        CHECK(result[k + 1] == -result[k]);
      }
      return first;
    };
    // The first image padded:  4 3 4 5 4     the second:  14 13 14 15 14
    //                          1 0 1 2 1                  11 10 11 12 11
    //                          4 3 4 5 4                  14 13 14 15 14
    //                          1 0 1 2 1                  11 10 11 12 11
    CHECK(crop(1, 1, 1, 1) == floats{0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15});
    CHECK(crop(0, 0, 2, 2) == floats{4, 3, 4, 1, 0, 1, 14, 15, 14, 11, 12, 11});
    CHECK(crop(2, 0, 0, 1) == floats{4, 3, 4, 1, 0, 1, 13, 14, 15, 10, 11, 12});
    CHECK(crop(1, 2, 1, 0) == floats{1, 2, 1, 4, 5, 4, 11, 10, 11, 14, 13, 14});
  });
}

TEST_CASE("a crop of padding 0 changes nothing, and an empty batch is accepted") {
  test::on_every_tensor([]<class T>() {
    const T x = test::random_tensor<T>({3, 4, 5, 2});
    CHECK(reflect_crops(x, 0, indices<T>({0, 0, 0}), indices<T>({0, 0, 0})).to_vector() == x.to_vector());
    CHECK(reflect_crops(T(shape{0, 4, 5, 2}), 3, indices<T>({}), indices<T>({})).extents() == shape{0, 4, 5, 2});
    CHECK(mirrored(T(shape{0, 4, 5, 2})).extents() == shape{0, 4, 5, 2});
  });
}

TEST_CASE("mirrored exchanges left and right, keeps rows and channels, and is its own inverse") {
  test::on_every_tensor([]<class T>() {
    const T x({1, 2, 3, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    CHECK(mirrored(x).to_vector() == floats{4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7});
    const T y = test::random_tensor<T>({5, 3, 4, 3});
    CHECK(mirrored(mirrored(y)).to_vector() == y.to_vector());
  });
}

TEST_CASE("reflect_crops refuses a padding as wide as the image, and offsets that do not fit") {
  using T = jem::tensor<float, jem::eigen>;
  const T x(shape{1, 3, 2, 1});
  const auto zero = indices<T>({0});
  CHECK_THROWS_WITH_AS(reflect_crops(x, 2, zero, zero),
                       "[reflect_crops] expected 0 <= padding < h, w of images (1, 3, 2, 1) but received 2", std::invalid_argument);
  CHECK_THROWS_AS(reflect_crops(x, -1, zero, zero), std::invalid_argument);
  CHECK_THROWS_WITH_AS(reflect_crops(x, 1, indices<T>({0, 0}), zero), "[reflect_crops] expected (1) but received (2)",
                       std::invalid_argument);
  CHECK_THROWS_AS(reflect_crops(x, 1, zero, indices<T>({})), std::invalid_argument);
  CHECK_THROWS_WITH_AS(reflect_crops(T(shape{2, 3}), 1, zero, zero), "[reflect_crops] expected 4 axes but received (2, 3)",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(mirrored(T(shape{2, 3})), "[mirrored] expected 4 axes but received (2, 3)", std::invalid_argument);
}
