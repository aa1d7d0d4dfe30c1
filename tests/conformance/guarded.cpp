// SPDX-License-Identifier: MIT
#include "convolutions.hpp"
#include "energies.hpp"
#include "layers.hpp"
#include "losses.hpp"
#include "operations.hpp"
#include "verbs.hpp"

#include "../support/guarded.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <span>
#include <type_traits>
#include <vector>

using backend = test::guarded;

TEST_CASE("conformance: guarded: storage keeps what it is given") { conformance::storage_keeps_what_it_is_given<backend>(); }
TEST_CASE("conformance: guarded: loops visit every index once") { conformance::loops_visit_every_index_once<backend>(); }
TEST_CASE("conformance: guarded: sums are right and repeat") { conformance::sums_are_right_and_repeat<backend>(); }
TEST_CASE("conformance: guarded: small products are right in float") { conformance::small_products_are_right<backend, float>(); }
TEST_CASE("conformance: guarded: small products are right in double") { conformance::small_products_are_right<backend, double>(); }
TEST_CASE("conformance: guarded: large products are right") { conformance::large_products_are_right<backend>(); }
TEST_CASE("conformance: guarded: operations agree with reference in float") {
  conformance::operations_agree_with_reference<backend, float>();
}
TEST_CASE("conformance: guarded: operations agree with reference in double") {
  conformance::operations_agree_with_reference<backend, double>();
}
TEST_CASE("conformance: guarded: convolutions of every kernel, stride and padding are right") {
  conformance::convolutions_are_right<backend>();
}
TEST_CASE("conformance: guarded: unusual convolutions are right") { conformance::unusual_convolutions_are_right<backend>(); }
TEST_CASE("conformance: guarded: convolutions with a function of the input, a bias and an addend are right") {
  conformance::convolutions_with_terms_are_right<backend>();
}
TEST_CASE("conformance: guarded: layers have the gradients of central differences") {
  conformance::layers_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: guarded: residual networks have the gradients of central differences") {
  conformance::residual_networks_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: guarded: activations have the gradients of central differences") {
  conformance::activations_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: guarded: networks and energies have the gradients of central differences") {
  conformance::networks_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: guarded: every energy has the gradient of central differences") {
  conformance::energies_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: guarded: every loss has the gradients of central differences, and so has a weighted sum of all") {
  conformance::losses_have_the_gradients_of_central_differences<backend>();
}
TEST_CASE("conformance: guarded: a sum of all losses trains a convnet by the gradients of central differences") {
  conformance::losses_train_a_whole_convnet_by_the_gradients_of_central_differences<backend>();
}

namespace {

/// The exit code of a child process that calls f: 42 if f touches memory that is closed, 0 if it ends, anything else is a surprise.
template <class F>
int exit_code_of(F f) {
  const pid_t child = ::fork();
  if (child == 0) {
    struct sigaction on_fault{};
    on_fault.sa_handler = [](int) { ::_exit(42); };
    ::sigaction(SIGSEGV, &on_fault, nullptr);
    ::sigaction(SIGBUS, &on_fault, nullptr);
    f();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct write_beyond {
  float* to;
  void operator()(jem::index_t i) const { static_cast<volatile float*>(to)[i] = 1; }
};

}  // namespace

TEST_CASE("guarded memory cannot be read or written by the host outside verbs") {
  jem::tensor<float, test::guarded> x({3}, {1, 2, 3});
  const volatile float* const read = x.data();
  volatile float* const written    = x.data();
  CHECK(exit_code_of([&] { (void)read[0]; }) == 42);
  CHECK(exit_code_of([&] { written[2] = 5; }) == 42);
  CHECK(exit_code_of([&] { (void)x.to_vector(); }) == 0);
  CHECK(x.to_vector() == std::vector<float>{1, 2, 3});
}

TEST_CASE("guarded memory stays open until the outer of two scopes ends") {
  jem::tensor<float, test::guarded> x({1}, {7});
  const volatile float* const read = x.data();
  const auto after_inner           = [&] {
    const test::guarded_scope outer;
    { const test::guarded_scope inner; }
    (void)read[0];
  };
  CHECK(exit_code_of(after_inner) == 0);
  CHECK(exit_code_of([&] { after_inner(), (void)read[0]; }) == 42);
}

TEST_CASE("a verb that runs over the end of guarded memory is caught") {
  jem::tensor<float, test::guarded> x(jem::shape{1000});
  CHECK(exit_code_of([&] { test::guarded::for_each(1000, write_beyond{x.data()}); }) == 0);
  CHECK(exit_code_of([&] { test::guarded::for_each(1001, write_beyond{x.data()}); }) == 42);
}

TEST_CASE("users' memory cannot be viewed as a guarded tensor") {
  static_assert(!test::guarded::host_memory);
  constexpr auto viewable = []<class T>(std::type_identity<T>) {
    return requires(std::span<float> memory) { jem::view_of<T>(memory, jem::shape{2}); };
  };
  static_assert(viewable(std::type_identity<jem::tensor<float, jem::reference>>{}));
  static_assert(!viewable(std::type_identity<jem::tensor<float, test::guarded>>{}));
  CHECK(true);
}
