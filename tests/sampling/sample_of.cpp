// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"
#include "../support/plane_kernels.hpp"

#include <jem/sampling/sample_of.hpp>
#include <jem/tensor/rows.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using tensor = jem::tensor<float, jem::eigen>;

using namespace test;

constexpr jem::kept_draws none{.draws = 0, .burn_in = 3};

tensor chains(jem::index_t n) { return test::waves<tensor>({n, 2}); }

tensor squares(const tensor& x) { return jem::row_dots(x, x); }

/// The draws that a plan keeps, of all draws of the run.
std::vector<float> slice(const tensor& all, const jem::kept_draws& plan) {
  std::vector<float> kept;
  for (jem::index_t i = plan.burn_in + plan.thin - 1; i < all.extent(0); i += plan.thin) {
    const auto draw = tensor(all.rows(i, 1)).to_vector();
    kept.insert(kept.end(), draw.begin(), draw.end());
  }
  return kept;
}

const auto watch = [](jem::index_t, const auto&, const auto&) {};

/// Checks that what is kept of a run of n chains, in tiles or not, is a part of the whole run.
template <class K>
void check_slices(const K& kernel, jem::index_t n, const jem::kept_draws& plan) {
  jem::rng g{5}, whole = g, values = g, watched = g, state_of = g;
  const auto all  = jem::sample(kernel, energy, chains(n), plan.steps(), whole);
  const auto part = jem::sample(kernel, energy, chains(n), plan, g);
  CHECK(part.extents() == jem::shape{plan.draws, n, 2});
  CHECK(part.to_vector() == slice(all, plan));
  CHECK(g == whole);
  CHECK(jem::sample(kernel, energy, chains(n), plan, watched, watch).to_vector() == part.to_vector());
  auto state = kernel.init(energy, chains(n));
  CHECK(jem::sample(kernel, energy, state, plan, state_of).to_vector() == part.to_vector());
  CHECK(state_of == whole);

  const auto made = jem::sample_of(squares, kernel, energy, chains(n), plan, values);
  CHECK(made.extents() == jem::shape{plan.draws, n});
  CHECK(values == whole);
  for (jem::index_t i = 0; i < plan.draws; ++i) {
    const tensor draw(jem::shape{n, 2}, tensor(part.rows(i, 1)).to_vector());
    CHECK(tensor(made.rows(i, 1)).to_vector() == squares(draw).to_vector());
  }
  jem::rng again{5}, once_more{5};
  CHECK(jem::sample_of(squares, kernel, energy, chains(n), plan, again, watch).to_vector() == made.to_vector());
  state = kernel.init(energy, chains(n));
  CHECK(jem::sample_of(squares, kernel, energy, state, plan, once_more).to_vector() == made.to_vector());
  CHECK(state.position.to_vector() == tensor(all.rows(plan.steps() - 1, 1)).to_vector());
}

template <class F>
concept function_for_draws = requires(const F& f, const tensor& x, jem::rng& g) { jem::sample_of(f, hamiltonian, energy, x, none, g); };
static_assert(function_for_draws<tensor (*)(const tensor&)>);
static_assert(!function_for_draws<float (*)(const tensor&)> && !function_for_draws<tensor (*)(int)> && !function_for_draws<int>);

}  // namespace

TEST_CASE("the draws kept, and a function of them, are parts of the whole run with the same bits, in tiles too") {
  for (const jem::index_t n : {jem::index_t{3}, jem::index_t{5000}}) {  // tiles have 2048 rows
    for (const jem::kept_draws& plan : {jem::kept_draws{.draws = 4}, jem::kept_draws{.draws = 2, .burn_in = 3, .thin = 2}}) {
      check_slices(annealed, n, plan);
      check_slices(langevin, n, plan);
      check_slices(hamiltonian, n, plan);
    }
  }
}

TEST_CASE("a run reads with its numbers by name") {
  jem::rng g{6};
  CHECK(jem::sample(hamiltonian, energy, chains(3), {.draws = 4, .burn_in = 2, .thin = 3}, g).extents() == jem::shape{4, 3, 2});
  const auto first = [](const auto& x) { return jem::row_dots(x, x); };
  CHECK(jem::sample_of(first, hamiltonian, energy, chains(3), {.draws = 4, .thin = 3}, g).extents() == jem::shape{4, 3});
}

TEST_CASE("the observer sees every step, and the function the draws that are kept") {
  jem::rng g{7};
  int steps = 0, calls = 0;
  const auto count = [&](const tensor& x) {
    ++calls;
    return x;
  };
  (void)jem::sample_of(count, hamiltonian, energy, chains(3), {.draws = 4, .burn_in = 2, .thin = 3}, g,
                       [&](jem::index_t i, const auto&, const auto&) { CHECK(i == steps++); });
  CHECK(steps == 14);
  CHECK(calls == 4);
}

TEST_CASE("a function may return another type and other axes, and see all chains at once") {
  jem::rng g{8};
  const auto centred = [](const tensor& x) {
    auto values     = x.to_vector();
    const float sum = values[0] + values[2] + values[4];
    std::vector<double> result;
    for (std::size_t i = 0; i < 3; ++i) result.insert(result.end(), 4, values[2 * i] - sum / 3);
    return jem::tensor<double, jem::reference>({3, 2, 2}, result);
  };
  const auto made = jem::sample_of(centred, langevin, energy, chains(3), {.draws = 2}, g);
  static_assert(std::same_as<decltype(made), const jem::tensor<double, jem::reference>>);
  CHECK(made.extents() == jem::shape{2, 3, 2, 2});
  const auto values = made.to_vector();
  CHECK(values[0] + values[4] + values[8] == doctest::Approx(0).scale(1).epsilon(1e-6));
}

TEST_CASE("no draws have the shape of the start's value, and no chains are accepted") {
  jem::rng g{9}, same = g;
  CHECK(jem::sample_of(squares, langevin, energy, chains(3), none, g).extents() == jem::shape{0, 3});
  (void)jem::evolve(langevin, energy, chains(3), 3, same);
  CHECK(g == same);
  CHECK(jem::sample(langevin, energy, chains(3), none, g).extents() == jem::shape{0, 3, 2});
  CHECK(jem::sample_of(squares, langevin, energy, tensor(jem::shape{0, 2}), {.draws = 2}, g).extents() == jem::shape{2, 0});
}

TEST_CASE("a function that does not return a row for each chain, or one shape, is refused") {
  jem::rng g{10};
  const auto mean = [](const tensor&) { return tensor({1}, {0}); };
  CHECK_THROWS_WITH_AS(jem::sample_of(mean, langevin, energy, chains(3), {.draws = 2}, g),
                       "[sample_of] expected a row for each of 3 chains but received (1)", std::invalid_argument);
  jem::index_t width = 1;
  const auto wider   = [&](const tensor&) { return jem::zeros<tensor>({3, width++}); };
  CHECK_THROWS_WITH_AS(jem::sample_of(wider, langevin, energy, chains(3), {.draws = 2}, g),
                       "[sample_of] expected (3, 1) but received (3, 2)", std::invalid_argument);
}
