// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/sampling/lost_chains.hpp>

using namespace test;

namespace {

using T = eigen_double;

/// Chains i at position (i, 10·i) with energy and gradient of their own.
jem::point<T> at(const std::vector<double>& energies) {
  std::vector<double> x;
  for (std::size_t i = 0; i < energies.size(); ++i) x.insert(x.end(), {double(i), 10 * double(i)});
  const auto n = std::ssize(energies);
  return {T({n, 2}, x), T({n}, energies), T({n, 2}, x)};
}

}  // namespace

TEST_CASE("a chain is lost if its energy is more than 100 + 10 d above the median, and goes on from the next that is not") {
  auto state = at({1, 122, 2, 500, 900});  // the median is 122: lost are chains above 242
  jem::lost_chains lost(5);
  lost.add(state.energy);
  CHECK(lost.bring_back(state) == 2);
  CHECK(state.position.to_vector() == std::vector<double>{0, 0, 1, 10, 2, 20, 0, 0, 0, 0});  // 3 and 4 go on from 0
  CHECK(state.gradient.to_vector() == state.position.to_vector());
  CHECK(state.energy.to_vector() == std::vector<double>{1, 122, 2, 1, 1});
}

TEST_CASE("only a chain whose energy is high in the whole window is lost") {
  auto state = at({0, 0, 200});
  jem::lost_chains lost(3);
  lost.add(state.energy);
  lost.add(T({3}, std::vector<double>{300, 300, 119}));
  const auto before = state.position.to_vector();
  CHECK(lost.bring_back(state) == 0);
  CHECK(state.position.to_vector() == before);
  lost.begin_window();
  lost.add(state.energy);
  CHECK(lost.bring_back(state) == 1);
}

TEST_CASE("chains whose energy is infinite go on from the others, and one chain stays where it is") {
  auto state = at({HUGE_VAL, 3, 4});
  jem::lost_chains lost(3);
  lost.add(state.energy);
  CHECK(lost.bring_back(state) == 1);
  CHECK(state.energy.to_vector() == std::vector<double>{3, 3, 4});

  auto single = at({HUGE_VAL});
  jem::lost_chains one(1);
  one.add(single.energy);
  CHECK(one.bring_back(single) == 0);
  CHECK_THROWS_AS(one.add(state.energy), std::invalid_argument);
}
