// SPDX-License-Identifier: MIT
// The tests in contracts/must_not_compile check that compilers' messages contain the names of these concepts.
#include <doctest/doctest.h>

#include <jem/backend/reference.hpp>
#include <jem/core/mistakes.hpp>
#include <jem/data/augment.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/nn/linear.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/tensor.hpp>

namespace {

using tensor = jem::tensor<float, jem::reference>;

struct right {
  tensor value(const tensor& x) const { return x; }
  tensor value_and_grad(const tensor& x, tensor&) const { return x; }
  void operator()(tensor&) const {}
  void operator()(tensor&, jem::rng&) const {}
};

struct not_const {
  tensor value(const tensor& x) { return x; }
  tensor value_and_grad(const tensor& x, tensor&) { return x; }
  void operator()(tensor&) {}
  void operator()(tensor&, jem::rng&) {}
};

struct by_value {
  tensor value(tensor x) const { return x; }
  tensor value_and_grad(const tensor& x, tensor) const { return x; }
  void operator()(tensor) const {}
  void operator()(tensor, jem::rng&) const {}
};

struct both_const_and_not : right {
  using right::value;
  tensor value(const tensor& x) { return x; }
};

struct nothing {};

}  // namespace

TEST_CASE("concepts that name mistakes hold for a right energy, and for a type without any of the members") {
  CHECK(jem::value_is_const<right, tensor>);
  CHECK(jem::value_is_const<nothing, tensor>);
  CHECK(jem::value_is_const<both_const_and_not, tensor>);
  CHECK(jem::value_and_grad_is_const<right, tensor>);
  CHECK(jem::gradient_is_a_reference<right, tensor>);
  CHECK(jem::gradient_is_a_reference<nothing, tensor>);
}

TEST_CASE("an energy whose members are not const, or that takes the gradient by value, fails the concept for that mistake") {
  CHECK_FALSE(jem::value_is_const<not_const, tensor>);
  CHECK_FALSE(jem::value_and_grad_is_const<not_const, tensor>);
  CHECK_FALSE(jem::gradient_is_a_reference<by_value, tensor>);
  CHECK(jem::energy<by_value, tensor>);  // `value` may take positions by value
  CHECK_FALSE(jem::energy<not_const, tensor>);
  CHECK_FALSE(jem::differentiable_energy<by_value, tensor>);
}

TEST_CASE("a policy that is not const, or takes its tensor by value, fails the concept for that mistake") {
  CHECK(jem::batch_transform<right, tensor>);
  CHECK_FALSE(jem::call_is_const<not_const, tensor>);
  CHECK_FALSE(jem::batch_is_a_reference<by_value, tensor>);
  CHECK_FALSE(jem::batch_transform<not_const, tensor>);
  CHECK_FALSE(jem::batch_transform<by_value, tensor>);
  const auto forwarded = [](auto&& x) { jem::scale(x, 0.5f); };
  CHECK(jem::batch_transform<decltype(forwarded), tensor>);
  const auto copied = [](auto x) { jem::scale(x, 0.5f); };
  CHECK_FALSE(jem::batch_transform<decltype(copied), tensor>);
  const auto referred = [](auto& x) { jem::scale(x, 0.5f); };
  CHECK(jem::batch_transform<decltype(referred), tensor>);
  CHECK(jem::data::batch_augmentation<right, tensor>);
  CHECK_FALSE(jem::data::batch_augmentation<not_const, tensor>);
  CHECK_FALSE(jem::data::batch_augmentation<by_value, tensor>);
}

namespace {

/// Linear layers and losses with one wrong member each.
struct forward_not_const : jem::linear<tensor> {
  tensor forward(const tensor& x, cache<tensor>&) { return x; }
};

struct backward_not_const : jem::linear<tensor> {
  tensor backward(const tensor& dy, cache<tensor>&, backward_not_const*) { return dy; }
};

struct cache_by_value : jem::linear<tensor> {
  tensor forward(const tensor& x, cache<tensor>) const { return x; }
  tensor backward(const tensor& dy, cache<tensor>&, cache_by_value*) const { return dy; }
};

struct loss_not_const : jem::cross_entropy {
  double accumulate(const jem::phases<tensor>&, float, jem::phases<tensor>&) { return 0; }
};

struct loss_of_a_copy : jem::cross_entropy {
  double accumulate(const jem::phases<tensor>&, float, jem::phases<tensor>) const { return 0; }
};

}  // namespace

TEST_CASE("a layer that is not const, or takes its cache by value, fails the concept for that mistake") {
  using cache = jem::linear<tensor>::cache<tensor>;
  CHECK(jem::layer<jem::linear<tensor>, tensor>);
  CHECK_FALSE(jem::forward_is_const<forward_not_const, tensor, cache>);
  CHECK_FALSE(jem::backward_is_const<backward_not_const, tensor, cache>);
  CHECK_FALSE(jem::cache_is_a_reference<cache_by_value, tensor, cache>);
  CHECK_FALSE(jem::layer<forward_not_const, tensor>);
  CHECK_FALSE(jem::layer<backward_not_const, tensor>);
  CHECK_FALSE(jem::layer<cache_by_value, tensor>);
}

TEST_CASE("a loss that is not const, or takes the slopes by value, fails the concept for that mistake") {
  CHECK(jem::loss_term<jem::cross_entropy, tensor>);
  CHECK_FALSE(jem::accumulate_is_const<loss_not_const, jem::phases<tensor>>);
  CHECK_FALSE(jem::slopes_are_a_reference<loss_of_a_copy, jem::phases<tensor>>);
  CHECK_FALSE(jem::loss_term<loss_not_const, tensor>);
  CHECK_FALSE(jem::loss_term<loss_of_a_copy, tensor>);
}
