// SPDX-License-Identifier: MIT
#include "convolutions.hpp"
#include "energies.hpp"
#include "layers.hpp"
#include "losses.hpp"
#include "operations.hpp"
#include "verbs.hpp"

#include <jem/backend/reference.hpp>

using backend = jem::reference;

TEST_CASE("conformance: reference: storage keeps what it is given") { conformance::storage_keeps_what_it_is_given<backend>(); }
TEST_CASE("conformance: reference: loops visit every index once") { conformance::loops_visit_every_index_once<backend>(); }
TEST_CASE("conformance: reference: sums are right and repeat") { conformance::sums_are_right_and_repeat<backend>(); }
TEST_CASE("conformance: reference: small products are right in float") { conformance::small_products_are_right<backend, float>(); }
TEST_CASE("conformance: reference: small products are right in double") { conformance::small_products_are_right<backend, double>(); }
TEST_CASE("conformance: reference: large products are right") { conformance::large_products_are_right<backend>(); }
TEST_CASE("conformance: reference: operations agree with reference in float") {
  conformance::operations_agree_with_reference<backend, float>();
}
TEST_CASE("conformance: reference: operations agree with reference in double") {
  conformance::operations_agree_with_reference<backend, double>();
}
TEST_CASE("conformance: reference: convolutions of every kernel, stride and padding are right") {
  conformance::convolutions_are_right<backend>();
}
TEST_CASE("conformance: reference: unusual convolutions are right") { conformance::unusual_convolutions_are_right<backend>(); }
TEST_CASE("conformance: reference: convolutions with a function of the input, a bias and an addend are right") {
  conformance::convolutions_with_terms_are_right<backend>();
}
TEST_CASE("conformance: reference: layers have the gradients of central differences") {
  conformance::layers_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: reference: residual networks have the gradients of central differences") {
  conformance::residual_networks_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: reference: activations have the gradients of central differences") {
  conformance::activations_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: reference: networks and energies have the gradients of central differences") {
  conformance::networks_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: reference: every energy has the gradient of central differences") {
  conformance::energies_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: reference: every loss has the gradients of central differences, and so has a weighted sum of all") {
  conformance::losses_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: reference: a sum of all losses trains a convnet by the gradients of central differences") {
  conformance::losses_train_a_whole_convnet_by_the_gradients_of_central_differences<backend>();
}
