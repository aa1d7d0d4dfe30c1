// SPDX-License-Identifier: MIT
// Tiles of chains that are moved through all steps, one tile after the other, have the same bits as the whole batch, and no memory is
// allocated after the first run.
#include "../support/allocations.hpp"
#include "../support/doubles.hpp"
#include "../support/every_thread.hpp"
#include "../support/plane_kernels.hpp"

#include <jem/energy/combine.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/energy/pointwise.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <atomic>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace {

using tensor = jem::tensor<float, jem::eigen>;

using namespace test;

/// A normal distribution that records the largest number of chains in a call, and the number of gradients of single chains.
template <class T>
struct recording {
  static constexpr bool row_wise = true;

  jem::gaussian<T> inner;
  std::atomic<jem::index_t>*most, *gradients;

  T value(const T& x) const { return inner.value(x); }
  T value_and_grad(const T& x, T& grad) const {
    jem::index_t seen = *most;
    while (seen < x.extent(0) && !most->compare_exchange_weak(seen, x.extent(0))) {}
    *gradients += x.extent(0);
    return inner.value_and_grad(x, grad);
  }
};

struct seen {
  jem::index_t most, gradients;

  friend bool operator==(const seen&, const seen&) = default;
};

template <class T>
jem::gaussian<T> normal_law(jem::index_t d) {
  return {waves<T>({d}, 2, 0.3), jem::map(waves<T>({d}, 0.5, 0.7), [](auto x) { return 1 + x; })};
}

/// These records for a run of 300 chains of 40 dimensions, of which a tile has 64.
template <class T, class K, class... Observer>
seen run_recorded(const K& kernel, Observer... observe) {
  std::atomic<jem::index_t> most = 0, gradients = 0;
  jem::rng g{1};
  (void)jem::evolve(kernel, recording<T>{normal_law<T>(40), &most, &gradients}, waves<T>({300, 40}), 3, g, observe...);
  return {most, gradients};
}

/// Checks that runs in tiles have the same bits, and advance the generator as far, as runs of whole batches, which an observer causes.
template <class K, class E, class T>
void check_tiles(const K& kernel, const E& e, const T& start) {
  jem::rng g{7, 3}, whole = g, draws = g;
  const auto ignore   = [](const auto&...) {};
  const auto expected = jem::sample(kernel, e, start, 4, whole, ignore).to_vector();
  const auto last     = std::vector(expected.end() - start.size(), expected.end());
  CHECK(same_bits(jem::evolve(kernel, e, start, 4, g).to_vector(), last));
  CHECK(same_bits(jem::sample(kernel, e, start, 4, draws).to_vector(), expected));
  CHECK(g == whole);
  CHECK(draws == whole);
}

template <class T>
void check_tiles_of_kernels() {
  const jem::sgld clipped{.step_size = jem::polynomial_decay{0.1f}, .transform = jem::clip_norm{1.0f}, .constraint = jem::box{-2, 2}};
  for (const jem::index_t d : {1, 3, 100, 129, 5000}) {
    CAPTURE(d);
    const T start = waves<T>({d < 10 ? 5003 : 77, d}, 1, 0.37);
    check_tiles(clipped, normal_law<T>(d), start);
    check_tiles(jem::mala{{.step_size = 0.1f}}, normal_law<T>(d), start);
    check_tiles(jem::hmc{{.step_size = 0.2f, .steps = 3}}, normal_law<T>(d), start);
  }
  check_tiles(langevin, jem::temper(jem::sum_energies(energy, normal_law<T>(2)), 2.0f), waves<T>({5003, 2}, 1, 0.37));
}

/// A transform that does not declare row_wise.
struct silent {
  template <jem::tensor_value T>
  void operator()(T& x) const {
    jem::scale(x, 0.5f);
  }
};
static_assert(jem::row_wise<jem::hmc> && jem::row_wise<jem::mala> && jem::row_wise<jem::sgld<>>);
static_assert(!jem::row_wise<jem::sgld<jem::constant, jem::no_noise, silent>>);
static_assert(!jem::row_wise<jem::sgld<jem::constant, jem::no_noise, jem::identity, silent>>);
static_assert(!jem::row_wise<jem::metropolis<int>>);

}  // namespace

TEST_CASE_TEMPLATE("tiles of chains that are moved through all steps have the bits of the whole batch", T, jem::tensor<float, jem::eigen>,
                   openmp_double) {
  check_tiles_of_kernels<T>();
}

TEST_CASE("chains in tiles have the same bits for 1, 2 and 7 threads") {
#ifdef _OPENMP
  const int before = omp_get_max_threads();
  std::vector<std::vector<float>> ends;
  for (const int threads : {1, 2, 7}) {
    omp_set_num_threads(threads);
    jem::rng g{11};
    ends.push_back(jem::evolve(hamiltonian, normal_law<tensor>(100), waves<tensor>({500, 100}), 5, g).to_vector());
  }
  omp_set_num_threads(before);
  CHECK(same_bits(ends[1], ends[0]));
  CHECK(same_bits(ends[2], ends[0]));
#endif
}

TEST_CASE("chains of images under a network's energy move in tiles as in a whole batch, for any number of threads") {
  jem::rng g{13};
  const jem::convnet<tensor> net({.height = 8, .width = 8, .widths = {16, 32}}, g);
  const auto start = jem::uniform<tensor>({40, 8, 8, 1}, -1, 1, g);  // tiles of 16, 16 and 8
  const jem::sgld kernel{.step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}};
  const jem::marginal_energy law{net};
  auto together = kernel.init(law, start);
  auto own      = g;
  for (int i = 0; i < 4; ++i) kernel.step(law, together, own);
  std::vector<std::vector<float>> ends;
#ifdef _OPENMP
  const int before = omp_get_max_threads();
  for (const int threads : {1, 2, 7}) {
    omp_set_num_threads(threads);
    auto same = g;
    ends.push_back(jem::evolve(kernel, law, start, 4, same).to_vector());
    CHECK(same == own);
  }
  omp_set_num_threads(before);
  CHECK(same_bits(ends[1], ends[0]));
  CHECK(same_bits(ends[2], ends[0]));
#else
  auto same = g;
  ends.push_back(jem::evolve(kernel, law, start, 4, same).to_vector());
#endif
  CHECK(test::largest_difference(ends[0], together.position.to_vector()) < 1e-5);
  CHECK(test::largest_difference(ends[0], start.to_vector()) > 0.01);
}

TEST_CASE("tiles are used for row-wise kernels without an observer, on backends that support them, and need no more gradients") {
  const jem::hmc kernel{{.step_size = 0.2f, .steps = 5}};
  const jem::index_t gradients = 300 * (3 * 5 + 1);
  CHECK(run_recorded<tensor>(kernel) == seen{64, gradients});
  CHECK(run_recorded<tensor>(kernel, [](const auto&...) {}) == seen{300, gradients});
  CHECK(run_recorded<jem::tensor<float, jem::reference>>(kernel) == seen{300, gradients});
  CHECK(run_recorded<jem::tensor<float, guarded>>(kernel) == seen{300, gradients});
  CHECK(run_recorded<tensor>(langevin) == seen{64, 300 * 4});
  CHECK(run_recorded<tensor>(annealed) == seen{64, 300 * 3});
  CHECK(run_recorded<tensor>(jem::sgld{.step_size = jem::constant{0.1f}, .transform = silent{}}) == seen{300, 300 * 3});
}

TEST_CASE("an exception in a tile reaches the caller, and the generator does not change") {
  jem::rng g{12};
  const auto before = g;
  CHECK_THROWS_WITH_AS(
      (void)jem::evolve(jem::hmc{{.step_size = 0.1f, .steps = 0}}, normal_law<tensor>(100), waves<tensor>({500, 100}), 1, g),
      "[hamiltonian] expected steps >= 1 but received 0", std::invalid_argument);
  CHECK(g == before);
}

TEST_CASE("a run like the one before allocates nothing, whichever threads run its tiles") {
  using T          = jem::tensor<float, noting>;
  const auto law   = normal_law<T>(100);
  const auto start = waves<T>({500, 100});
  jem::rng g{13};
  const auto run = [&] {
    (void)jem::evolve(hamiltonian, law, start, 3, g);
    (void)jem::evolve(langevin, law, start, 3, g);
    (void)jem::evolve(annealed, law, start, 3, g);
    (void)jem::evolve(hamiltonian, law, start, 3, g, [](const auto&...) {});
  };
  const auto unused = blocks_seen::count();
  by_every_thread(run);
  const auto first = blocks_seen::count();
  CHECK(first > unused);
  run();
  CHECK(blocks_seen::count() == first);
}
