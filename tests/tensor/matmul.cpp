// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/tensor/matmul.hpp>

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

using jem::shape;
using jem::transpose;
using floats = std::vector<float>;

TEST_CASE("matmul multiplies row-major matrices, transposed or not") {
  test::on_every_tensor([]<class T>() {
    const T a({2, 3}, {1, 2, 3, 4, 5, 6}), b({3, 2}, {7, 8, 9, 10, 11, 12});
    CHECK(matmul(a, b).to_vector() == floats{58, 64, 139, 154});
    CHECK(matmul(b, a).extents() == shape{3, 3});
    CHECK(matmul(a, a, transpose::no, transpose::yes).to_vector() == floats{14, 32, 32, 77});
    CHECK(matmul(a, a, transpose::yes).to_vector() == floats{17, 22, 27, 22, 29, 36, 27, 36, 45});
    CHECK(matmul(a, b, transpose::yes, transpose::yes).to_vector() == floats{39, 49, 59, 54, 68, 82, 69, 87, 105});
  });
}

TEST_CASE("add_matmul adds to the old values") {
  test::on_every_tensor([]<class T>() {
    T c({1, 1}, {100});
    add_matmul(c, T({1, 2}, {1, 2}), T({2, 1}, {3, 4}));
    CHECK(c.to_vector() == floats{111});
  });
}

TEST_CASE("products with no rows or columns are empty, and sums of no products are zero") {
  test::on_every_tensor([]<class T>() {
    CHECK(matmul(T(shape{0, 3}), T(shape{3, 2})).extents() == shape{0, 2});
    CHECK(matmul(T(shape{2, 0}), T(shape{0, 2})).to_vector() == floats{0, 0, 0, 0});
  });
}

TEST_CASE("if one factor is bfloat16, the other is rounded to it, and the product is in float") {
  using T = jem::tensor<float, jem::reference>;
  const T a({1, 2}, {1.00390625f, 2}), b({2, 1}, {1.01f, 0.25f});  // 1 + 2^-8 is a tie and rounded to 1; 1.01 is rounded to 1.0078125
  const auto half = jem::converted<jem::bfloat16>(a);
  static_assert(std::is_same_v<decltype(matmul(half, b)), T> && std::is_same_v<decltype(matmul(a, half)), T>);
  CHECK(matmul(half, b).to_vector() == floats{1.5078125f});
  CHECK(matmul(a, half, transpose::yes).to_vector() == floats{1, 2, 2, 4});
  T c({1, 1}, {100});
  add_matmul(c, half, b);
  CHECK(c.to_vector() == floats{101.5078125f});
}

TEST_CASE("the error of matmul says which extents it expected") {
  using T = jem::tensor<float, jem::eigen>;
  const T a(shape{64, 10}), b(shape{12, 3});
  CHECK_THROWS_WITH_AS(matmul(a, b), "[matmul] expected (64, 10) x (10, k) but received (12, 3)", std::invalid_argument);
  CHECK_THROWS_WITH_AS(matmul(a, b, transpose::yes), "[matmul] expected (10, 64) x (64, k) but received (12, 3)", std::invalid_argument);
  CHECK_THROWS_WITH_AS(matmul(a, T(shape{10})), "[matmul] expected two matrices but received (64, 10) x (10)", std::invalid_argument);
  T c(shape{64, 4});
  CHECK_THROWS_WITH_AS(add_matmul(c, a, T(shape{10, 3})), "[add_matmul] expected (64, 3) but received (64, 4)", std::invalid_argument);
}

TEST_CASE("long sums in a product are accurate in float") {
  static constexpr jem::index_t n = 17'000'000;  // a float that adds up ones stops at 2^24 = 16 777 216
  test::on_every_tensor([]<class T>() {
    CHECK(matmul(jem::full<T>({1, n}, 1), jem::full<T>({n, 1}, 1)).to_vector()[0] == 17'000'000);
    const float product = matmul(jem::full<T>({4, n / 4}, 0.1f), jem::full<T>({n / 4, 4}, 1)).to_vector()[5];
    CHECK(product == doctest::Approx(n / 4 * static_cast<double>(0.1f)).epsilon(1e-4));
  });
}
