// SPDX-License-Identifier: MIT
// Compares the gradients of layers, networks and energies with central differences, (f(x + h) − f(x − h)) / 2h, in double, for every
// element of the input and of every parameter. For f in double and h = 1e-5 the differences are accurate to about 1e-9.
#pragma once

#include <jem/conformance/numbers.hpp>
#include <jem/core/concepts.hpp>
#include <jem/nn/parameters.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace jem::inline v0::conformance {

/// ∂f/∂x by central differences: f takes a list of numbers.
template <class F>
std::vector<double> central_differences(std::vector<double> at, F f, double h = 1e-5) {
  std::vector<double> gradient;
  for (double& x : at) {
    const double here = x;
    x                 = here + h;
    const double up   = f(at);
    x                 = here - h;
    gradient.push_back((up - f(at)) / (2 * h));
    x = here;
  }
  return gradient;
}

/// maxᵢ |gᵢ − differenceᵢ| / (10⁻³ + |differenceᵢ|) for a function of a vector; infinity for NaN. It is infinity for a constant function
/// as well, since even a backend that does nothing has the right gradient of it.
template <class F>
double gradient_error(const std::vector<double>& at, const std::vector<double>& gradient, F f, double h = 1e-5) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (at.size() != gradient.size()) return infinity;
  const auto differences = central_differences(at, f, h);
  if (!at.empty() && std::ranges::all_of(differences, [](double d) { return d == 0; })) return infinity;
  double largest = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double error = std::abs(gradient[i] - differences[i]) / (1e-3 + std::abs(differences[i]));
    largest            = std::isnan(error) ? infinity : (std::max)(largest, error);
  }
  return largest;
}

/// All parameters of a network, one tensor after the other.
template <parameterised L>
std::vector<double> parameter_values(const L& net) {
  std::vector<double> values;
  for_each_parameter_of(
      [&](const auto& parameter) {
        const auto part = parameter.to_vector();
        values.insert(values.end(), part.begin(), part.end());
      },
      net);
  return values;
}

/// The same network with other parameters.
template <parameterised L>
L with_parameters(L net, const std::vector<double>& values) {
  std::size_t at = 0;
  for_each_parameter_of(
      [&]<class T>(T& parameter) {
        const auto n = static_cast<std::size_t>(parameter.size());
        parameter    = T(parameter.extents(), std::span(values).subspan(at, n));
        at += n;
      },
      net);
  return net;
}

/// L = Σ rᵢ·f(x)ᵢ of a layer f with fixed random r, and its gradients. ∂L/∂x is set to infinity if backward without a parameter gradient
/// gives another ∂L/∂x. ∂L/∂θ is wrong if backward overwrites the parameter gradient instead of adding to it.
template <tensor_value T, layer<T> L>
struct layer_loss {
  T r;                                // (n, …): of the output
  std::vector<double> of_input;       ///< ∂L/∂x
  std::vector<double> of_parameters;  ///< ∂L/∂θ, one tensor after the other

  /// Computes both gradients for a network and an input.
  layer_loss(const L& net, const T& x) {
    typename L::template cache<T> cache, again;
    r          = random_tensor<T>(net.forward(T(x), cache).extents(), 77);
    L gradient = zeros_like(net);
    for_each_parameter_of([](auto& parameter) { fill(parameter, 0.5); }, gradient);
    of_input      = net.backward(T(r), cache, &gradient).to_vector();
    of_parameters = parameter_values(gradient);
    for (double& each : of_parameters) each -= 0.5;
    net.forward(T(x), again);
    if (same_bits(of_input, net.backward(T(r), again, static_cast<L*>(nullptr)).to_vector())) return;
    std::ranges::fill(of_input, std::numeric_limits<double>::infinity());
  }

  double operator()(const L& net, const T& x) const {
    typename L::template cache<T> cache;
    return sum(r * net.forward(T(x), cache));
  }
};

/// Both gradients of a layer at x, element by element: the largest error of gradient_error.
template <tensor_value T, layer<T> L>
double check_layer_gradients(const L& net, const T& x, double h = 1e-5) {
  const layer_loss<T, L> loss(net, x);
  const double of_input =
      gradient_error(x.to_vector(), loss.of_input, [&](const std::vector<double>& v) { return loss(net, T(x.extents(), v)); }, h);
  const double of_parameters = gradient_error(
      parameter_values(net), loss.of_parameters, [&](const std::vector<double>& v) { return loss(with_parameters(net, v), x); }, h);
  return (std::max)(of_input, of_parameters);
}

/// The same along one random direction of the input and one of each parameter tensor, for networks with many parameters on slow backends;
/// the layers of these networks are checked element by element.
template <tensor_value T, layer<T> L>
double check_layer_gradient_directions(const L& net, const T& x, double h = 1e-5) {
  const layer_loss<T, L> loss(net, x);
  const auto error = [&](const std::vector<double>& at, const std::vector<double>& gradient, std::size_t first, std::size_t count, auto f) {
    std::vector<double> direction(at.size());
    std::ranges::copy(random_values(static_cast<index_t>(count), 78), direction.begin() + static_cast<std::ptrdiff_t>(first));
    const double slope = std::inner_product(gradient.begin(), gradient.end(), direction.begin(), 0.0);
    const auto along   = [&](const std::vector<double>& step) {
      auto moved = at;
      for (std::size_t i = 0; i < moved.size(); ++i) moved[i] += step[0] * direction[i];
      return f(moved);
    };
    return gradient_error({0.0}, {slope}, along, h);
  };
  double largest        = error(x.to_vector(), loss.of_input, 0, loss.of_input.size(),
                                [&](const std::vector<double>& v) { return loss(net, T(x.extents(), v)); });
  const auto parameters = parameter_values(net);
  std::size_t first     = 0;
  for_each_parameter_of(
      [&](const auto& parameter) {
        const auto count = static_cast<std::size_t>(parameter.size());
        largest          = (std::max)(largest, error(parameters, loss.of_parameters, first, count,
                                                     [&](const std::vector<double>& v) { return loss(with_parameters(net, v), x); }));
        first += count;
      },
      net);
  return largest;
}

/// The error of an energy's gradient at x, for the sum over the batch; infinity if value and value_and_grad differ by more than 1e-12.
template <tensor_value T, differentiable_energy<T> E>
double check_energy_gradient(const E& e, const T& x, double h = 1e-5) {
  T gradient(x.extents());
  const T value = e.value_and_grad(x, gradient);
  if (!(largest_difference(value.to_vector(), e.value(x).to_vector()) < 1e-12)) return std::numeric_limits<double>::infinity();
  return gradient_error(
      x.to_vector(), gradient.to_vector(), [&](const std::vector<double>& v) { return sum(e.value(T(x.extents(), v))); }, h);
}

}  // namespace jem::inline v0::conformance
