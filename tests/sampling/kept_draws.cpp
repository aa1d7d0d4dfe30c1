// SPDX-License-Identifier: MIT
#include <jem/sampling/kept_draws.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

namespace {

std::vector<jem::index_t> kept(const jem::kept_draws& plan) {
  std::vector<jem::index_t> steps;
  for (jem::index_t i = 0; i < plan.steps(); ++i) {
    const auto draw = plan.kept_after(i);
    if (draw < 0) continue;
    CHECK(draw == std::ssize(steps));
    steps.push_back(i);
  }
  return steps;
}

}  // namespace

TEST_CASE("after the burn-in, the last draw of every few is kept, and the run ends with one") {
  using steps = std::vector<jem::index_t>;
  CHECK(kept({.draws = 3}) == steps{0, 1, 2});
  CHECK(kept({.draws = 3, .burn_in = 2}) == steps{2, 3, 4});
  CHECK(kept({.draws = 3, .thin = 4}) == steps{3, 7, 11});
  CHECK(kept({.draws = 2, .burn_in = 5, .thin = 3}) == steps{7, 10});
  CHECK(jem::kept_draws{.draws = 2, .burn_in = 5, .thin = 3}.steps() == 11);
  CHECK(kept({.draws = 0, .burn_in = 5, .thin = 3}).empty());
  CHECK(jem::kept_draws{.draws = 0, .burn_in = 5}.steps() == 5);
}

TEST_CASE("numbers out of range are refused, and so are more steps than can be counted") {
  CHECK_THROWS_WITH_AS((void)(jem::kept_draws{.draws = -1}), "[kept_draws] expected draws >= 0 but received -1", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)(jem::kept_draws{.draws = 1, .thin = 0}), "[kept_draws] expected thin >= 1 but received 0",
                       std::invalid_argument);
  const jem::kept_draws many{.draws = 4, .thin = jem::index_t{1} << 61};
  CHECK_THROWS_WITH_AS((void)many.steps(), "[kept_draws] expected fewer than 2^63 steps but received 4 draws of 2305843009213693952",
                       std::invalid_argument);
}
