// SPDX-License-Identifier: MIT
// The conformance suite, part twelve: elements that are stored in bfloat16, whose unit of rounding is u = 2⁻⁸. Arithmetic is done in float
// and a result is rounded once, so operations with a single rounding have to give the same bits. Convolutions and products, whose factors
// are rounded as well, have the bound γ of rounding.hpp for their sums and u for the last step:
// |y − exact| ≤ γ·Σ|terms| + u·(|exact| + γ·Σ|terms|).
//
// Networks that compute in bfloat16 are compared with reference in float. A number that passes forwards and backwards through ten layers
// is rounded about 50 times (as weight, input or output). Each error is at most u and, if errors are spread evenly, u/√3 in the root mean
// square: √50·u/√3 = 4u together. Cancellation in sums at most doubles that on this network: 8u of the norm. Its activation is smooth,
// because the derivative of a ReLU jumps: an error of u would change a share u of the derivatives, and gradients would be wrong by √u.
#pragma once

#include <jem/backend/reference.hpp>
#include <jem/conformance/convolutions.hpp>
#include <jem/conformance/fresh_memory.hpp>
#include <jem/conformance/gradients.hpp>
#include <jem/conformance/numbers.hpp>
#include <jem/conformance/rounding.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/compute_in.hpp>
#include <jem/nn/models/wide_resnet.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/matmul.hpp>
#include <jem/tensor/pooling.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace jem::inline v0::conformance {

inline constexpr double bfloat16_unit = 0x1p-8;  ///< u: the largest relative error of rounding to 8 significant bits

namespace detail {

/// A float, rounded to bfloat16.
inline float stored(float x) { return bfloat16(x); }

template <tensor_like X>
std::vector<float> in_float(const X& x) {
  return as<float>(x.to_vector());
}

/// bounded_sums::excess_of for sums whose results were rounded to bfloat16.
inline double excess_of_stored(const bounded_sums& sums, const std::vector<float>& values, index_t operations) {
  auto bounds = sums.absolute;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    bounds[i] *= gamma<float>(operations);
    bounds[i] += bfloat16_unit * (bounds[i] + static_cast<double>(std::abs(sums.exact[i])));
  }
  return excess(values, sums.exact, bounds);
}

/// ‖a − b‖ / ‖b‖; infinity if the sizes differ.
template <class A, class B>
double relative_distance(const std::vector<A>& a, const std::vector<B>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double distance = 0, norm = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    distance += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
    norm += std::pow(static_cast<double>(b[i]), 2);
  }
  return std::sqrt(distance / norm);
}

/// Checks a convolution of images in bfloat16 with weights in float, and both gradients, with a function of the input, a bias and addends.
template <class B, class F>
void hold_stored_convolution(evidence& e, const convolution_shape& s, F f) {
  using P       = tensor<float, B>;
  using X       = tensor<bfloat16, B>;
  const auto hx = random_values<bfloat16>(s.input().size(), 81), hdy = random_values<bfloat16>(s.output().size(), 82);
  const auto hz = random_values<bfloat16>(s.output().size(), 83), hdz = random_values<bfloat16>(s.input().size(), 84);
  const auto hw = random_values<float>(s.weight().size(), 85), hb = random_values<float>(s.f, 86),
             before = random_values<float>(s.weight().size(), 87);
  bounded_sums y(s.output().size()), dx(s.input().size()), dw(s.weight().size());
  for_each_product(s, [&](std::size_t out, std::size_t in, std::size_t weight) {
    const double w = static_cast<double>(stored(hw[weight])), x = static_cast<double>(stored(f(float{hx[in]}))),
                 slope = static_cast<double>(float{hdy[out]});
    y.add(out, x, w), dx.add(in, slope, w), dw.add(weight, slope, x);
  });
  for (std::size_t i = 0; i < hz.size(); ++i)
    y.add(i, static_cast<double>(hb[i % hb.size()]), 1), y.add(i, static_cast<double>(float{hz[i]}), 1);
  for (std::size_t i = 0; i < hx.size(); ++i) {
    const double derivative = static_cast<double>(f.derivative(float{hx[i]}));
    dx.exact[i] *= static_cast<long double>(derivative), dx.absolute[i] *= std::abs(derivative);
    dx.add(i, static_cast<double>(float{hdz[i]}), 1);
  }
  for (std::size_t i = 0; i < before.size(); ++i) dw.add(i, static_cast<double>(before[i]), 1);

  const X x(s.input(), hx), dy(s.output(), hdy), z(s.output(), hz), dz(s.input(), hdz);
  const P w(s.weight(), hw), bias(shape{s.f}, hb);
  P gradient(s.weight(), before);
  const convolution_geometry geometry{s.stride, s.padding};
  const auto told = [&](const char* what) {
    return [&s, what] {
      return std::string(what) + ", " + named("images", s.input(), "weights", s.weight(), "stride", s.stride, "padding", s.padding);
    };
  };
  add_convolution_weight_gradient(gradient, x, dy, geometry, f);
  e.hold(dw.excess_of(gradient.to_vector(), s.pixels() + 3), 1, unit::bound, told("the weights' gradient"));
  for (const auto& weights : {prepared_weights<X>{}, prepare_convolution<X>(w, geometry, s.input())}) {
    const X output = convolution(x, w, geometry, &bias, around<X, F>{f, &z, &weights});
    const X slope  = convolution_input_gradient(dy, w, geometry, s.input(), &x, around<X, F>{f, &dz, &weights});
    e.hold(excess_of_stored(y, in_float(output), s.patch() + 5), 1, unit::bound, told("the output"));
    e.hold(excess_of_stored(dx, in_float(slope), s.kh * s.kw * s.f + 5), 1, unit::bound, told("the input's gradient"));
  }
}

/// The results of a network for a batch: its logits, the energies and their gradient, and the gradient of its parameters.
struct network_outcome {
  std::vector<float> logits, energies, of_input;
  std::vector<double> of_parameters;

  template <class Net, tensor_value T>
  network_outcome(const Net& net, const T& x) {
    typename Net::template cache<T> cache;
    auto gradient  = zeros_like(net);
    const T output = net.forward(x, cache);
    (void)net.backward(random_tensor<T>(output.extents(), 92), cache, &gradient);
    T slope;
    energies      = marginal_energy{net}.value_and_grad(x, slope).to_vector();
    logits        = output.to_vector();
    of_input      = slope.to_vector();
    of_parameters = parameter_values(gradient);
  }
};

/// Compares a network on a backend in bfloat16, with and without prepared weights, with the same network on reference in float.
template <class B>
void hold_network_in_bfloat16(evidence& e, const char* of) {
  const auto make = []<class T>(std::type_identity<T>) {
    rng g{90};
    return wide_resnet<T, swish>({.depth = 10, .width = 1, .channels = 3, .classes = 5, .energy_head = true, .stem = 8}, g);
  };
  using T = tensor<float, B>;
  using R = tensor<float, reference>;
  const shape images{4, 8, 8, 3};
  const auto half = compute_in<bfloat16>(make(std::type_identity<T>{}));
  const T x       = random_tensor<T>(images, 91);
  const network_outcome right(make(std::type_identity<R>{}), random_tensor<R>(images, 91)), mine(half, x);
  const auto hold = [&](const char* what, double error) {
    e.hold(error, 8 * bfloat16_unit, unit::relative, [&] { return std::string(what) + " of " + of; });
  };
  hold("the logits", relative_distance(mine.logits, right.logits));
  hold("the energies", relative_distance(mine.energies, right.energies));
  hold("the energies' gradient", relative_distance(mine.of_input, right.of_input));
  hold("the parameters' gradient", relative_distance(mine.of_parameters, right.of_parameters));
  T slope;
  const auto still    = marginal_energy{half}.prepared(x);
  const auto energies = still.value_and_grad(x, slope).to_vector();
  hold("the energies, prepared,", relative_distance(energies, right.energies));
  hold("the energies' gradient, prepared,", relative_distance(slope.to_vector(), right.of_input));
}

}  // namespace detail

/// Conversions, functions of elements, biases, means and sums.
template <class B>
evidence operations_round_once_to_bfloat16() {
  using P       = tensor<float, B>;
  using X       = tensor<bfloat16, B>;
  evidence e    = on_fresh_memory<B>();
  const auto ha = random_values<float>(24, 71), hb = random_values<float>(24, 72), hs = random_values<float>(3, 73);
  const X a = converted<bfloat16>(P({2, 2, 2, 3}, ha)), b = converted<bfloat16>(P({2, 2, 2, 3}, hb));
  const P s(shape{3}, hs);
  std::vector<float> xa, xb, converts, scaled, sums, products, biased, stretched, means(12);
  for (std::size_t i = 0; i < ha.size(); ++i) {
    const float u = detail::stored(ha[i]), v = detail::stored(hb[i]), c = hs[i % 3];
    xa.push_back(u), xb.push_back(v), scaled.push_back(detail::stored(0.3f * u)), sums.push_back(detail::stored(u + v));
    products.push_back(detail::stored(u * v)), biased.push_back(detail::stored(u + c)), stretched.push_back(detail::stored(u * c));
  }
  for (std::size_t i = 0; i < 12; ++i) {  // of windows of height 1 and width 2
    const std::size_t first = i / 3 * 6 + i % 3;
    means[i]                = detail::stored(0.5f * (xa[first] + xa[first + 3]));
  }
  const auto hold = [&](const char* what, const auto& made, const std::vector<float>& right) {
    e.hold(largest_difference(detail::in_float(made), right), 0, unit::absolute, [what] { return std::string(what); });
  };
  X added = a, with_bias = a, by_columns = a, filled_up = a;
  add_scaled(added, 1, b), add_per_column(with_bias, s), scale_per_column(by_columns, s), fill(filled_up, 0.3f);
  hold("converted", a, xa);
  hold("converted back", converted<float>(a), xa);
  hold("a copy of rows", X(a.rows(1, 1)), std::vector<float>(xa.begin() + 12, xa.end()));
  hold("scaled", 0.3f * a, scaled);
  hold("x + y", a + b, sums);
  hold("x·y", a * b, products);
  hold("add_scaled", added, sums);
  hold("add_per_column", with_bias, biased);
  hold("scale_per_column", by_columns, stretched);
  hold("fill", filled_up, std::vector<float>(24, detail::stored(0.3f)));
  hold("window_means", window_means(a, 1, 2), means);
  bounded_sums columns(3), product(4);
  for (std::size_t i = 0; i < xa.size(); ++i) columns.add(i % 3, static_cast<double>(xa[i]), 1);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      for (std::size_t k = 0; k < 12; ++k)
        product.add(i * 2 + j, static_cast<double>(xa[i * 12 + k]), static_cast<double>(detail::stored(hb[k * 2 + j])));
    }
  }
  e.hold(columns.excess_of(column_sums(a).to_vector(), 11), 1, unit::bound, [] { return std::string("column_sums"); });
  e.hold(product.excess_of(matmul(a.reshaped({2, 12}), P({12, 2}, hb)).to_vector(), 15), 1, unit::bound,
         [] { return std::string("matmul with a float"); });
  return e;
}

/// A shape of every kind for which a backend may have its own algorithm.
template <class B>
evidence convolutions_in_bfloat16_are_right() {
  evidence e = on_fresh_memory<B>();
  for (const convolution_shape& s : {convolution_shape{5, 8, 9, 16, 3, 3, 20, 1, 1},
                                     {2, 5, 6, 3, 3, 3, 40, 1, 1},
                                     {3, 8, 8, 17, 3, 3, 24, 2, 1},
                                     {3, 8, 6, 16, 4, 4, 33, 2, 1},
                                     {2, 7, 5, 3, 2, 2, 4, 3, 0},
                                     {2, 4, 5, 32, 1, 1, 8, 2, 0},
                                     {9, 8, 8, 1, 3, 3, 32, 1, 1},
                                     {2, 1, 2, 1, 3, 3, 1, 1, 1},
                                     {0, 6, 7, 3, 3, 3, 4, 1, 1}}) {
    detail::hold_stored_convolution<B>(e, s, bent{});
    detail::hold_stored_convolution<B>(e, s, unchanged{});
  }
  return e;
}

/// Logits, energies and gradients of a Wide ResNet with an energy head.
template <class B>
evidence networks_in_bfloat16_are_near_those_in_float() {
  evidence e = on_fresh_memory<B>();
  detail::hold_network_in_bfloat16<B>(e, "a wide_resnet");
  return e;
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_bfloat16{
    check{"operations round once to bfloat16", operations_round_once_to_bfloat16<B>},
    check{"convolutions of images in bfloat16 are right", convolutions_in_bfloat16_are_right<B>},
    check{"networks that compute in bfloat16 are near those that compute in float", networks_in_bfloat16_are_near_those_in_float<B>}};

}  // namespace jem::inline v0::conformance
