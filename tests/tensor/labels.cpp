// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/tensor/labels.hpp>

#include <doctest/doctest.h>

using jem::shape;

static_assert(std::is_constructible_v<jem::host_labels, jem::labels<jem::tensor<float, jem::eigen>>> &&
              !std::is_constructible_v<jem::host_labels, jem::tensor<float, jem::eigen>>);

TEST_CASE("labels out of range are refused with their index") {
  test::on_every_tensor([]<class T>() {
    CHECK_NOTHROW(jem::check_labels("train", jem::labels<T>({3}, {0, 1, 2}), 3));
    CHECK_NOTHROW(jem::check_labels("train", jem::labels<T>(shape{0}), 0));
    CHECK_THROWS_WITH_AS(jem::check_labels("train", jem::labels<T>({3}, {0, 3, -1}), 3),
                         "[train] expected labels in [0, 3) but received 3 at index 1", std::invalid_argument);
    CHECK_THROWS_AS(jem::check_labels("train", jem::labels<T>({1}, {-1}), 3), std::invalid_argument);
  });
}

TEST_CASE("host_labels can be checked again after the labels are destroyed") {
  test::on_every_tensor([]<class T>() {
    const auto read = [] {
      const jem::labels<T> y({3}, {0, 2, 1});
      return jem::host_labels(y);
    }();
    CHECK(std::vector<std::int32_t>(read.values().begin(), read.values().end()) == std::vector<std::int32_t>{0, 2, 1});
    CHECK_NOTHROW(read.check("train", 3));
    CHECK_THROWS_WITH_AS(read.check("train", 2), "[train] expected labels in [0, 2) but received 2 at index 1", std::invalid_argument);
    CHECK(jem::checked_labels("train", jem::labels<T>({2}, {1, 0}), 2).values().size() == 2);
    CHECK_THROWS_AS(jem::checked_labels("train", jem::labels<T>({2}, {1, 0}), 1), std::invalid_argument);
  });
}
