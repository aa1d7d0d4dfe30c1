// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/counting.hpp"
#include "../support/doubles.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/sampling/proximal_langevin.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <limits>

namespace {

using tensor = test::eigen_float;
using target = jem::gaussian<tensor>;

target standard(jem::index_t d) { return {jem::zeros<tensor>({d}), jem::full<tensor>({d}, 1)}; }

struct value_only {
  template <jem::tensor_value T>
  T value(const T& x) const {
    return jem::row_sums(x);
  }
};

/// Clamps from above, but not element by element as far as a sampler knows.
struct at_most_two {
  template <jem::tensor_value T>
  void operator()(T& x) const {
    jem::clamp(x, -1000, 2);
  }
};

static_assert(!jem::kernel<jem::proximal_langevin<>, value_only, tensor>, "it needs gradients");
static_assert(!jem::kernel<jem::proximal_langevin<jem::constant, int>, target, tensor>, "a transform changes a batch");
static_assert(jem::kernel<jem::proximal_langevin<>, target, tensor> && jem::row_wise<jem::proximal_langevin<>>);
static_assert(jem::kernel<jem::proximal_langevin<jem::constant, jem::clip_norm, at_most_two>, target, tensor>);
static_assert(!jem::row_wise<jem::proximal_langevin<jem::constant, jem::clip_norm, at_most_two>>);

/// A convnet of widths {3, 4} layer by layer: p = ∂E/∂(output of its first layer) by a full pass forward, and back to that layer.
template <class T>
T slope_at_first_layer(const jem::convnet<T>& net, const T& x) {
  typename jem::conv2d<T>::template cache<T> first, second, third;
  jem::activation<jem::functions::swish>::cache<T> a, b, c;
  jem::flatten::cache<T> flat;
  typename jem::linear<T>::template cache<T> head;
  const auto& [one, two, three] = std::tie(net.convolutions[0], net.convolutions[1], net.convolutions[2]);
  T y                           = net.activation.forward(one.forward(x, first), a);
  y                             = net.activation.forward(two.forward(std::move(y), second), b);
  y                             = net.activation.forward(three.forward(std::move(y), third), c);
  y                             = net.head.forward(jem::flatten{}.forward(std::move(y), flat), head);
  T p = jem::flatten{}.backward(net.head.backward(-jem::softmax_and_log_sum_exp(y).softmax, head, nullptr), flat, nullptr);
  p   = three.backward(net.activation.backward(std::move(p), c, nullptr), third, nullptr);
  p   = two.backward(net.activation.backward(std::move(p), b, nullptr), second, nullptr);
  return net.activation.backward(std::move(p), a, nullptr);
}

/// The algorithm as it is written: in each of N inner steps the first layer goes forward and back.
template <class T>
T by_the_first_layer(const jem::convnet<T>& net, T x, int outer, int inner, double step_size, double limit) {
  for (int m = 0; m < outer; ++m) {
    const T p = slope_at_first_layer(net, x);
    for (int n = 0; n < inner; ++n) {
      typename jem::conv2d<T>::template cache<T> cache;
      (void)net.convolutions[0].forward(x, cache);
      T gradient = net.convolutions[0].backward(p, cache, nullptr);
      jem::clamp(gradient, -limit, limit);
      jem::add_scaled(x, -step_size, gradient);
      jem::clamp(x, -1, 1);
    }
  }
  return x;
}

template <class T>
jem::convnet<T> small_net() {
  jem::rng g{3};
  return {{.height = 6, .width = 6, .classes = 4, .widths = {3, 4}}, g, {}, jem::he_normal{.gain = 3}};
}

}  // namespace

TEST_CASE("inner steps go along the gradient where the outer step began") {
  const jem::proximal_langevin kernel{.step_size = 0.25f, .inner = 3, .transform = jem::identity{}};
  jem::rng g{1};
  const auto x = jem::evolve(kernel, standard(2), tensor({2, 2}, {4, -8, 1, 0}), 1, g);
  CHECK(x.to_vector() == std::vector<float>{1, -2, 0.25f, 0});  // x − 3·¼·x, and not (¾)³·x
  CHECK(g == jem::rng{1});
}

TEST_CASE("the defaults are five inner steps, clipped at one") {
  const jem::proximal_langevin kernel{.step_size = 0.25f};
  jem::rng g{1};
  CHECK(jem::evolve(kernel, standard(2), tensor({1, 2}, {4, -0.5f}), 1, g).to_vector() == std::vector<float>{2.75f, 0.125f});
}

TEST_CASE("the constraint is applied after each inner step, whether it goes element by element or not") {
  jem::rng g{1};
  const jem::proximal_langevin kernel{.step_size = 0.25f, .inner = 3, .constraint = jem::box{-1000, 2}};
  const jem::proximal_langevin whole{.step_size = 0.25f, .inner = 3, .constraint = at_most_two{}};
  const tensor start({1, 3}, {8, 2.125f, -8});
  const std::vector<float> expected{1.5f, 1.375f, -7.25f};  // 8 → 2 → 1.75 → 1.5; within the box one step of ¾ does the same
  CHECK(jem::evolve(kernel, standard(3), start, 1, g).to_vector() == expected);
  CHECK(jem::evolve(whole, standard(3), start, 1, g).to_vector() == expected);
}

TEST_CASE("with a linear first layer it is the paper's loop through that layer, in any number of outer steps") {
  using T        = test::eigen_double;
  const auto net = small_net<T>();
  jem::rng g{4};
  const T start = jem::uniform<T>({7, 6, 6, 1}, -1, 1, g);
  for (const double limit : {1.0, 0.05}) {
    const jem::proximal_langevin kernel{
        .step_size = 0.125f, .inner = 4, .transform = jem::clip_elements{static_cast<float>(limit)}, .constraint = jem::box{-1, 1}};
    const T x         = jem::evolve(kernel, jem::marginal_energy{net}, start, 3, g);
    const T by_layer  = by_the_first_layer(net, start, 3, 4, 0.125, static_cast<float>(limit));
    const double move = test::largest_difference(x.to_vector(), start.to_vector());
    CHECK(test::largest_difference(x.to_vector(), by_layer.to_vector()) < 1e-13);
    CHECK(move > 0.07);
    if (limit == 1.0) {  // not so for a gradient that is evaluated at each inner step
      const jem::sgld often{
          .step_size = 0.125f, .noise = jem::no_noise{}, .transform = jem::clip_elements{}, .constraint = jem::box{-1, 1}};
      CHECK(test::largest_difference(jem::evolve(often, jem::marginal_energy{net}, start, 12, g).to_vector(), x.to_vector()) > 1e-3);
    }
  }
}

TEST_CASE("the energy's gradient is the first layer's backward pass of the slope behind that layer, at any position") {
  using T        = test::eigen_double;
  const auto net = small_net<T>();
  jem::rng g{5};
  const T x = jem::uniform<T>({3, 6, 6, 1}, -1, 1, g), elsewhere = jem::uniform<T>({3, 6, 6, 1}, -1, 1, g);
  T gradient(x.extents());
  jem::gradient_of(jem::marginal_energy{net}, x, gradient);
  jem::conv2d<T>::cache<T> cache;
  (void)net.convolutions[0].forward(elsewhere, cache);
  const T again = net.convolutions[0].backward(slope_at_first_layer(net, x), cache, nullptr);
  CHECK(test::largest_difference(again.to_vector(), gradient.to_vector()) < 1e-14);
}

TEST_CASE("within the box it is langevin dynamics without noise, with steps N times as large") {
  test::on_every_tensor([]<class T>() {
    const auto net = small_net<T>();
    jem::rng g{6};
    const T start = jem::uniform<T>({9, 6, 6, 1}, -1, 1, g);
    const jem::proximal_langevin kernel{.step_size = 0.125f, .inner = 8, .constraint = jem::box{-1, 1}};
    const jem::sgld plain{.step_size = 1.0f, .noise = jem::no_noise{}, .transform = jem::clip_elements{}, .constraint = jem::box{-1, 1}};
    const auto x = jem::evolve(kernel, jem::marginal_energy{net}, start, 2, g).to_vector();
    const auto y = jem::evolve(plain, jem::marginal_energy{net}, start, 2, g).to_vector();
    CHECK(test::largest_difference(std::vector<double>(x.begin(), x.end()), std::vector<double>(y.begin(), y.end())) < 1e-5);
    CHECK(std::ranges::count_if(x, [](float v) { return std::abs(v) == 1; }) > 10);
  });
}

TEST_CASE("it costs one gradient an outer step, whatever the number of inner ones, and no value") {
  test::calls count;
  const test::counted energy{standard(2), &count};
  jem::rng g{4};
  (void)jem::evolve(jem::proximal_langevin{.step_size = 0.1f, .inner = 6}, energy, jem::zeros<tensor>({5, 2}), 7, g);
  CHECK(count.gradients == 7);
  CHECK(count.values == 0);
}

TEST_CASE("the schedule is asked for the numbers of outer steps") {
  const auto harmonic = [](jem::index_t k) { return 0.5f / static_cast<float>(2 + k); };
  const jem::proximal_langevin kernel{.step_size = harmonic, .inner = 2, .transform = jem::identity{}};
  jem::rng g{3};
  auto state = kernel.init(standard(1), tensor({1, 1}, {12}));
  for (int k = 0; k < 3; ++k) kernel.step(standard(1), state, g);
  CHECK(state.step == 3);
  CHECK(state.position.to_vector()[0] == doctest::Approx(12 * 1.0 / 4));  // ½·⅔·¾
  auto none = kernel.init(standard(1), tensor(jem::shape{0, 1}));
  kernel.step(standard(1), none, g);
  CHECK(none.position.extents() == jem::shape{0, 1});
}
