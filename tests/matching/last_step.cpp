// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/conformance/matching.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/matching/last_step.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

using T = test::eigen_double;
using jem::conformance::last_step_error;

namespace {

static_assert(jem::gradient_step<jem::sgld<>> && !jem::gradient_step<jem::mala>);

const auto marginal = [](const auto& net) { return jem::marginal_energy{net}; };

jem::mlp<T> small_net() {
  jem::rng g{5};
  return {{3, 8, 4}, g};
}

T points() { return test::waves<T>({6, 3}, 1.5, 0.4); }

/// Scales by the number of the step.
struct by_step {
  float operator()(jem::index_t k) const { return 0.1f * static_cast<float>(k); }
};

}  // namespace

TEST_CASE("the gradient through the last step is that of central differences, with an entropy and without, of any size and number") {
  const jem::sgld langevin{.step_size = 0.5f, .noise = 0.3f};
  const jem::sgld late{.step_size = by_step{}, .noise = 0.3f};
  for (const float entropy : {0.0f, 0.3f, 5.0f}) {
    CAPTURE(entropy);
    const jem::last_step_options options{.entropy = entropy, .reach = 1e-4f};
    CHECK(last_step_error<T>(langevin, small_net(), points(), {}, marginal, options) < 1e-6);
    CHECK(last_step_error<T>(late, small_net(), points(), {}, marginal, options) < 1e-6);
  }
}

TEST_CASE("elements that a box, held values or a clipped gradient set have no gradient through the last step") {
  const jem::sgld boxed{.step_size = 0.5f, .noise = 0.3f, .transform = {}, .constraint = jem::box{-0.8f, 0.8f}};
  const jem::sgld holding{
      .step_size = 0.5f, .noise = 0.3f, .transform = {}, .constraint = jem::hold<T>{T({3}, {0.5, 0, 0}), T({3}, {1, 0, 0})}};
  const jem::sgld clipped{.step_size = 0.5f, .noise = 0.3f, .transform = jem::clip_elements{0.1f}};
  jem::rng g{17};
  const auto net   = small_net();
  const auto after = jem::differentiable_step(boxed, jem::marginal_energy{net}, points(), 3, g).position.to_vector();
  CHECK(std::ranges::count_if(after, [](double x) { return std::abs(x) > 0.799; }) > 4);
  CHECK(last_step_error<T>(boxed, small_net(), points(), {}, marginal) < 1e-6);
  CHECK(last_step_error<T>(holding, small_net(), points(), {}, marginal) < 1e-6);
  CHECK(last_step_error<T>(clipped, small_net(), points(), {}, marginal) < 1e-6);
}

TEST_CASE("the entropy's gradient is that of the mean logarithm of the distances, the nearest samples held fixed") {
  const T x       = points();
  const T nearest = gather_rows(x, jem::nearest_others(x));
  T gradient      = jem::zeros<T>(x.extents());
  const auto logs = [&](const std::vector<double>& values) {
    const T apart = T(x.extents(), values) - nearest;
    double sum    = 0;
    for (const double square : row_dots(apart, apart).to_vector()) sum += std::log(square) / 2;
    return sum;
  };
  const double mean = jem::detail::add_entropy_gradient(gradient, x, 0.5f);
  CHECK(mean == doctest::Approx(logs(x.to_vector()) / 6));
  auto differences = test::central_differences(x.to_vector(), logs);
  for (double& d : differences) d *= -0.5;
  CHECK(test::largest_difference(gradient.to_vector(), differences) < 1e-7);
}

TEST_CASE("chains at one place have a gradient of 0 from the entropy, and a value that is finite") {
  T gradient = jem::zeros<T>({3, 2});
  CHECK(jem::detail::add_entropy_gradient(gradient, T({3, 2}, {1, 2, 1, 2, 1, 2}), 1) == doctest::Approx(std::log(1e-6)));
  CHECK(gradient.to_vector() == std::vector<double>(6, 0));
}

TEST_CASE("the position after the last step is that of the kernel, bit by bit") {
  const jem::sgld langevin{.step_size = by_step{}, .noise = 0.3f};
  const auto net = small_net();
  const jem::marginal_energy energy{net};
  jem::rng g{4}, same{4};
  const auto all  = jem::evolve(langevin, energy, points(), 4, same);
  const auto last = jem::differentiable_step(langevin, energy, jem::evolve(langevin, energy, points(), 3, g), 3, g);
  CHECK(last.position.to_vector() == all.to_vector());
  CHECK(g == same);
}

TEST_CASE("a single chain has no entropy, and a reach must be above zero") {
  const jem::gaussian<T> bowl(jem::zeros<T>({2}), jem::full<T>({2}, 1));
  const jem::sgld langevin{.step_size = 0.5f, .noise = 0.3f};
  jem::rng g{4};
  CHECK_THROWS_AS(jem::differentiable_step(langevin, bowl, T({1, 2}, {1, 2}), 0, g), std::invalid_argument);
  CHECK_NOTHROW((void)jem::differentiable_step(langevin, bowl, T({1, 2}, {1, 2}), 0, g, {.entropy = 0}));
  CHECK_THROWS_AS((void)jem::last_step_options{.reach = 0}, std::invalid_argument);
}

TEST_CASE("float learns through the last step what double learns") {
  jem::rng g{4}, again{4};
  const auto gradient = []<class X>(const jem::mlp<X>& net, float reach) {
    jem::rng noise{9};
    const jem::sgld langevin{.step_size = jem::constant{0.5f}, .noise = jem::fixed_noise{0.1f}};
    const auto last =
        jem::differentiable_step(langevin, jem::marginal_energy{net}, test::waves<X>({16, 6}, 1.5, 0.4), 0, noise, {.reach = reach});
    return jem::conformance::parameter_values(
        jem::value_and_grad(jem::sampler_divergence{}, net, {.last_steps = last.pairs.x, .last_steps_by = last.pairs.by}).gradient);
  };
  const auto right = gradient(jem::mlp<T>({6, 32, 32, 5}, g), 1e-4f);
  const auto found = gradient(jem::mlp<test::eigen_float>({6, 32, 32, 5}, again), 0.1f);
  double error = 0, all = 0;
  for (std::size_t i = 0; i < right.size(); ++i) error += (found[i] - right[i]) * (found[i] - right[i]), all += right[i] * right[i];
  CHECK(std::sqrt(error / all) < 0.02);  // the difference's own error, of order h²
}
