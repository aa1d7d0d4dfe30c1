// SPDX-License-Identifier: MIT
#include "support/backends.hpp"

#include <jem/data/digits.hpp>
#include <jem/data/doubts.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using T       = jem::tensor<float, jem::reference>;
using strings = std::vector<std::string>;

jem::data::dataset<T> set_of(std::vector<float> x, std::vector<std::int32_t> y, jem::index_t classes = 3) {
  const auto n = static_cast<jem::index_t>(y.size());
  return jem::data::make_dataset(T({n, std::ssize(x) / n}, x), jem::labels<T>({n}, y), classes);
}

}  // namespace

TEST_CASE("doubts_about has no doubts about the digits, and no test digit is a training digit") {
  const auto train = jem::data::digits_train<T>(), test = jem::data::digits_test<T>();
  CHECK(doubts_about(train).empty());
  CHECK(shared_images(train, test) == 0);
  CHECK(shared_images(train, train) == train.size());
}

TEST_CASE("doubts_about names labels of one class, unscaled bytes and images that are all equal") {
  CHECK(doubts_about(set_of({0, 1, 1, 0}, {2, 2})) == strings{"all labels are of class 2 of 3: a classifier has nothing to learn"});
  CHECK(doubts_about(set_of({0, 1, 1, 0}, {0, 0}, 1)).empty());  // with one class there is no classifier
  CHECK(doubts_about(set_of({0, 255, 17, 0}, {0, 1})) ==
        strings{"the numbers of the images go from 0.000000 to 255.000000: samplers and noise expect about [-1, 1]"});
  CHECK(doubts_about(set_of({0.5f, 1, 0.5f, 1}, {0, 1})) == strings{"all 2 images are the same"});
}

TEST_CASE("shared_images counts the images of the second set that the first one has, repeated ones, too") {
  const auto train = set_of({1, 2, 3, 4, 5, 6}, {0, 1, 2}), test = set_of({3, 4, 3, 4, 2, 3}, {0, 0, 0});
  CHECK(shared_images(train, test) == 2);
  CHECK(shared_images(test, train) == 1);
}
