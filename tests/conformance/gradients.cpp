// SPDX-License-Identifier: MIT
// The tests of layers and energies show that right gradients pass. These tests show that wrong ones fail.
#include <jem/backend/reference.hpp>
#include <jem/conformance/gradients.hpp>
#include <jem/tensor/columns.hpp>

#include <doctest/doctest.h>

#include <tuple>

using namespace jem::conformance;

namespace {

using tensor              = jem::tensor<double, jem::reference>;
constexpr double infinity = std::numeric_limits<double>::infinity();

enum class fault { none, other_slope, overwrites, only_with_parameters, forgets_the_parameter };

/// y = w·x, element by element.
template <fault f>
struct stretch {
  tensor w;  // (d)

  template <jem::tensor_value X>
  struct cache {
    X x;
  };

  static auto parameters(auto& s) { return std::tie(s.w); }

  tensor forward(tensor x, cache<tensor>& c) const {
    c.x = x;
    jem::scale_per_column(x, w);
    return x;
  }

  tensor backward(tensor dy, cache<tensor>& c, stretch* grad) const {
    if (grad && f == fault::overwrites) jem::fill(grad->w, 0);
    if (grad && f != fault::forgets_the_parameter) jem::add_scaled(grad->w, 1, jem::column_sums(dy * c.x));
    jem::scale_per_column(dy, w);
    if (f == fault::other_slope || (f == fault::only_with_parameters && !grad)) jem::scale(dy, 1.001);
    return dy;
  }
};

template <fault f>
double error_of_layer() {
  return check_layer_gradients(stretch<f>{tensor({3}, {1, -2, 0.5})}, random_tensor<tensor>({4, 3}, 5));
}

/// E = ‖x‖²/2. With slope ≠ 1 the gradient is wrong; with beside ≠ 1 value_and_grad returns another value than `value`.
struct bowl {
  double slope = 1, beside = 1;

  tensor value(const tensor& x) const { return 0.5 * jem::row_dots(x, x); }
  tensor value_and_grad(const tensor& x, tensor& grad) const {
    grad = slope * x;
    return beside * value(x);
  }
};

}  // namespace

TEST_CASE("central differences give the derivative of a parabola") {
  const auto differences = central_differences({1, -2}, [](const std::vector<double>& x) { return x[0] * x[0] + 3 * x[1]; });
  CHECK(differences[0] == doctest::Approx(2));
  CHECK(differences[1] == doctest::Approx(3));
  CHECK(central_differences({}, [](const std::vector<double>&) { return 1.0; }).empty());
}

TEST_CASE("a gradient's error is relative, and infinite for NaN, another size and constant functions") {
  const auto line = [](const std::vector<double>& x) { return 2 * x[0]; };
  CHECK(gradient_error({1}, {2}, line) < 1e-9);
  CHECK(gradient_error({1}, {3}, line) == doctest::Approx(1 / 2.001));
  CHECK(gradient_error({1}, {2, 2}, line) == infinity);
  CHECK(gradient_error({1}, {std::numeric_limits<double>::quiet_NaN()}, line) == infinity);
  CHECK(gradient_error({1}, {0}, [](const std::vector<double>&) { return 5.0; }) == infinity);
  CHECK(gradient_error({}, {}, line) == 0);
}

TEST_CASE("layer gradients that are wrong, overwritten, missing, or different without a parameter gradient are found") {
  CHECK(error_of_layer<fault::none>() < 1e-8);
  CHECK(error_of_layer<fault::other_slope>() > 1e-4);
  CHECK(error_of_layer<fault::overwrites>() > 0.1);
  CHECK(error_of_layer<fault::only_with_parameters>() == infinity);
  CHECK(error_of_layer<fault::forgets_the_parameter>() > 0.9);
}

TEST_CASE("wrong layer gradients are found along random directions, too") {
  const tensor w({3}, {1, -2, 0.5}), x = random_tensor<tensor>({4, 3}, 5);
  CHECK(check_layer_gradient_directions(stretch<fault::none>{w}, x) < 1e-8);
  CHECK(check_layer_gradient_directions(stretch<fault::other_slope>{w}, x) > 1e-4);
  CHECK(check_layer_gradient_directions(stretch<fault::forgets_the_parameter>{w}, x) > 0.9);
}

TEST_CASE("a wrong gradient of an energy is found, and a value_and_grad whose value differs from value") {
  const tensor x = random_tensor<tensor>({4, 3}, 6);
  CHECK(check_energy_gradient(bowl{}, x) < 1e-8);
  CHECK(check_energy_gradient(bowl{.slope = 1.001}, x) > 1e-4);
  CHECK(check_energy_gradient(bowl{.beside = 1.001}, x) == infinity);
}

TEST_CASE("parameter_values and with_parameters use the same order") {
  const stretch<fault::none> layer{tensor({3}, {1, -2, 0.5})};
  CHECK(parameter_values(layer) == std::vector{1.0, -2.0, 0.5});
  CHECK(parameter_values(with_parameters(layer, {3, 4, 5})) == std::vector<double>{3, 4, 5});
}
