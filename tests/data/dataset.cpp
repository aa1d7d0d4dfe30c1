// SPDX-License-Identifier: MIT
#include "support/backends.hpp"

#include <jem/data/dataset.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace {

using tensor = jem::tensor<float, jem::reference>;
using labels = jem::labels<tensor>;
using jem::shape;

jem::data::dataset<tensor> five() {
  return jem::data::make_dataset(tensor(shape{5, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), labels(shape{5}, {0, 1, 2, 0, 1}), 3);
}

}  // namespace

TEST_CASE("a data set keeps images, labels and classes") {
  const auto set = five();
  CHECK(set.size() == 5);
  CHECK(set.classes == 3);
  CHECK(set.y.to_vector() == std::vector<std::int32_t>{0, 1, 2, 0, 1});
}

TEST_CASE("rows of a data set are a data set, on every backend") {
  test::on_every_tensor([]<class T>() {
    const auto set  = jem::data::make_dataset(T(shape{3, 2}, {0, 1, 2, 3, 4, 5}), jem::labels<T>(shape{3}, {0, 1, 2}), 3);
    const auto part = set.rows(1, 2);
    CHECK(part.x.extents() == shape{2, 2});
    CHECK(part.x.to_vector() == std::vector<float>{2, 3, 4, 5});
    CHECK(part.y.to_vector() == std::vector<std::int32_t>{1, 2});
    CHECK(part.classes == 3);
    CHECK(set.rows(3, 0).size() == 0);
  });
}

TEST_CASE("rows outside a data set are refused") {
  CHECK_THROWS_AS(five().rows(4, 2), std::invalid_argument);
  CHECK_THROWS_AS(five().rows(-1, 2), std::invalid_argument);
}

TEST_CASE("a data set may be empty") { CHECK(jem::data::make_dataset(tensor(shape{0, 2}), labels(shape{0}), 3).size() == 0); }

TEST_CASE("a data set needs a label for each image, and images (n, ...)") {
  CHECK_THROWS_WITH_AS(jem::data::make_dataset(tensor(shape{2, 1}, {0, 1}), labels(shape{3}, {0, 0, 0}), 1),
                       "[dataset] expected (2) but received (3)", std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::data::make_dataset(tensor(shape{2}, {0, 1}), labels(shape{2}, {0, 0}), 1),
                       doctest::Contains("expected a batch (n, …) but received (2)"), std::invalid_argument);
}

TEST_CASE("a label that is no class is refused with its index") {
  const tensor x(shape{2, 1}, {0, 1});
  CHECK_THROWS_WITH_AS(jem::data::make_dataset(x, labels(shape{2}, {0, 3}), 3),
                       "[dataset] expected labels in [0, 3) but received 3 at index 1", std::invalid_argument);
  CHECK_THROWS_AS(jem::data::make_dataset(x, labels(shape{2}, {-1, 0}), 3), std::invalid_argument);
}

TEST_CASE("nan and infinity in the data are refused with the image they are in") {
  const labels y(shape{2}, {0, 1});
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH_AS(jem::data::make_dataset(tensor(shape{2, 2}, {0, 1, 2, nan}), y, 2),
                       "[dataset] expected finite values but received nan in image 1", std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::data::make_dataset(tensor(shape{2, 2}, {0, -infinity, 2, 3}), y, 2),
                       "[dataset] expected finite values but received -inf in image 0", std::invalid_argument);
}
