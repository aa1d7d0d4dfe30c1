// SPDX-License-Identifier: MIT
// The conformance suite, part six: the gradient of every energy of the library against central differences in double, and that
// value and value_and_grad agree. Tolerance 1e-6, where the differences are good to 1e-9. A new energy is a line.
#pragma once

#include "../support/gradients.hpp"

#include <jem/energy/combine.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/energy/joint.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/energy/mask.hpp>
#include <jem/energy/mixture.hpp>
#include <jem/energy/pointwise.hpp>
#include <jem/energy/row.hpp>
#include <jem/nn/models/mlp.hpp>

#include <doctest/doctest.h>

namespace conformance {

namespace functor {

struct crest {
  constexpr auto operator()(auto x, auto y, auto z) const { return sin(3 * x) * y + square(z - x * y) + softplus(z); }
};

struct saddle {
  template <class V>
  constexpr V operator()(const V* x, V* gradient) const {
    gradient[0] = x[1] * x[2], gradient[1] = x[0] * x[2], gradient[2] = x[0] * x[1];
    return x[0] * x[1] * x[2];
  }
};

}  // namespace functor

template <class B>
void energies_have_the_gradients_of_central_differences() {
  using T = jem::tensor<double, B>;
  jem::rng g{82};
  const T x = test::random_tensor<T>({4, 3}, 81);
  const jem::mlp<T> net({3, 6, 5}, g);
  const jem::gaussian<T> bowl(test::random_tensor<T>({3}, 83), T({3}, {0.5, 1, 2}));
  const jem::gaussian<T> crate(test::random_tensor<T>({3}, 84), T({3}, {1, 0.7, 0.4}));
  const auto crest = jem::pointwise<3>(functor::crest{});
  CHECK(test::check_energy_gradient(bowl, x) < 1e-6);
  CHECK(test::check_energy_gradient(crest, x) < 1e-6);
  CHECK(test::check_energy_gradient(jem::marginal_energy{net}, x) < 1e-6);
  CHECK(test::check_energy_gradient(jem::joint_energy{net, jem::labels<T>({4}, {4, 0, 2, 2})}, x) < 1e-6);
  CHECK(test::check_energy_gradient(jem::sum_energies(bowl, crest, jem::marginal_energy{net}), x) < 1e-6);
  CHECK(test::check_energy_gradient(jem::temper(crest, 0.25f), x) < 1e-6);
  CHECK(test::check_energy_gradient(jem::row_energy{3, functor::saddle{}}, x) < 1e-6);
  CHECK(test::check_energy_gradient(jem::masked(crest, T({3}, {0.5, -1, 2}), T({3}, {0, 1, 0})), x) < 1e-6);
  CHECK(test::check_energy_gradient(jem::mixture<jem::gaussian<T>>({bowl, crate}, {0.0, -1.0}), x) < 1e-6);
}

}  // namespace conformance
