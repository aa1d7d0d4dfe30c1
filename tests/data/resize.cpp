// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/temporary_directory.hpp"

#include <jem/data/resize.hpp>

#include <doctest/doctest.h>

using jem::data::resized;

TEST_CASE("a pixel of a smaller image is the mean over its area, on every backend") {
  test::on_every_tensor([]<class T>() {
    const T x({1, 2, 4, 1}, {1, 3, 5, 7, 11, 13, 15, 17});
    CHECK(resized(x, 1, 2, 1).to_vector() == std::vector<typename T::value_type>{7, 11});
    CHECK(resized(x, 1, 1, 1).to_vector() == std::vector<typename T::value_type>{9});
  });
}

TEST_CASE("a pixel that is covered in part counts for that part") {
  using T = jem::tensor<double, jem::reference>;
  const T x({1, 1, 3, 1}, {0, 6, 30});  // new pixels are [0, 1.5] and [1.5, 3]
  const auto half = resized(x, 1, 2, 1).to_vector();
  CHECK(half[0] == doctest::Approx(2));
  CHECK(half[1] == doctest::Approx(22));
  const auto more = resized(x, 1, 4, 1).to_vector();  // pixels of 3/4
  CHECK(more[0] == doctest::Approx(0));
  CHECK(more[1] == doctest::Approx(4));
  CHECK(more[2] == doctest::Approx(14));
  CHECK(more[3] == doctest::Approx(30));
}

TEST_CASE("images of the same extents stay as they are, to the bit") {
  using T = jem::tensor<float, jem::reference>;
  std::vector<float> values;
  for (int i = 0; i < 2 * 5 * 3 * 3; ++i) values.push_back(0.1f * static_cast<float>(i) - 1);
  CHECK(resized(T({2, 5, 3, 3}, values), 5, 3, 3).to_vector() == values);
}

TEST_CASE("an even image stays even at any size, and the mean of an image is kept") {
  using T = jem::tensor<double, jem::reference>;
  std::vector<double> values;
  for (int i = 0; i < 7 * 5 * 2; ++i) values.push_back((i * 37 % 11) / 10.0);
  const T x({1, 7, 5, 2}, values);
  for (const auto& [h, w] : {std::pair{3, 4}, {8, 8}, {7, 9}, {1, 1}, {14, 10}}) {
    const auto y = resized(x, h, w, 2);
    CHECK(jem::mean(y) == doctest::Approx(jem::mean(x)).epsilon(1e-12));
    for (const double each : resized(jem::full<T>({1, 7, 5, 2}, 0.3), h, w, 2).to_vector()) CHECK(each == doctest::Approx(0.3));
  }
}

TEST_CASE("colours become grey as their mean, and grey becomes colours of one value") {
  using T = jem::tensor<float, jem::reference>;
  CHECK(resized(T({1, 1, 1, 3}, {1, 2, 6}), 1, 1, 1).to_vector() == std::vector<float>{3});
  CHECK(resized(T({1, 1, 1, 1}, {5}), 1, 2, 3).to_vector() == std::vector<float>{5, 5, 5, 5, 5, 5});
}

TEST_CASE("images keep their order, and none gives none") {
  using T = jem::tensor<float, jem::reference>;
  CHECK(resized(T({3, 2, 1, 1}, {1, 3, 5, 7, 9, 11}), 1, 1, 1).to_vector() == std::vector<float>{2, 6, 10});
  CHECK(resized(T({0, 2, 1, 1}), 4, 4, 1).extents() == jem::shape{0, 4, 4, 1});
}

TEST_CASE("images are not resized to nothing, nor from three channels to two") {
  using T = jem::tensor<float, jem::reference>;
  const T x({1, 2, 2, 3});
  const auto refusal = [&](jem::index_t h, jem::index_t w, jem::index_t c) {
    return test::message_of<std::invalid_argument>([&] { (void)resized(x, h, w, c); });
  };
  CHECK(refusal(1, 1, 2) == "[resized] expected 1 or 3 channels but received 2");
  CHECK(refusal(0, 1, 3) == "[resized] expected height >= 1 but received 0");
  CHECK(refusal(1, 0, 3) == "[resized] expected width >= 1 but received 0");
  CHECK(refusal(1, 1, 0).starts_with("[resized] expected"));
  CHECK(test::message_of<std::invalid_argument>([&] { (void)resized(T({2, 3}), 1, 1, 1); }) ==
        "[resized] expected images (n, h, w, c) with pixels but received (2, 3)");
}
