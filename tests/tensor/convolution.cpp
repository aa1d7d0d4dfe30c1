// SPDX-License-Identifier: MIT
// The conformance suite compares convolutions with the definition, for every kernel, stride and padding.
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/tensor/convolution.hpp>
#include <jem/tensor/rows.hpp>

#include <doctest/doctest.h>

#include <vector>

using jem::shape;
using floats = std::vector<float>;

namespace {

using on_eigen = jem::tensor<float, jem::eigen>;
using stored   = on_eigen::rebind<jem::bfloat16>;

template <class X, class W>
concept can_convolve = requires(const X& x, const W& w) { convolution(x, w, {}); };

static_assert(can_convolve<on_eigen, on_eigen> && can_convolve<stored, on_eigen> &&
              can_convolve<on_eigen, jem::view<const float, jem::eigen>>);
static_assert(!can_convolve<on_eigen, stored> && !can_convolve<stored, stored>, "weights are of the type that is summed in");
static_assert(!can_convolve<stored, on_eigen::rebind<double>> && !can_convolve<on_eigen, jem::tensor<float, jem::reference>>);

}  // namespace

TEST_CASE("a convolution is a cross-correlation, so that the kernel is not rotated") {
  test::on_every_tensor([]<class T>() {
    const T x({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    const T w({2, 2, 1, 1}, {1, 0, 0, 10});
    CHECK(convolution(x, w, {}).to_vector() == floats{51, 62, 84, 95});
  });
}

TEST_CASE("padding is zeros and stride skips pixels") {
  test::on_every_tensor([]<class T>() {
    const T x({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    const T ones = jem::full<T>({3, 3, 1, 1}, 1);
    CHECK(convolution(x, ones, {.padding = 1}).to_vector() == floats{12, 21, 16, 27, 45, 33, 24, 39, 28});
    CHECK(convolution(x, ones, {.stride = 2, .padding = 1}).to_vector() == floats{12, 16, 24, 28});
  });
}

TEST_CASE("a kernel of one pixel is a product with the channels") {
  test::on_every_tensor([]<class T>() {
    const T x({1, 1, 2, 2}, {1, 2, 3, 4}), w({1, 1, 2, 3}, {1, 0, 2, 0, 1, 3});
    CHECK(convolution(x, w, {}).to_vector() == floats{1, 2, 8, 3, 4, 18});
  });
}

// ⟨x ⋆ w, dy⟩ = ⟨x, dx⟩ = ⟨w, dw⟩: both gradients are transposes of the convolution.
TEST_CASE("the two gradients of a convolution are its transposes") {
  test::on_every_backend([]<class B>() {
    using T = jem::tensor<double, B>;
    for (const jem::convolution_geometry g : {jem::convolution_geometry{1, 1}, {2, 0}, {3, 2}}) {
      const T x = test::random_tensor<T>({2, 7, 6, 3}, 1), w = test::random_tensor<T>({3, 3, 3, 4}, 2);
      const T y = convolution(x, w, g), dy = test::random_tensor<T>(y.extents(), 3);
      T dw            = jem::zeros<T>(w.extents());
      const double is = jem::sum(y * dy);
      add_convolution_weight_gradient(dw, x, dy, g);
      CHECK(jem::sum(x * convolution_input_gradient(dy, w, g, x.extents())) == doctest::Approx(is).epsilon(1e-12));
      CHECK(jem::sum(w * dw) == doctest::Approx(is).epsilon(1e-12));
    }
  });
}

TEST_CASE("the weight gradient is added to the old values") {
  test::on_every_tensor([]<class T>() {
    T dw({1, 1, 1, 1}, {100});
    add_convolution_weight_gradient(dw, T({1, 1, 2, 1}, {1, 2}), T({1, 1, 2, 1}, {3, 4}), {});
    CHECK(dw.to_vector() == floats{111});
  });
}

TEST_CASE("pixels that no window covers have gradient 0") {
  test::on_every_tensor([]<class T>() {
    const T dy({1, 1, 1, 1}, {5}), w = jem::full<T>({2, 2, 1, 1}, 1);
    CHECK(convolution_input_gradient(dy, w, {.stride = 2}, {1, 3, 3, 1}).to_vector() == floats{5, 5, 0, 5, 5, 0, 0, 0, 0});
  });
}

TEST_CASE("images in bfloat16 are multiplied with rounded weights, and each sum with bias and addend is rounded once") {
  test::on_every_tensor([]<class T>() {
    using X             = typename T::template rebind<jem::bfloat16>;
    const auto in_float = [](const X& x) { return jem::converted<float>(x).to_vector(); };
    const T w({1, 1, 1, 1}, {1.01f}), bias({1}, {0.0025f});  // 1.01 is nearest to 1.0078125
    const X x = jem::converted<jem::bfloat16>(T({1, 1, 2, 1}, {1, -3})), z = jem::converted<jem::bfloat16>(T({1, 1, 2, 1}, {0, 0x1p-8f}));
    CHECK(in_float(convolution(x, w, {})) == floats{1.0078125f, -3.03125f});          // the exact −3.0234375 is a tie
    CHECK(in_float(convolution(x, w, {}, &bias)) == floats{1.0078125f, -3.015625f});  // exactly −3.0209375
    CHECK(in_float(convolution(x, w, {}, nullptr, jem::around<X>{.addend = &z})) == floats{1.0078125f, -3.015625f});  // exactly −3.01953125
    CHECK(in_float(convolution_input_gradient(x, w, {}, x.extents())) == floats{1.0078125f, -3.03125f});
    T dw({1, 1, 1, 1}, {0.001f});
    add_convolution_weight_gradient(dw, x, x, {});
    CHECK(dw.to_vector() == floats{10.001f});
  });
}

TEST_CASE("convolutions refuse operands that do not fit") {
  using T = jem::tensor<float, jem::eigen>;
  const T x(shape{1, 4, 4, 2}), w(shape{3, 3, 2, 5}), wrong(shape{3, 3, 1, 5}), dy(shape{1, 4, 4, 5});
  T dw(shape{3, 3, 2, 5});
  CHECK_THROWS_AS(convolution(x, wrong, {}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(convolution_input_gradient(dy, w, {}, x.extents()),
                       "[convolution_input_gradient] expected (1, 2, 2, 5) but received (1, 4, 4, 5)", std::invalid_argument);
  CHECK_THROWS_AS(add_convolution_weight_gradient(dw, x, dy, {}), std::invalid_argument);
}

TEST_CASE("a bias, an addend and an input of other extents are refused") {
  using T = jem::tensor<float, jem::eigen>;
  struct itself : jem::unchanged {};
  const T x(shape{1, 4, 4, 2}), w(shape{3, 3, 2, 5}), bias(shape{4}), y(shape{1, 2, 2, 5});
  CHECK_THROWS_WITH_AS(convolution(x, w, {}, &bias), "[convolution: a bias] expected (5) but received (4)", std::invalid_argument);
  CHECK_THROWS_WITH_AS(convolution(x, w, {}, nullptr, jem::around<T>{.addend = &x}),
                       "[convolution: an addend] expected (1, 2, 2, 5) but received (1, 4, 4, 2)", std::invalid_argument);
  CHECK_THROWS_WITH_AS(convolution_input_gradient(y, w, {}, x.extents(), &y, jem::around<T, itself>{}),
                       "[convolution_input_gradient: x] expected (1, 4, 4, 2) but received (1, 2, 2, 5)", std::invalid_argument);
  CHECK_THROWS_WITH_AS(convolution_input_gradient(y, w, {}, x.extents(), nullptr, jem::around<T>{.addend = &y}),
                       "[convolution_input_gradient: an addend] expected (1, 4, 4, 2) but received (1, 2, 2, 5)", std::invalid_argument);
}
