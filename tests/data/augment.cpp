// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/numbers.hpp"

#include <jem/data/augment.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>

using jem::index_t;
using jem::shape;
using jem::data::in_turn;
using jem::data::no_augmentation;
using jem::data::random_flip;
using jem::data::reflect_crop;

namespace {

using tensor = jem::tensor<float, jem::eigen>;
using floats = std::vector<float>;

struct needs_no_generator {
  void operator()(tensor&) const {}
};

struct add_one {
  template <jem::tensor_value T>
  void operator()(T& x, jem::rng&) const {
    x = x + jem::full<T>(x.extents(), 1);
  }
};

struct twice {
  template <jem::tensor_value T>
  void operator()(T& x, jem::rng&) const {
    scale(x, 2);
  }
};

static_assert(jem::data::batch_augmentation<reflect_crop, tensor> && jem::data::batch_augmentation<random_flip, tensor>);
static_assert(jem::data::batch_augmentation<in_turn<reflect_crop, add_one>, tensor>);
static_assert(!jem::data::batch_augmentation<needs_no_generator, tensor> && !jem::data::batch_augmentation<int, tensor>);
static_assert(!jem::data::batch_augmentation<in_turn<reflect_crop, int>, tensor>);
static_assert(!jem::data::batch_augmentation<reflect_crop, floats>);
static_assert(jem::data::stream_augmentation<jem::data::augment<>, tensor>);
static_assert(jem::data::stream_augmentation<jem::data::augment<random_flip, reflect_crop>, tensor>);
static_assert(!jem::data::stream_augmentation<jem::data::augment<int>, tensor>);
static_assert(!jem::data::stream_augmentation<jem::data::augment<random_flip, needs_no_generator>, tensor>);
static_assert(!jem::data::stream_augmentation<reflect_crop, tensor>, "a policy for which stream?");

/// n images of side×side pixels and two channels: pixel p is (p, p + 1000).
template <class T>
T numbered_images(index_t n, index_t side) {
  floats x;
  for (index_t i = 0; i < n; ++i) {
    for (index_t p = 0; p < side * side; ++p) x.insert(x.end(), {static_cast<float>(p), static_cast<float>(p + 1000)});
  }
  return T(shape{n, side, side, 2}, x);
}

/// Whether the second channel of each pixel is the first plus 1000.
bool together(const floats& x) {
  for (std::size_t k = 0; k < x.size(); k += 2) {
    if (x[k + 1] != x[k] + 1000) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a crop is a window of the padded image, with different windows for different images, and equal on every backend") {
  floats expected;
  test::on_every_tensor([&]<class T>() {
    constexpr index_t n = 40, side = 6, padding = 2;
    T x = numbered_images<T>(n, side);
    jem::rng g{11};
    reflect_crop{padding}(x, g);
    CHECK(x.extents() == shape{n, side, side, 2});
    const auto cropped = x.to_vector();
    CHECK(together(cropped));
    std::set<std::pair<index_t, index_t>> offsets;
    for (index_t i = 0; i < n; ++i) {
      // Pixel (2, 2) is never a reflected one, so it shows where the window is; all other pixels follow from that.
      const auto at = [&](index_t r, index_t s) {
        return static_cast<index_t>(cropped[static_cast<std::size_t>(((i * side + r) * side + s) * 2)]);
      };
      const index_t top = at(2, 2) / side - 2, left = at(2, 2) % side - 2;
      bool right = std::max(std::abs(top), std::abs(left)) <= padding;
      for (index_t r = 0; r < side; ++r) {
        for (index_t s = 0; s < side; ++s) right &= at(r, s) == jem::reflected(r + top, side) * side + jem::reflected(s + left, side);
      }
      CHECK(right);
      offsets.emplace(top, left);
    }
    CHECK(offsets.size() > 12);  // of 25 windows
    if (expected.empty()) expected = cropped;
    CHECK(test::same_bits(cropped, expected));
  });
}

// χ² with 80 degrees of freedom exceeds 169 with probability 3e-8. A crop that never moved to the right would make it about 6500.
TEST_CASE("all windows are equally likely") {
  constexpr index_t n = 8100, side = 9, padding = 4;
  tensor x = numbered_images<tensor>(n, side);
  jem::rng g{2};
  reflect_crop{padding}(x, g);
  const auto cropped = x.to_vector();
  std::array<double, 81> counts{};
  for (index_t i = 0; i < n; ++i)
    ++counts[static_cast<std::size_t>(cropped[static_cast<std::size_t>((i * side * side + 4 * side + 4) * 2)])];
  double statistic = 0;
  for (const double count : counts) statistic += (count - 100) * (count - 100) / 100;
  CHECK(statistic < 169);
}

// The number of flips among 10 000 is within 5 standard deviations of its mean: false alarm 6e-7.
TEST_CASE("each image is flipped as a whole, independently and with the given probability") {
  test::on_every_tensor([]<class T>() {
    const auto flips = [](float probability, std::uint64_t seed) {
      T x             = numbered_images<T>(10'000, 2);
      const auto here = numbered_images<T>(1, 2).to_vector(), turned = mirrored(numbered_images<T>(1, 2)).to_vector();
      jem::rng g{seed};
      random_flip{probability}(x, g);
      CHECK(g.counter == 1);
      const auto y = x.to_vector();
      double count = 0;
      bool whole   = true;
      for (std::size_t i = 0; i < y.size(); i += here.size()) {
        const bool flipped = std::equal(turned.begin(), turned.end(), y.begin() + static_cast<std::ptrdiff_t>(i));
        count += flipped;
        whole &= flipped || std::equal(here.begin(), here.end(), y.begin() + static_cast<std::ptrdiff_t>(i));
      }
      CHECK(whole);
      return count;
    };
    CHECK(std::abs(flips(0.5f, 1) - 5000) < 250);
    CHECK(std::abs(flips(0.1f, 2) - 1000) < 150);
    CHECK(flips(0, 3) == 0);
    CHECK(flips(1, 4) == 10'000);
  });
}

TEST_CASE("in_turn runs augmentations from left to right") {
  tensor x({1, 1, 1, 1}, {3});
  jem::rng g{1};
  in_turn{add_one{}, twice{}}(x, g);
  CHECK(x.to_vector() == floats{8});
  in_turn{twice{}, add_one{}, add_one{}}(x, g);
  CHECK(x.to_vector() == floats{18});
  in_turn{}(x, g);
  CHECK(x.to_vector() == floats{18});
}

TEST_CASE("crop and flip by in_turn equal crop and flip one after the other, and advance the generator") {
  tensor x = test::random_tensor<tensor>({20, 8, 8, 3}), y = x, again = x;
  jem::rng g{4}, same{4};
  const in_turn usual{reflect_crop{4}, random_flip{}};
  usual(x, g);
  reflect_crop{4}(y, same);
  random_flip{}(y, same);
  CHECK(x.to_vector() == y.to_vector());
  CHECK(g == same);
  usual(again, g);
  CHECK(again.to_vector() != x.to_vector());
}

TEST_CASE("no_augmentation changes neither the images nor the generator") {
  tensor x = test::random_tensor<tensor>({2, 3});
  jem::rng g{4};
  no_augmentation{}(x, g);
  CHECK(x.to_vector() == test::random_tensor<tensor>({2, 3}).to_vector());
  CHECK(g == jem::rng{4});
}

TEST_CASE("an empty batch and one pixel can be augmented") {
  tensor none(shape{0, 4, 4, 3}), pixel({1, 1, 1, 1}, {7});
  jem::rng g{1};
  in_turn{reflect_crop{2}, random_flip{}}(none, g);
  CHECK(none.extents() == shape{0, 4, 4, 3});
  in_turn{reflect_crop{0}, random_flip{1}}(pixel, g);
  CHECK(pixel.to_vector() == floats{7});
}

TEST_CASE("augmentations refuse impossible paddings, images without height and width, and wrong probabilities") {
  tensor x(shape{2, 4, 4, 1}), flat(shape{2, 4});
  jem::rng g{1};
  CHECK_THROWS_WITH_AS(reflect_crop{4}(x, g), "[reflect_crops] expected 0 <= padding < h, w of images (2, 4, 4, 1) but received 4",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(reflect_crop{-1}(x, g), "[reflect_crop] expected padding from 0 to 1048576 but received -1", std::invalid_argument);
  CHECK_THROWS_AS(reflect_crop{1}(flat, g), std::invalid_argument);
  CHECK_THROWS_AS(random_flip{}(flat, g), std::invalid_argument);
  for (const float p : {-0.1f, 1.1f, NAN}) CHECK_THROWS_AS(random_flip{p}(x, g), std::invalid_argument);
  CHECK_THROWS_WITH_AS(random_flip{2}(x, g), "[random_flip] expected probability in [0, 1] but received 2", std::invalid_argument);
}
