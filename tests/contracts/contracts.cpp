// SPDX-License-Identifier: MIT
// Checks that every concept accepts the library's types and refuses types that lack one thing. Checks also that a concept accepts a
// backend that does nothing, since it cannot check behaviour.
#include "../support/backends.hpp"

#include <jem/jem.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>
#include <vector>

namespace {

using tensor       = jem::tensor<float, jem::eigen>;
using other_tensor = jem::tensor<float, jem::reference>;
using labels       = jem::labels<tensor>;
using net          = jem::convnet<tensor>;

// Backends.

struct without_gemm {
  template <jem::element T>
  using storage = jem::host_storage<T>;
  template <class T>
  static void upload(const T*, jem::index_t, T*) {}
  template <class T>
  static void download(const T*, jem::index_t, T*) {}
  template <class F>
  static void for_each(jem::index_t, F) {}
  template <class F>
  static void for_each(jem::index_t, jem::index_t, F) {}
  template <class F, class A>
  static void sum_rows(jem::index_t, jem::index_t, F, A*) {}
  template <class F, class A>
  static void sum_columns(jem::index_t, jem::index_t, F, A*) {}
};

struct does_nothing : without_gemm {
  template <class T>
  static void gemm(jem::transpose, jem::transpose, jem::index_t, jem::index_t, jem::index_t, T, const T*, const T*, T, T*) {}
};

struct only_floats : does_nothing {
  template <std::same_as<float> T>
  using storage = jem::host_storage<T>;
};

struct without_download {
  template <jem::element T>
  using storage = jem::host_storage<T>;
  template <class T>
  static void upload(const T*, jem::index_t, T*) {}
};

// Energies.

struct only_value {
  tensor value(const tensor& x) const { return row_sums(x); }
};

struct value_and_gradient : only_value {
  tensor value_and_grad(const tensor& x, tensor& grad) const {
    fill(grad, 1);
    return row_sums(x);
  }
};

struct value_is_a_float {
  float value(const tensor&) const { return 0; }
};

struct value_is_not_const {
  tensor value(const tensor& x) { return x; }
};

// Layers.

struct without_backward {
  template <class X>
  struct cache {};
  static auto parameters(auto&) { return std::tuple<>{}; }
  tensor forward(const tensor& x, cache<tensor>&) const { return x; }
};

struct bare_layer : without_backward {
  tensor backward(const tensor& dy, cache<tensor>&, bare_layer*) const { return dy; }
};

struct without_parameters {
  template <class X>
  struct cache {};
  tensor forward(const tensor& x, cache<tensor>&) const { return x; }
  tensor backward(const tensor& dy, cache<tensor>&, without_parameters*) const { return dy; }
};

// Policies of samplers, proposals, losses, buffers.

struct random_walk {
  float scale;

  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E& e, const jem::point<T>& from, jem::point<T>& to, jem::rng& g) const {
    to.position = from.position + scale * jem::normal<T>(from.position.extents(), g);
    to.energy   = e.value(to.position);
    return jem::zeros<T>(to.energy.extents());
  }
};

struct proposes_nothing {
  void propose(const value_and_gradient&, const jem::point<tensor>&, jem::point<tensor>&, jem::rng&) const {}
};

struct untagged_loss {
  jem::phase_set reads() const { return {}; }
  float accumulate(const jem::phases<tensor>&, float, jem::phases<tensor>&) const { return 0; }
};

struct tagged_loss : untagged_loss {
  using loss_tag = void;
};

struct forgetful_buffer {
  jem::chains<tensor> draw(jem::index_t, jem::rng&) const { return {}; }
  jem::chains<tensor> draw(const labels&, jem::rng&) const { return {}; }
};

struct remembering_buffer : forgetful_buffer {
  void store(const jem::chains<tensor>&) {}
  jem::index_t classes() const { return 0; }
};

struct buffer_that_hides_its_classes : forgetful_buffer {
  void store(const jem::chains<tensor>&) {}
};

template <class T, class... Args>
constexpr bool composes = requires(T a, Args... b) { a + (b + ...); };

}  // namespace

TEST_CASE("the library's backends satisfy the concept for float and double, and not for integers") {
  static_assert(jem::backend<jem::reference, float> && jem::backend<jem::reference, double>);
  static_assert(jem::backend<jem::openmp, float> && jem::backend<jem::openmp, double>);
  static_assert(jem::backend<jem::eigen, float> && jem::backend<jem::eigen, double>);
  static_assert(jem::backend<test::guarded, float> && jem::backend<test::guarded, double>);
  static_assert(!jem::backend<jem::eigen, int> && !jem::backend<jem::eigen, std::int32_t>);
  CHECK(true);
}

TEST_CASE("a type that lacks a verb, or cannot hold labels, is no backend") {
  static_assert(!jem::backend<without_gemm, float>);
  static_assert(!jem::backend<only_floats, float>);
  static_assert(!jem::backend<int, float> && !jem::backend<tensor, float>);
  static_assert(jem::holds<jem::eigen, float> && jem::holds<jem::eigen, std::int32_t> && jem::holds<without_gemm, float>);
  static_assert(!jem::holds<without_download, float> && !jem::holds<int, float> && !jem::holds<only_floats, std::int32_t>);
  CHECK(true);
}

TEST_CASE("a backend that does nothing satisfies the concept, so that only the conformance suite refuses it") {
  static_assert(jem::backend<does_nothing, float>);
  std::vector<float> c{7};
  const float two = 2;
  does_nothing::gemm(jem::transpose::no, jem::transpose::no, 1, 1, 1, 1.0f, &two, &two, 0.0f, c.data());
  CHECK(c[0] == 7);
}

TEST_CASE("tensors and views are tensor_like, and only tensors are tensor_value") {
  static_assert(jem::tensor_like<tensor> && jem::tensor_like<labels> && jem::tensor_like<const tensor&>);
  static_assert(jem::tensor_like<jem::view<float, jem::eigen>> && jem::tensor_like<jem::view<const float, jem::eigen>>);
  static_assert(!jem::tensor_like<std::vector<float>> && !jem::tensor_like<float> && !jem::tensor_like<jem::shape>);
  static_assert(jem::tensor_value<tensor> && jem::tensor_value<labels>);
  static_assert(!jem::tensor_value<jem::view<float, jem::eigen>> && !jem::tensor_value<std::vector<float>> &&
                !jem::tensor_value<const tensor&>);
  CHECK(true);
}

TEST_CASE("an energy returns a tensor, and a differentiable energy has a gradient, too") {
  static_assert(jem::energy<jem::gaussian<tensor>, tensor> && jem::differentiable_energy<jem::gaussian<tensor>, tensor>);
  static_assert(jem::differentiable_energy<jem::marginal_energy<net>, tensor> &&
                jem::differentiable_energy<jem::joint_energy<net>, tensor>);
  static_assert(jem::energy<only_value, tensor> && !jem::differentiable_energy<only_value, tensor>);
  static_assert(jem::differentiable_energy<value_and_gradient, tensor>);
  static_assert(!jem::energy<value_is_a_float, tensor> && !jem::energy<value_is_not_const, tensor> && !jem::energy<int, tensor>);
  static_assert(!jem::energy<jem::gaussian<tensor>, other_tensor> && !jem::energy<jem::marginal_energy<net>, other_tensor>);
  CHECK(true);
}

TEST_CASE("sums, temperatures, mixtures and masks of energies are differentiable only if all their parts are") {
  static_assert(jem::differentiable_energy<jem::energy_sum<value_and_gradient, jem::gaussian<tensor>>, tensor>);
  static_assert(jem::energy<jem::energy_sum<only_value, value_and_gradient>, tensor>);
  static_assert(!jem::differentiable_energy<jem::energy_sum<only_value, value_and_gradient>, tensor>);
  static_assert(jem::energy<jem::tempered_energy<only_value>, tensor> &&
                !jem::differentiable_energy<jem::tempered_energy<only_value>, tensor>);
  static_assert(!jem::energy<jem::tempered_energy<int>, tensor>);
  static_assert(jem::differentiable_energy<jem::mixture<value_and_gradient>, tensor> && jem::energy<jem::mixture<only_value>, tensor> &&
                !jem::differentiable_energy<jem::mixture<only_value>, tensor>);
  static_assert(jem::differentiable_energy<jem::masked_energy<value_and_gradient, tensor>, tensor> &&
                jem::energy<jem::masked_energy<only_value, tensor>, tensor> &&
                !jem::differentiable_energy<jem::masked_energy<only_value, tensor>, tensor>);
  static_assert(!jem::energy<jem::mixture<int>, tensor> && !jem::energy<jem::masked_energy<value_and_gradient, tensor>, other_tensor>);
  CHECK(true);
}

TEST_CASE("the energy of a temporary network does not compile, since it would outlive the network") {
  static_assert(std::is_constructible_v<jem::marginal_energy<net>, const net&> && !std::is_constructible_v<jem::marginal_energy<net>, net>);
  static_assert(std::is_constructible_v<jem::joint_energy<net>, const net&, labels> &&
                !std::is_constructible_v<jem::joint_energy<net>, net, labels>);
  CHECK(true);
}

TEST_CASE("layers have forward, backward and parameters, on their own tensors only") {
  static_assert(jem::layer<jem::linear<tensor>, tensor> && jem::layer<jem::conv2d<tensor>, tensor> && jem::layer<net, tensor>);
  static_assert(jem::layer<jem::mlp<tensor>, tensor> && jem::layer<jem::swish, tensor> && jem::layer<jem::swish, other_tensor>);
  static_assert(jem::layer<jem::flatten, tensor> && jem::layer<jem::average_pool, tensor>);
  static_assert(jem::layer<jem::sequential<jem::linear<tensor>, jem::tanh>, tensor> && jem::layer<bare_layer, tensor>);
  static_assert(!jem::layer<jem::linear<tensor>, other_tensor> && !jem::layer<net, other_tensor>);
  static_assert(!jem::layer<without_backward, tensor> && !jem::layer<without_parameters, tensor> && !jem::layer<int, tensor>);
  static_assert(jem::parameterised<net> && jem::parameterised<const net> && !jem::parameterised<tensor> &&
                !jem::parameterised<without_parameters>);
  CHECK(true);
}

TEST_CASE("policies of samplers are functions of numbers") {
  static_assert(jem::schedule<jem::constant> && jem::schedule<jem::polynomial_decay> && jem::schedule<jem::linear_warm_up<>>);
  static_assert(jem::schedule<float> && !jem::schedule<std::string> && !jem::schedule<jem::identity>);
  static_assert(jem::noise_scale<jem::fixed_noise> && jem::noise_scale<jem::langevin_noise> && jem::noise_scale<jem::no_noise>);
  static_assert(jem::noise_scale<float> && !jem::noise_scale<jem::unconstrained>);
  static_assert(jem::batch_transform<jem::identity, tensor> && jem::batch_transform<jem::clip_norm, tensor> &&
                jem::batch_transform<jem::box, tensor>);
  static_assert(!jem::batch_transform<jem::box, float> && !jem::batch_transform<jem::constant, tensor>);
  CHECK(true);
}

TEST_CASE("kernels that need gradients refuse energies without a gradient") {
  static_assert(jem::kernel<jem::sgld<>, value_and_gradient, tensor> && !jem::kernel<jem::sgld<>, only_value, tensor>);
  static_assert(jem::kernel<jem::mala, value_and_gradient, tensor> && !jem::kernel<jem::mala, only_value, tensor>);
  static_assert(jem::kernel<jem::hmc, value_and_gradient, tensor> && !jem::kernel<jem::hmc, only_value, tensor>);
  static_assert(jem::kernel<jem::metropolis<random_walk>, only_value, tensor> &&
                jem::kernel<jem::metropolis<random_walk>, value_and_gradient, tensor>);
  static_assert(!jem::kernel<jem::hmc, int, tensor> && !jem::kernel<int, value_and_gradient, tensor>);
  static_assert(jem::mala::needs_gradient && jem::hmc::needs_gradient && jem::sgld<>::needs_gradient &&
                !jem::metropolis<random_walk>::needs_gradient);
  CHECK(true);
}

TEST_CASE("proposals return what they add to the acceptance ratio") {
  static_assert(jem::proposal<jem::langevin, value_and_gradient, tensor> && !jem::proposal<jem::langevin, only_value, tensor>);
  static_assert(jem::proposal<jem::hamiltonian<>, value_and_gradient, tensor> && !jem::proposal<jem::hamiltonian<>, only_value, tensor>);
  static_assert(jem::proposal<random_walk, only_value, tensor>);
  static_assert(!jem::proposal<proposes_nothing, value_and_gradient, tensor> && !jem::proposal<jem::leapfrog, value_and_gradient, tensor>);
  CHECK(true);
}

TEST_CASE("a chain's state has a position of the right tensor type") {
  static_assert(jem::chain_state<jem::unadjusted_state<tensor>, tensor> && jem::chain_state<jem::point<tensor>, tensor>);
  static_assert(!jem::chain_state<jem::unadjusted_state<tensor>, other_tensor> && !jem::chain_state<tensor, tensor>);
  CHECK(true);
}

TEST_CASE("observers take the step, the state and the info") {
  static_assert(jem::step_observer<jem::no_observer, jem::unadjusted_state<tensor>, tensor>);
  constexpr auto observer = [](jem::index_t, const jem::unadjusted_state<tensor>&, const jem::transition_info<tensor>&) {};
  static_assert(jem::step_observer<decltype(observer), jem::unadjusted_state<tensor>, tensor>);
  static_assert(!jem::step_observer<decltype(observer), jem::point<tensor>, tensor> &&
                !jem::step_observer<int, jem::unadjusted_state<tensor>, tensor>);
  CHECK(true);
}

TEST_CASE("a sample buffer can be copied and has draw, store and classes") {
  static_assert(jem::sample_buffer<jem::replay_buffer<tensor>, tensor> && jem::sample_buffer<remembering_buffer, tensor>);
  static_assert(!jem::sample_buffer<buffer_that_hides_its_classes, tensor>);
  static_assert(!jem::sample_buffer<forgetful_buffer, tensor> && !jem::sample_buffer<jem::replay_buffer<tensor>, other_tensor>);
  CHECK(true);
}

TEST_CASE("a loss has a tag, reads and accumulate, and losses without a tag do not compose") {
  static_assert(jem::loss_term<jem::cross_entropy, tensor> && jem::loss_term<jem::contrastive_divergence, tensor>);
  static_assert(jem::loss_term<jem::joint_contrastive_divergence, tensor> && jem::loss_term<jem::energy_penalty, tensor> &&
                jem::loss_term<jem::joint_energy_penalty, tensor>);
  static_assert(jem::loss_term<decltype(jem::cross_entropy{} + 0.5f * jem::energy_penalty{}), tensor> &&
                jem::loss_term<tagged_loss, tensor>);
  static_assert(!jem::loss_term<untagged_loss, tensor> && !jem::loss_term<int, tensor> && !jem::loss_term<tagged_loss, other_tensor>);
  static_assert(jem::composable_loss<tagged_loss> && !jem::composable_loss<untagged_loss> && !jem::composable_loss<float>);
  static_assert(composes<jem::cross_entropy, tagged_loss> && !composes<jem::cross_entropy, untagged_loss> &&
                !composes<jem::cross_entropy, int>);
  CHECK(true);
}
