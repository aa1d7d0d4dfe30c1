// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"
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

namespace {

using tensor = jem::tensor<float, jem::eigen>;

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

/// Checks that the other chains do not change if chain j of n starts elsewhere.
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

/// The same as `energy`, with a function `prepared` that returns a cheaper version for a run.
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

template <class K, class E>
concept can_evolve = requires(const K& k, const E& e, const tensor& x, jem::rng& g) { jem::evolve(k, e, x, 1, g); };
template <class K, class E>
concept can_sample  = requires(const K& k, const E& e, const tensor& x, jem::rng& g) { jem::sample(k, e, x, 1, g); };
using banana_energy = std::remove_const_t<decltype(energy)>;
static_assert(can_evolve<jem::hmc, banana_energy> && can_sample<jem::hmc, banana_energy>);
static_assert(!can_evolve<jem::hmc, value_only> && !can_sample<jem::hmc, value_only>);
static_assert(!can_evolve<int, banana_energy> && !can_sample<jem::hmc, int>);

}  // namespace

TEST_CASE("sample returns the positions after each step, evolve those after the last, and neither includes the start") {
  jem::rng g{1}, same = g;
  const auto draws = jem::sample(hamiltonian, energy, chains(3), 4, g);
  CHECK(draws.extents() == jem::shape{4, 3, 2});
  const auto last = jem::evolve(hamiltonian, energy, chains(3), 4, same).to_vector();
  const auto all  = draws.to_vector();
  CHECK(std::vector<float>(all.end() - 6, all.end()) == last);
  CHECK(std::vector<float>(all.begin(), all.begin() + 6) != chains(3).to_vector());
  CHECK(g == same);
}

TEST_CASE("draws of images have one more axis in front") {
  jem::rng g{2};
  const jem::mlp<tensor> net({4, 5, 3}, g);
  const jem::gaussian<tensor> flat(jem::zeros<tensor>({2}), jem::full<tensor>({2}, 1));
  CHECK(jem::sample(langevin, flat, chains(1), 1, g).extents() == jem::shape{1, 1, 2});
  CHECK(jem::sample(langevin, jem::marginal_energy{net}, jem::zeros<tensor>({3, 4}), 2, g).extents() == jem::shape{2, 3, 4});
}

TEST_CASE("zero steps change nothing, and a batch of no chains is accepted") {
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

TEST_CASE("the observer is called with the number, the state and the info after each step") {
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

TEST_CASE("a run of nine steps has the same bits as one of four steps that is continued for five") {
  check_resumption(annealed);
  check_resumption(langevin);
  check_resumption(hamiltonian);
}

TEST_CASE("advance and sample continue the schedule of a state where it stopped") {
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

TEST_CASE("evolve and sample start a schedule again when they are given positions, and continue it for a state") {
  const jem::sgld decaying{.step_size = jem::polynomial_decay{.first = 0.1f}, .noise = jem::no_noise{}};
  jem::rng g{12};
  const auto middle = jem::evolve(decaying, energy, chains(5), 10, g);
  const auto anew   = jem::evolve(decaying, energy, middle, 10, g).to_vector();
  auto state        = decaying.init(energy, middle);
  jem::advance<tensor>(decaying, energy, state, 10, g);
  CHECK(anew == state.position.to_vector());  // as from a state at step 0
  CHECK(anew != jem::evolve(decaying, energy, chains(5), 20, g).to_vector());
  auto kept = decaying.init(energy, chains(5));
  jem::advance<tensor>(decaying, energy, kept, 10, g);
  jem::advance<tensor>(decaying, energy, kept, 10, g);
  CHECK(kept.step == 20);
  CHECK(kept.position.to_vector() == jem::evolve(decaying, energy, chains(5), 20, g).to_vector());
}

TEST_CASE("advance and sample of a state prepare the energy once, and call the observer after every step") {
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

TEST_CASE("two calls of evolve equal one longer call if the kernel's state is only the position") {
  const jem::sgld plain{.step_size = jem::constant{0.1f}};
  jem::rng g{7}, same = g;
  const auto whole = jem::evolve(plain, energy, chains(5), 9, g);
  const auto part  = jem::evolve(plain, energy, jem::evolve(plain, energy, chains(5), 4, same), 5, same);
  CHECK(whole.to_vector() == part.to_vector());
}

TEST_CASE("changing one chain changes no bit of the others") {
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

TEST_CASE("an energy with a function prepared is prepared once for each run") {
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
