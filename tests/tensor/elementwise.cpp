// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

using jem::shape;
using floats = std::vector<float>;

namespace {

struct cube {
  template <class V>
  constexpr V operator()(V x) const {
    return x * x * x;
  }
};

struct difference_times_ten {
  template <class V>
  constexpr V operator()(V x, V y) const {
    return 10 * (x - y);
  }
};

struct less_product {
  template <class V>
  constexpr V operator()(V x, V y, V z) const {
    return x - y * z;
  }
};

struct rotate {
  template <class V>
  constexpr void operator()(V& a, V& b, V u) const {
    const V first = a;
    a = b, b = first + u;
  }
  template <class V>
  constexpr void operator()(V& a, V& b, V& c, V u) const {
    const V first = a;
    a = b, b = c, c = first + u;
  }
};

}  // namespace

TEST_CASE("map, zip and apply run a function over every element") {
  test::on_every_tensor([]<class T>() {
    const T x({2, 2}, {1, 2, 3, 4}), y({2, 2}, {4, 3, 2, 1});
    CHECK(map(x, cube{}).to_vector() == floats{1, 8, 27, 64});
    CHECK(zip(x, y, difference_times_ten{}).to_vector() == floats{-30, -10, 10, 30});
    T z = x;
    apply(z, cube{});
    CHECK(z.to_vector() == floats{1, 8, 27, 64});
    apply(z, y, difference_times_ten{});
    CHECK(z.to_vector() == floats{-30, 50, 250, 630});
    T a({2}, {1, 2}), b({2}, {3, 4}), c({2}, {5, 6});
    apply(a, b, T({2}, {10, 20}), rotate{});
    CHECK(a.to_vector() == floats{3, 4});
    CHECK(b.to_vector() == floats{11, 22});
    a = T({2}, {1, 2}), b = T({2}, {3, 4});
    CHECK(zip(a, b, c, less_product{}).to_vector() == floats{1 - 15, 2 - 24});
    apply(a, b, c, T({2}, {10, 20}), rotate{});
    CHECK(a.to_vector() == floats{3, 4});
    CHECK(b.to_vector() == floats{5, 6});
    CHECK(c.to_vector() == floats{11, 22});
  });
}

TEST_CASE("arithmetic returns tensors and does not change its operands") {
  test::on_every_tensor([]<class T>() {
    const T x({3}, {1, 2, 3}), y({3}, {10, 20, 30});
    CHECK((x + y).to_vector() == floats{11, 22, 33});
    CHECK((x - y).to_vector() == floats{-9, -18, -27});
    CHECK((x * y).to_vector() == floats{10, 40, 90});
    CHECK((2 * x).to_vector() == floats{2, 4, 6});
    CHECK((-x).to_vector() == floats{-1, -2, -3});
    CHECK(x.to_vector() == floats{1, 2, 3});
  });
}

TEST_CASE("scale, add_scaled, fill and clamp change their first argument") {
  test::on_every_tensor([]<class T>() {
    T x({3}, {1, -2, 3});
    scale(x, 2);
    CHECK(x.to_vector() == floats{2, -4, 6});
    add_scaled(x, -0.5f, T({3}, {2, 4, 8}));
    CHECK(x.to_vector() == floats{1, -6, 2});
    add_scaled(x, 1, x);
    CHECK(x.to_vector() == floats{2, -12, 4});
    clamp(x, -1, 3);
    CHECK(x.to_vector() == floats{2, -1, 3});
    fill(x, 7);
    CHECK(x.to_vector() == floats{7, 7, 7});
  });
}

TEST_CASE("clamp replaces infinities by its bounds and leaves NaN") {
  constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  test::on_every_tensor([=]<class T>() {
    T x({4}, {infinity, -infinity, nan, 0.5f});
    clamp(x, -1, 1);
    CHECK(test::same_bits(x.to_vector(), floats{1, -1, nan, 0.5f}));
  });
}

TEST_CASE("full and zeros have their value everywhere, whatever the memory contained before") {
  test::on_every_tensor([]<class T>() {
    for (int round = 0; round < 3; ++round) {
      const T x = jem::full<T>({2, 3}, 4), y = jem::zeros<T>({6});
      CHECK(x.to_vector() == floats(6, 4));
      CHECK(y.to_vector() == floats(6, 0));
      CHECK(jem::zeros<jem::labels<T>>({2}).to_vector() == std::vector<std::int32_t>{0, 0});
    }
    CHECK(jem::full<T>({0, 3}, 4).extents() == shape{0, 3});
  });
}

TEST_CASE("operands of other extents are refused, even if the sizes agree") {
  using T = jem::tensor<float, jem::eigen>;
  T x(shape{2, 3});
  const T y(shape{3, 2}), z(shape{2, 1});
  CHECK_THROWS_WITH_AS(x + y, "[zip] expected (2, 3) but received (3, 2)", std::invalid_argument);
  CHECK_THROWS_AS(x * z, std::invalid_argument);
  CHECK_THROWS_WITH_AS(add_scaled(x, 1, y), "[apply] expected (2, 3) but received (3, 2)", std::invalid_argument);
  T a = x, b = x;
  CHECK_THROWS_AS(apply(x, a, b, y, rotate{}), std::invalid_argument);
  CHECK_THROWS_AS(apply(x, a, y, rotate{}), std::invalid_argument);
}

TEST_CASE("tensors of two backends or two types are not compatible") {
  using a = jem::tensor<float, jem::eigen>;
  static_assert(jem::compatible<a, a>);
  static_assert(jem::compatible<a, jem::view<const float, jem::eigen>>);
  static_assert(!jem::compatible<a, jem::tensor<float, jem::reference>>);
  static_assert(!jem::compatible<a, jem::tensor<double, jem::eigen>>);
  static_assert(!jem::compatible<a, float>);
  CHECK(true);
}

TEST_CASE("functions are called with bfloat16 converted to float, and their results are rounded once") {
  test::on_every_tensor([]<class T>() {
    using X             = typename T::template rebind<jem::bfloat16>;
    const auto in_float = [](const X& x) { return jem::converted<float>(x).to_vector(); };
    const X x = jem::converted<jem::bfloat16>(T({4}, {1.0078125f, -3, 0.1f, 256}));  // 1 + 2^-7, −3, the number nearest to 0.1, and 256
    CHECK(in_float(x) == floats{1.0078125f, -3, 0.10009765625f, 256});
    CHECK(in_float(map(x, cube{})) == floats{1.0234375f, -27, 0.00099945068359375f, 16777216});
    CHECK(in_float(zip(x, x, jem::op::multiply{}))[0] == 1.015625f);  // 1.01568 lies between 1.015625 and 1.0234375
    CHECK(in_float(x + jem::full<X>({4}, 1))[3] == 256);              // 257 is a tie, and 256 is even
    CHECK(in_float(x + jem::full<X>({4}, 3))[3] == 260);              // 259 is a tie, and 260 is even
    X a = x, b = x;
    apply(a, b, jem::full<X>({4}, 1), rotate{});
    CHECK(in_float(a) == in_float(x));
    CHECK(in_float(b)[1] == -2);
  });
}

TEST_CASE("converting a tensor to its own type copies it, and moves a temporary") {
  using T = jem::tensor<float, jem::reference>;
  using X = T::rebind<jem::bfloat16>;
  using D = T::rebind<double>;
  static_assert(jem::summed_in<X, T> && jem::summed_in<T, T> && !jem::summed_in<T, X>);
  static_assert(!jem::summed_in<X, D> && !jem::summed_in<T, jem::tensor<float, jem::eigen>>);
  static_assert(std::is_same_v<jem::sums_of<X>, T> && std::is_same_v<jem::sums_of<D>, D>);
  T x({2}, {1, 2});
  const float* const memory = x.data();
  CHECK(jem::converted<float>(x).data() != memory);
  CHECK(jem::converted<float>(std::move(x)).data() == memory);
}
