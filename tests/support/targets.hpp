// SPDX-License-Identifier: MIT
// Five distributions with exact samples and known distribution functions, for tests of kernels: a normal, a correlated normal in four
// dimensions, a banana, a mixture of two modes, and the logit of a Beta variable, whose tails are of different weight. Their energies
// are called through a std::function, so that a kernel is compiled once for all of them.
#pragma once

#include "distributions.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/energy/mixture.hpp>
#include <jem/energy/pointwise.hpp>
#include <jem/energy/row.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/tensor/noise.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace test {

using chains = jem::tensor<float, jem::eigen>;  // (n, d)

struct any_energy {
  std::function<chains(const chains&, chains*)> function;

  template <class E>
  static any_energy of(E energy) {
    return {[energy](const chains& x, chains* grad) { return grad ? energy.value_and_grad(x, *grad) : energy.value(x); }};
  }

  chains value(const chains& x) const { return function(x, nullptr); }
  chains value_and_grad(const chains& x, chains& grad) const { return function(x, &grad); }
};

/// Numbers that have one continuous distribution function if the chains have the target's distribution.
struct projection {
  std::vector<double> values;
  double (*cdf)(double);
};

struct target {
  std::string name;
  any_energy energy;
  std::function<chains(jem::index_t, jem::rng&)> exact;
  std::function<std::vector<projection>(const chains&)> projections;
  // Step sizes at which a correct kernel accepts often, but not always. Without rejections a fault of the acceptance would not show.
  float walk, langevin, leapfrog;
  jem::index_t leapfrogs;

  /// The largest distance of a projection from its distribution function.
  double distance(const chains& x) const {
    double largest = 0;
    for (const auto& [values, cdf] : projections(x)) largest = std::max(largest, cdf_distance(values, cdf));
    return largest;
  }
};

/// aᵀz for each row z of a matrix (n, d), given by its elements, and each of `directions` random unit vectors a.
inline std::vector<projection> random_projections(const std::vector<double>& z, std::size_t d, std::size_t directions,
                                                  double (*cdf)(double)) {
  const jem::random_stream stream{77, 0};
  std::vector<projection> result;
  for (std::size_t k = 0; k < directions; ++k) {
    std::vector<double> a(d), along(z.size() / d);
    double square = 0;
    for (std::size_t j = 0; j < d; ++j) {
      a[j] = static_cast<double>(stream.normal(static_cast<jem::index_t>(k * d + j)));
      square += a[j] * a[j];
    }
    for (std::size_t i = 0; i < z.size(); ++i) along[i / d] += a[i % d] / std::sqrt(square) * z[i];
    result.push_back({std::move(along), cdf});
  }
  return result;
}

inline std::vector<double> numbers(const chains& x) {
  const auto values = x.to_vector();
  return {values.begin(), values.end()};
}

/// (n, d) of standard normals, changed row by row.
template <class F>
chains from_normals(jem::index_t n, jem::index_t d, jem::rng& g, F change) {
  auto x = jem::normal<chains>({n, d}, g).to_vector();
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) change(x.data() + i * static_cast<std::size_t>(d), i);
  return {{n, d}, x};
}

namespace energies {

struct normal {  // N(1, 2²)
  constexpr auto operator()(auto x) const { return square(x - 1) / 8; }
};

struct correlated {  // x₀ ~ N(0, 1), xⱼ | xⱼ₋₁ ~ N(0.9·xⱼ₋₁, 0.19)
  template <class V>
  constexpr V operator()(const V* x, V* gradient) const {
    V energy    = x[0] * x[0] / 2;
    gradient[0] = x[0];
    for (int j = 1; j < 4; ++j) {
      const V z   = x[j] - V(0.9) * x[j - 1];
      gradient[j] = z / V(0.19);
      gradient[j - 1] -= V(0.9) * z / V(0.19);
      energy += z * z / V(0.38);
    }
    return energy;
  }
};

struct banana {  // x ~ N(1, 1), y | x ~ N(x², ½)
  constexpr auto operator()(auto x, auto y) const { return square(1 - x) / 2 + square(y - x * x); }
};

struct logit_beta {  // x = ln u/(1 − u), u ~ Beta(2, 3): the density is u²(1 − u)³ / B(2, 3)
  constexpr auto operator()(auto x) const { return 2 * softplus(-x) + 3 * softplus(x); }
};

}  // namespace energies

/// P(u ≤ v) for Beta(2, 3): that two or more of four uniforms are ≤ v.
inline double logit_beta_cdf(double x) {
  const double v = 1 / (1 + std::exp(-x)), w = 1 - v;
  return 6 * v * v * w * w + 4 * v * v * v * w + v * v * v * v;
}

inline target normal_target() {
  return {.name        = "normal",
          .energy      = any_energy::of(jem::pointwise<1>(energies::normal{})),
          .exact       = [](auto n, auto& g) { return from_normals(n, 1, g, [](float* x, auto) { x[0] = 1 + 2 * x[0]; }); },
          .projections = [](const chains& x) -> std::vector<projection> {
            return {{numbers(x), [](double v) { return normal_cdf((v - 1) / 2); }}};
          },
          .walk      = 3,
          .langevin  = 2,
          .leapfrog  = 2.4f,
          .leapfrogs = 3};
}

/// Eight random projections of the four coordinates that were independent; in x they are random directions, too.
inline target correlated_target() {
  return {.name   = "correlated normal",
          .energy = any_energy::of(jem::row_energy{4, energies::correlated{}}),
          .exact =
              [](auto n, auto& g) {
                return from_normals(n, 4, g, [](float* x, auto) {
                  for (int j = 1; j < 4; ++j) x[j] = 0.9f * x[j - 1] + std::sqrt(0.19f) * x[j];
                });
              },
          .projections =
              [](const chains& x) {
                auto z = numbers(x);
                for (std::size_t i = z.size(); i-- > 0;) {
                  if (i % 4 > 0) z[i] = (z[i] - 0.9 * z[i - 1]) / std::sqrt(0.19);
                }
                return random_projections(z, 4, 8, normal_cdf);
              },
          .walk      = 0.35f,
          .langevin  = 0.08f,
          .leapfrog  = 0.4f,
          .leapfrogs = 4};
}

/// Four random projections of (x − 1, √2·(y − x²)), which are independent standard normals.
inline target banana_target() {
  return {.name   = "banana",
          .energy = any_energy::of(jem::pointwise<2>(energies::banana{})),
          .exact =
              [](auto n, auto& g) {
                return from_normals(n, 2, g, [](float* x, auto) {
                  x[0] += 1;
                  x[1] = x[0] * x[0] + std::sqrt(0.5f) * x[1];
                });
              },
          .projections =
              [](const chains& x) {
                auto z = numbers(x);
                for (std::size_t i = 0; i < z.size(); i += 2) {
                  z[i + 1] = std::sqrt(2.0) * (z[i + 1] - z[i] * z[i]);
                  z[i] -= 1;
                }
                return random_projections(z, 2, 4, normal_cdf);
              },
          .walk      = 0.7f,
          .langevin  = 0.1f,
          .leapfrog  = 0.35f,
          .leapfrogs = 4};
}

/// 0.3·N(−1.5, 0.5²) + 0.7·N(1.5, 1)
inline target mixture_target() {
  return {.name   = "mixture",
          .energy = any_energy::of(jem::gaussian_mixture(chains({2, 1}, {-1.5f, 1.5f}), chains({2, 1}, {0.5f, 1}), {0.3, 0.7})),
          .exact =
              [](auto n, auto& g) {
                const auto u = jem::uniform<chains>({n}, 0, 1, g).to_vector();
                return from_normals(n, 1, g, [&u](float* x, std::size_t i) { x[0] = u[i] < 0.3f ? -1.5f + 0.5f * x[0] : 1.5f + x[0]; });
              },
          .projections = [](const chains& x) -> std::vector<projection> {
            return {{numbers(x), [](double v) { return 0.3 * normal_cdf(2 * (v + 1.5)) + 0.7 * normal_cdf(v - 1.5); }}};
          },
          .walk      = 1.5f,
          .langevin  = 0.3f,
          .leapfrog  = 0.8f,
          .leapfrogs = 3};
}

/// A Beta(2, 3) variable is the second smallest of four uniforms.
inline target logit_beta_target() {
  return {.name   = "logit of a beta variable",
          .energy = any_energy::of(jem::pointwise<1>(energies::logit_beta{})),
          .exact =
              [](auto n, auto& g) {
                auto u = jem::uniform<chains>({n, 4}, 0, 1, g).to_vector();
                std::vector<float> x;
                for (auto four = u.begin(); four != u.end(); four += 4) {
                  std::nth_element(four, four + 1, four + 4);
                  const double v = static_cast<double>(four[1]) + 0x1p-25;  // uniforms come in steps of 2⁻²⁴
                  x.push_back(static_cast<float>(std::log(v / (1 - v))));
                }
                return chains({n, 1}, x);
              },
          .projections = [](const chains& x) -> std::vector<projection> { return {{numbers(x), logit_beta_cdf}}; },
          .walk        = 2,
          .langevin    = 0.9f,
          .leapfrog    = 1.5f,
          .leapfrogs   = 3};
}

inline const std::vector<target>& five_targets() {
  static const std::vector<target> all{normal_target(), correlated_target(), banana_target(), mixture_target(), logit_beta_target()};
  return all;
}

/// The simplest proposal: x′ = x + scale·(ξ + drift), symmetric without a drift.
struct random_walk {
  float scale, drift = 0;

  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng& g) const {
    to.position = from.position + jem::full<T>(from.position.extents(), scale * drift);
    jem::add_normal(to.position, scale, g);
    to.energy = e.value(to.position);
    return jem::zeros<T>(to.energy.extents());
  }
};

}  // namespace test
