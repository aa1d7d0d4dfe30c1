// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/tensor.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <type_traits>
#include <vector>

using jem::shape;

TEST_CASE("copies of a tensor are deep, and a moved tensor is empty") {
  test::on_every_tensor([]<class T>() {
    T a({2, 3}, {1, 2, 3, 4, 5, 6});
    T b = a;
    fill(b, 9);
    CHECK(a.to_vector() == std::vector<float>{1, 2, 3, 4, 5, 6});
    T c = std::move(a);
    CHECK(c.to_vector() == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(a.extents() == shape{0});
    CHECK(a.size() == 0);
    a = c;
    CHECK(a.to_vector() == c.to_vector());
    a = T({1}, {4});
    CHECK(a.extents() == shape{1});
  });
}

TEST_CASE("assignment copies extents and elements, for any sizes, and a tensor may be assigned to itself") {
  test::on_every_tensor([]<class T>() {
    T a({2, 2}, {1, 2, 3, 4});
    const T same_size({4}, {5, 6, 7, 8}), other_size({3}, {1, 1, 2});
    a = same_size;
    CHECK(a.extents() == shape{4});
    CHECK(a.to_vector() == same_size.to_vector());
    a = other_size;
    CHECK(a.to_vector() == other_size.to_vector());
    const T& self = a;
    a             = self;
    CHECK(a.to_vector() == other_size.to_vector());
    a = T{};
    CHECK(a.size() == 0);
  });
}

TEST_CASE("tensors are empty by default, and an empty batch keeps its other extents") {
  test::on_every_tensor([]<class T>() {
    CHECK(T{}.extents() == shape{0});
    CHECK(T{}.to_vector().empty());
    const T none(shape{0, 8, 8, 3});
    const T copy = none;
    CHECK(copy.extents() == shape{0, 8, 8, 3});
    CHECK(copy.to_vector().empty());
  });
}

TEST_CASE("a tensor without axes holds one number") {
  test::on_every_tensor([]<class T>() { CHECK(T(shape{}, {3}).to_vector() == std::vector<float>{3}); });
}

TEST_CASE("reshaping keeps the elements in row-major order, and moves those of a temporary") {
  test::on_every_tensor([]<class T>() {
    T a({2, 3}, {1, 2, 3, 4, 5, 6});
    const auto* const memory = a.data();
    const T copy             = a.reshaped({3, 2});
    CHECK(copy.extents() == shape{3, 2});
    CHECK(copy.data() != memory);
    const T moved = std::move(a).reshaped({6});
    CHECK(moved.data() == memory);
    CHECK(moved.to_vector() == copy.to_vector());
  });
}

TEST_CASE("a tensor made of a view copies its elements") {
  test::on_every_tensor([]<class T>() {
    T a({3, 2}, {1, 2, 3, 4, 5, 6});
    const T b(a.rows(1, 2));
    fill(a, 0);
    CHECK(b.extents() == shape{2, 2});
    CHECK(b.to_vector() == std::vector<float>{3, 4, 5, 6});
  });
}

TEST_CASE("labels are tensors of 32-bit integers of the same backend") {
  test::on_every_tensor([]<class T>() {
    static_assert(std::is_same_v<jem::labels<T>, jem::tensor<std::int32_t, typename T::backend_type>>);
    static_assert(std::is_same_v<jem::labels<T>, typename T::template rebind<std::int32_t>>);
    static_assert(std::is_same_v<jem::tensor_of<decltype(std::declval<const T&>().rows(0, 1))>, T>);
    const std::vector<std::int32_t> extremes{0, -1, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()};
    CHECK(jem::labels<T>({4}, extremes).to_vector() == extremes);
  });
}

TEST_CASE("a tensor refuses another number of values than it has elements") {
  using T = jem::tensor<float, jem::reference>;
  CHECK_THROWS_WITH_AS(T({2, 3}, {1, 2}), "[tensor] expected 6 values for (2, 3) but received 2", std::invalid_argument);
  CHECK_THROWS_AS(T({0}, {1}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(T(shape{2, 3}).reshaped({4}), "[reshape] expected 6 elements but received (4)", std::invalid_argument);
}
