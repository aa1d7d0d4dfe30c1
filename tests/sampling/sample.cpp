// SPDX-License-Identifier: MIT
#include "../support/allocations.hpp"
#include "../support/doubles.hpp"

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

struct banana {
  constexpr auto operator()(auto x, auto y) const { return square(1 - x) / 2 + square(y - x * x); }
};
const auto energy = jem::pointwise<2>(banana{});

const jem::sgld annealed{.step_size = [](jem::index_t k) { return 0.1f / static_cast<float>(1 + k); }, .transform = jem::clip_norm{1.0f}};
const jem::mala langevin{{.step_size = 0.1f}};
const jem::hmc hamiltonian{{.step_size = 0.2f, .steps = 5}};

using namespace test;

tensor chains(jem::index_t n) { return test::waves<tensor>({n, 2}); }

template <class K>
void check_resumption(const K& kernel) {
  jem::rng g{5}, same = g;
  auto whole = kernel.init(energy, chains(17));
  jem::advance<tensor>(kernel, energy, whole, 9, g);
  auto part = kernel.init(energy, chains(17));
  jem::advance<tensor>(kernel, energy, part, 4, same);
  jem::advance<tensor>(kernel, energy, part, 5, same);
  CHECK(whole.position.to_vector() == part.position.to_vector());
  CHECK(g == same);
}

/// Chain j of n starts somewhere else: the others may not notice.
template <class K, class E>
void check_independence(const K& kernel, const E& e, jem::index_t n, std::size_t j) {
  jem::rng g{6}, same = g;
  auto values      = chains(n).to_vector();
  const auto first = jem::evolve(kernel, e, tensor({n, 2}, values), 5, g).to_vector();
  values[2 * j] += 0.5f;
  const auto second = jem::evolve(kernel, e, tensor({n, 2}, values), 5, same).to_vector();
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (i / 2 != j && first[i] != second[i]) FAIL("chain ", i / 2, " has changed with chain ", j);
  }
  CHECK((first[2 * j] != second[2 * j] || first[2 * j + 1] != second[2 * j + 1]));
}

/// The same as `inner`, and able to prepare a value of itself for a run.
struct preparing {
  int* prepared_times;
  int* dear_steps;

  struct cheap {
    template <jem::tensor_value T>
    T value(const T& x) const {
      return energy.value(x);
    }
    template <jem::tensor_value T>
    T value_and_grad(const T& x, T& grad) const {
      return energy.value_and_grad(x, grad);
    }
  };

  template <jem::tensor_value T>
  cheap prepared(const T&) const {
    ++*prepared_times;
    return {};
  }
  template <jem::tensor_value T>
  T value(const T& x) const {
    return energy.value(x);
  }
  template <jem::tensor_value T>
  T value_and_grad(const T& x, T& grad) const {
    ++*dear_steps;
    return energy.value_and_grad(x, grad);
  }
};

struct value_only {
  template <jem::tensor_value T>
  T value(const T& x) const {
    return energy.value(x);
  }
};

/// A normal distribution that notes how many chains it is given at most, and how many gradients of one chain it has made.
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

/// What 300 chains of 40 dimensions are to an energy: tiles have 64 of them.
template <class T, class K, class... Observer>
seen run_recorded(const K& kernel, Observer... observe) {
  std::atomic<jem::index_t> most = 0, gradients = 0;
  jem::rng g{1};
  (void)jem::evolve(kernel, recording<T>{normal_law<T>(40), &most, &gradients}, waves<T>({300, 40}), 3, g, observe...);
  return {most, gradients};
}

/// With an observer, whole batches; without, tiles: the same bits, and a generator that has moved on as far.
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

/// A transform that says nothing of rows.
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

template <class K, class E>
concept can_evolve = requires(const K& k, const E& e, const tensor& x, jem::rng& g) { jem::evolve(k, e, x, 1, g); };
template <class K, class E>
concept can_sample  = requires(const K& k, const E& e, const tensor& x, jem::rng& g) { jem::sample(k, e, x, 1, g); };
using banana_energy = std::remove_const_t<decltype(energy)>;
static_assert(can_evolve<jem::hmc, banana_energy> && can_sample<jem::hmc, banana_energy>);
static_assert(!can_evolve<jem::hmc, value_only> && !can_sample<jem::hmc, value_only>);
static_assert(!can_evolve<int, banana_energy> && !can_sample<jem::hmc, int>);

}  // namespace

TEST_CASE("sample returns every draw, evolve the last, and the start is not among them") {
  jem::rng g{1}, same = g;
  const auto draws = jem::sample(hamiltonian, energy, chains(3), 4, g);
  CHECK(draws.extents() == jem::shape{4, 3, 2});
  const auto last = jem::evolve(hamiltonian, energy, chains(3), 4, same).to_vector();
  const auto all  = draws.to_vector();
  CHECK(std::vector<float>(all.end() - 6, all.end()) == last);
  CHECK(std::vector<float>(all.begin(), all.begin() + 6) != chains(3).to_vector());
  CHECK(g == same);
}

TEST_CASE("images are sampled under one more axis") {
  jem::rng g{2};
  const jem::mlp<tensor> net({4, 5, 3}, g);
  const jem::gaussian<tensor> flat(jem::zeros<tensor>({2}), jem::full<tensor>({2}, 1));
  CHECK(jem::sample(langevin, flat, chains(1), 1, g).extents() == jem::shape{1, 1, 2});
  CHECK(jem::sample(langevin, jem::marginal_energy{net}, jem::zeros<tensor>({3, 4}), 2, g).extents() == jem::shape{2, 3, 4});
}

TEST_CASE("no steps are no change, and no chains no work") {
  jem::rng g{3};
  const auto before = g;
  CHECK(jem::evolve(annealed, energy, chains(3), 0, g).to_vector() == chains(3).to_vector());
  CHECK(g == before);
  CHECK(jem::sample(annealed, energy, chains(3), 0, g).extents() == jem::shape{0, 3, 2});
  CHECK(jem::sample(hamiltonian, energy, tensor(jem::shape{0, 2}), 4, g).extents() == jem::shape{4, 0, 2});
  CHECK(jem::evolve(langevin, energy, tensor(jem::shape{0, 2}), 4, g).extents() == jem::shape{0, 2});
}

TEST_CASE("a negative number of steps is refused") {
  jem::rng g{4};
  CHECK_THROWS_WITH_AS((void)jem::evolve(annealed, energy, chains(3), -1, g), "[evolve] expected steps >= 0 but received -1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)jem::sample(annealed, energy, chains(3), -2, g), "[sample] expected draws >= 0 but received -2",
                       std::invalid_argument);
  auto state = annealed.init(energy, chains(1));
  CHECK_THROWS_AS(jem::advance<tensor>(annealed, energy, state, -1, g), std::invalid_argument);
}

TEST_CASE("the observer sees the number, the state and the info after each step") {
  jem::rng g{5};
  std::vector<jem::index_t> numbers;
  std::vector<float> last;
  const auto watch = [&](jem::index_t i, const auto& state, const auto& info) {
    numbers.push_back(i);
    last = state.position.to_vector();
    CHECK(info.acceptance_probability.extents() == jem::shape{3});
    CHECK(info.energy_error.extents() == jem::shape{3});
  };
  const auto end = jem::evolve(hamiltonian, energy, chains(3), 3, g, watch);
  CHECK(numbers == std::vector<jem::index_t>{0, 1, 2});
  CHECK(last == end.to_vector());
  numbers.clear();
  (void)jem::sample(hamiltonian, energy, chains(3), 2, g, watch);
  CHECK(numbers == std::vector<jem::index_t>{0, 1});
}

TEST_CASE("a run of nine steps is a run of four resumed for five, bit by bit") {
  check_resumption(annealed);
  check_resumption(langevin);
  check_resumption(hamiltonian);
}

TEST_CASE("a state with a decaying schedule goes on where it stopped, by advance and by sample") {
  const jem::sgld decaying{.step_size = jem::polynomial_decay{.first = 0.1f, .delay = 2}};
  jem::rng weights{3};
  const jem::mlp<tensor> net({2, 16, 3}, weights);
  const jem::marginal_energy network{net};
  const auto check = [](const auto& kernel, const auto& e) {
    jem::rng g{11}, same = g, other = g;
    auto whole = kernel.init(e, chains(5)), part = whole, drawn = whole;
    jem::advance<tensor>(kernel, e, whole, 20, g);
    jem::advance<tensor>(kernel, e, part, 7, same);
    const auto draws = jem::sample(kernel, e, part, 13, same);
    CHECK(part.position.to_vector() == whole.position.to_vector());
    CHECK(g == same);
    const auto all = jem::sample(kernel, e, drawn, 20, other);
    CHECK(drawn.position.to_vector() == whole.position.to_vector());
    CHECK(all.extents() == jem::shape{20, 5, 2});
    CHECK(tensor(all.rows(7, 13)).to_vector() == draws.to_vector());
    CHECK(tensor(all.rows(19, 1)).to_vector() == whole.position.to_vector());
  };
  check(decaying, energy);
  check(decaying, network);
  check(langevin, network);
  check(hamiltonian, energy);
}

TEST_CASE("evolve and sample start a schedule anew from positions, and a state does not") {
  const jem::sgld decaying{.step_size = jem::polynomial_decay{.first = 0.1f}, .noise = jem::no_noise{}};
  jem::rng g{12};
  const auto middle = jem::evolve(decaying, energy, chains(5), 10, g);
  const auto anew   = jem::evolve(decaying, energy, middle, 10, g).to_vector();
  auto state        = decaying.init(energy, middle);
  jem::advance<tensor>(decaying, energy, state, 10, g);
  CHECK(anew == state.position.to_vector());  // as a state at step 0 would
  CHECK(anew != jem::evolve(decaying, energy, chains(5), 20, g).to_vector());
  auto kept = decaying.init(energy, chains(5));
  jem::advance<tensor>(decaying, energy, kept, 10, g);
  jem::advance<tensor>(decaying, energy, kept, 10, g);
  CHECK(kept.step == 20);
  CHECK(kept.position.to_vector() == jem::evolve(decaying, energy, chains(5), 20, g).to_vector());
}

TEST_CASE("a state's run prepares its energy once, and the observer sees every step") {
  int prepared_times = 0, dear_steps = 0;
  const preparing e{&prepared_times, &dear_steps};
  jem::rng g{13};
  auto state = langevin.init(e, chains(3));
  dear_steps = 0;
  std::vector<jem::index_t> numbers;
  const auto watch = [&](jem::index_t i, const auto&, const auto&) { numbers.push_back(i); };
  (void)jem::sample(langevin, e, state, 3, g, watch);
  jem::advance<tensor>(langevin, e, state, 2, g, watch);
  CHECK(prepared_times == 2);
  CHECK(dear_steps == 0);
  CHECK(numbers == std::vector<jem::index_t>{0, 1, 2, 0, 1});
  CHECK_THROWS_AS(jem::sample(langevin, e, state, -1, g), std::invalid_argument);
}

TEST_CASE("evolve goes on where it stopped when the kernel keeps nothing of its own") {
  const jem::sgld plain{.step_size = jem::constant{0.1f}};
  jem::rng g{7}, same = g;
  const auto whole = jem::evolve(plain, energy, chains(5), 9, g);
  const auto part  = jem::evolve(plain, energy, jem::evolve(plain, energy, chains(5), 4, same), 5, same);
  CHECK(whole.to_vector() == part.to_vector());
}

TEST_CASE("changing one chain leaves the bits of every other") {
  jem::rng g{8};
  const jem::mlp<tensor> net({2, 16, 3}, g);
  const jem::marginal_energy energy_of_net{net};
  for (const std::size_t j : {std::size_t{0}, std::size_t{131}, std::size_t{299}}) {
    check_independence(annealed, energy, 300, j);
    check_independence(langevin, energy, 300, j);
    check_independence(hamiltonian, energy, 300, j);
    check_independence(annealed, energy_of_net, 300, j);
    check_independence(langevin, energy_of_net, 300, j);
    check_independence(hamiltonian, energy_of_net, 300, j);
  }
}

TEST_CASE("an energy that can prepare itself does so once a run") {
  int prepared_times = 0, dear_steps = 0;
  const preparing slow{&prepared_times, &dear_steps};
  jem::rng g{9}, same = g;
  const auto quick = jem::evolve(langevin, slow, chains(4), 6, g);
  CHECK(prepared_times == 1);
  CHECK(dear_steps == 0);
  CHECK(quick.to_vector() == jem::evolve(langevin, energy, chains(4), 6, same).to_vector());
  (void)jem::sample(langevin, slow, chains(4), 2, g);
  CHECK(prepared_times == 2);
}

TEST_CASE_TEMPLATE("tiles of chains carried through all steps have the bits of the whole batch", T, jem::tensor<float, jem::eigen>,
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

TEST_CASE("images under a network are carried in tiles to where steps of the whole batch take them, by any number of threads") {
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

TEST_CASE("tiles are for row-wise kernels that nobody watches, on backends that run them, and cost no gradient") {
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

TEST_CASE("an error inside a tile reaches the caller, and the generator stands still") {
  jem::rng g{12};
  const auto before = g;
  CHECK_THROWS_WITH_AS(
      (void)jem::evolve(jem::hmc{{.step_size = 0.1f, .steps = 0}}, normal_law<tensor>(100), waves<tensor>({500, 100}), 1, g),
      "[hamiltonian] expected steps >= 1 but received 0", std::invalid_argument);
  CHECK(g == before);
}

TEST_CASE("a run like the one before allocates nothing") {
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
  run();
  const auto first = blocks_seen::count();
  CHECK(first > unused);
  run();
  CHECK(blocks_seen::count() == first);
}
