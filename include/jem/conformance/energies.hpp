// SPDX-License-Identifier: MIT
// The conformance suite, part seven: the gradient of every energy of the library is compared with central differences in double, and
// value with value_and_grad. The tolerance is 1e-6; the differences are accurate to 1e-9. A new energy needs one more line here.
#pragma once

#include <jem/conformance/layers.hpp>
#include <jem/energy/combine.hpp>
#include <jem/energy/dual_energy.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/energy/joint.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/energy/mask.hpp>
#include <jem/energy/mixture.hpp>
#include <jem/energy/on_support.hpp>
#include <jem/energy/pointwise.hpp>
#include <jem/energy/row.hpp>

namespace jem::inline v0::conformance {

namespace detail {

struct crest {
  constexpr auto operator()(auto x, auto y, auto z) const {
    using math::softplus;  // jem::softplus is a layer: inside jem it would hide the dual numbers' function
    return sin(3 * x) * y + square(z - x * y) + softplus(z);
  }
};

struct saddle {
  template <class V>
  constexpr V operator()(const V* x, V* gradient) const {
    gradient[0] = x[1] * x[2], gradient[1] = x[0] * x[2], gradient[2] = x[0] * x[1];
    return x[0] * x[1] * x[2];
  }
};

struct hill {
  template <class V>
  constexpr V operator()(const V* x) const {
    return x[0] * exp(-x[1]) + square(x[2] - x[0]);
  }
};

/// Supports of each kind, for three numbers of a simplex and two others from four free ones.
inline auto five_numbers() {
  return variables{variable{"w", 3, support::simplex{}}, variable{"p", support::interval{-1, 2}}, variable{"s", support::positive{}}};
}

}  // namespace detail

/// Every energy, at four points of three numbers.
template <class B>
evidence energies_have_the_gradients_of_central_differences() {
  using T = tensor<double, B>;
  rng g{82};
  evidence e = on_fresh_memory<B>();
  const T x  = random_tensor<T>({4, 3}, 81);
  const mlp<T> net({3, 6, 5}, g);
  const gaussian<T> bowl(random_tensor<T>({3}, 83), T({3}, {0.5, 1, 2})), crate(random_tensor<T>({3}, 84), T({3}, {1, 0.7, 0.4}));
  const auto crest = pointwise<3>(detail::crest{});
  detail::hold_gradient(e, "gaussian", check_energy_gradient(bowl, x));
  detail::hold_gradient(e, "pointwise", check_energy_gradient(crest, x));
  detail::hold_gradient(e, "marginal_energy", check_energy_gradient(marginal_energy{net}, x));
  detail::hold_gradient(e, "joint_energy", check_energy_gradient(joint_energy{net, labels<T>({4}, {4, 0, 2, 2})}, x));
  detail::hold_gradient(e, "sum_energies", check_energy_gradient(sum_energies(bowl, crest, marginal_energy{net}), x));
  detail::hold_gradient(e, "temper", check_energy_gradient(temper(crest, 0.25f), x));
  detail::hold_gradient(e, "row_energy", check_energy_gradient(row_energy{3, detail::saddle{}}, x));
  detail::hold_gradient(e, "masked", check_energy_gradient(masked(crest, T({3}, {0.5, -1, 2}), T({3}, {0, 1, 0})), x));
  detail::hold_gradient(e, "mixture", check_energy_gradient(mixture<gaussian<T>>({bowl, crate}, {0.0, -1.0}), x));
  const T free = random_tensor<T>({4, 4}, 85);
  const gaussian<T> ridge(random_tensor<T>({5}, 86), T({5}, {1, 0.7, 0.4, 2, 0.5}));
  detail::hold_gradient(e, "dual_energy", check_energy_gradient(dual_energy<detail::hill, 2>{3, {}}, x));
  detail::hold_gradient(e, "on_support", check_energy_gradient(on_support{detail::five_numbers(), ridge}, free));
  return e;
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_energies{
    check{"every energy has the gradient of central differences", energies_have_the_gradients_of_central_differences<B>}};

}  // namespace jem::inline v0::conformance
