// SPDX-License-Identifier: MIT
// Tests that the backend `guarded` protects its memory. The conformance suite runs on it as on any other backend.
#include "../support/guarded.hpp"

#include <jem/tensor/tensor.hpp>

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <span>
#include <type_traits>
#include <vector>

namespace {

/// The exit code of a child process that calls f: 42 if f reads or writes protected memory, 0 if it returns, and −1 on a signal.
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

TEST_CASE("guarded memory stays accessible until the outer of two scopes ends") {
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

TEST_CASE("a verb that writes beyond the end of guarded memory is caught") {
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
