// SPDX-License-Identifier: MIT
#include <jem/sampling/trajectory.hpp>

#include <doctest/doctest.h>

#include <map>
#include <vector>

TEST_CASE("a fixed length is L, and draws nothing") {
  jem::rng g{1};
  CHECK(jem::fixed_length{}(7, g) == 7);
  CHECK(g == jem::rng{1});
}

TEST_CASE("a jittered length is uniform on L - L/2, ... L + L/2") {
  jem::rng g{2};
  for (const jem::index_t steps : {1, 2, 5, 10}) {
    std::map<jem::index_t, int> counts;
    for (int i = 0; i < 20'000; ++i) ++counts[jem::jittered_length{}(steps, g)];
    const jem::index_t half = steps / 2, kinds = 2 * half + 1;
    CHECK(std::ssize(counts) == kinds);
    CHECK(counts.begin()->first == steps - half);
    CHECK(counts.rbegin()->first == steps + half);
    const double share = 20'000.0 / static_cast<double>(kinds);  // P(a count is 6 deviations off) < 2e-9
    for (const auto& [length, count] : counts) CHECK(std::abs(count - share) <= 6 * std::sqrt(share));
  }
}

TEST_CASE("a jittered length uses one stream, and is the same for each tile of a batch") {
  for (int seed = 0; seed < 20; ++seed) {
    jem::rng whole{static_cast<std::uint64_t>(seed)}, tile = whole;
    tile.row = 300;
    CHECK(jem::jittered_length{}(50, whole) == jem::jittered_length{}(50, tile));
    CHECK(whole.counter == 1);
  }
}

TEST_CASE("a jittered length of too many steps is refused") {
  jem::rng g{3};
  CHECK_THROWS_WITH_AS(jem::jittered_length{}(jem::index_t{1} << 40, g),
                       "[jittered_length] expected at most 2147483648 steps but received 1099511627776", std::invalid_argument);
}

TEST_CASE("Halton's points are a half, a quarter, three quarters") {
  const std::vector<double> first{0.5, 0.25, 0.75, 0.125, 0.625, 0.375, 0.875};
  for (std::size_t k = 0; k < first.size(); ++k) CHECK(jem::detail::halton(static_cast<jem::index_t>(k) + 1) == first[k]);
}
