// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/metrics/divergences.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/tensor/elementwise.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace metrics = jem::metrics;
using tensor      = jem::tensor<double, jem::eigen>;
using indices     = std::vector<jem::index_t>;
using doubles     = std::vector<double>;

namespace {

struct state {
  tensor position;
};

struct info {
  tensor energy_error;
};

/// Two steps of three chains of two numbers.
metrics::divergences seen_with(jem::index_t most) {
  metrics::divergences seen(most);
  seen(7, state{tensor({3, 2}, {1, 2, 3, 4, 5, 6})}, info{tensor({3}, {1000, 1001, -2000})});
  seen(8, state{tensor({3, 2}, {7, 8, 9, 10, 11, 12})}, info{tensor({3}, {NAN, HUGE_VAL, 0})});
  return seen;
}

}  // namespace

TEST_CASE("errors above 1000 and NaN are divergences, with step, chain and position") {
  const auto seen = seen_with(10);
  CHECK(seen.count() == 3);
  CHECK(seen.counts() == indices{1, 2, 0});
  CHECK(seen.steps() == 2);
  REQUIRE(seen.kept().size() == 3);
  CHECK(seen.kept()[0].step == 0);
  CHECK(seen.kept()[0].chain == 1);
  CHECK(seen.kept()[0].energy_error == 1001);
  CHECK(seen.kept()[0].position == doubles{3, 4});
  CHECK(seen.kept()[1].step == 1);
  CHECK(seen.kept()[1].chain == 0);
  CHECK(std::isnan(seen.kept()[1].energy_error));
  CHECK(seen.kept()[1].position == doubles{7, 8});
  CHECK(seen.kept()[2].position == doubles{9, 10});
}

TEST_CASE("the first positions are kept, and all divergences are counted") {
  CHECK(seen_with(1).kept().size() == 1);
  CHECK(seen_with(1).kept()[0].chain == 1);
  CHECK(seen_with(1).count() == 3);
  CHECK(seen_with(0).kept().empty());
  CHECK(seen_with(0).counts() == indices{1, 2, 0});
}

TEST_CASE("a chain that starts where the energy is not finite diverges at each step, and the others do not") {
  test::on_every_tensor([]<class T>() {
    const jem::gaussian<T> energy(jem::zeros<T>({2}), jem::full<T>({2}, 1));
    const jem::hmc kernel({.step_size = 0.2f, .steps = 3});
    metrics::divergences seen;
    jem::rng g{1};
    (void)jem::evolve(kernel, energy, T({3, 2}, {0, 1, NAN, 0, 1, 0}), 5, g, seen);
    CHECK(seen.counts() == indices{0, 5, 0});
    CHECK(std::isnan(seen.kept()[4].position[0]));
    CHECK(seen.kept()[4].step == 4);
  });
}

TEST_CASE("a step size that is far too large diverges, and a kernel that accepts everything does not") {
  using floats = jem::tensor<float, jem::eigen>;
  const jem::gaussian<floats> energy(jem::zeros<floats>({2}), jem::full<floats>({2}, 1e-4f));
  metrics::divergences seen, none;
  jem::rng g{2};
  (void)jem::evolve(jem::hmc({.step_size = 1, .steps = 10}), energy, jem::full<floats>({4, 2}, 0.01f), 10, g, seen);
  CHECK(seen.count() == 40);
  CHECK(seen.kept()[0].position == doubles{0.01f, 0.01f});
  (void)jem::evolve(jem::sgld{.step_size = jem::constant{1e-5f}}, energy, jem::full<floats>({4, 2}, 0.01f), 10, g, none);
  CHECK(none.count() == 0);
}

TEST_CASE("another number of chains than before is refused, and so is a negative number of positions") {
  auto seen = seen_with(1);
  CHECK_THROWS_WITH_AS(seen(9, state{tensor({2, 1}, {1, 2})}, info{tensor({2}, {0, 0})}), "[divergences] expected (3) but received (2)",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(metrics::divergences(-1), "[divergences] expected most >= 0 but received -1", std::invalid_argument);
}
