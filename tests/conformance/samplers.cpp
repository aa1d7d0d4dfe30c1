// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/samplers.hpp>

#include <doctest/doctest.h>

using namespace jem::conformance;
namespace wrong = test::wrong;

namespace {

/// 20 000 pairs of normals of this correlation; the first of a pair has mean `shift` and deviation `stretch`, the second is standard.
std::vector<double> pairs(double shift, double stretch, double correlation) {
  jem::rng g{3};
  auto z = values_of(jem::normal<jem::tensor<double, jem::reference>>({20'000, 2}, g));
  for (std::size_t i = 0; i < z.size(); i += 2) {
    z[i + 1] = correlation * z[i] + std::sqrt(1 - correlation * correlation) * z[i + 1];
    z[i]     = shift + stretch * z[i];
  }
  return z;
}

evidence held(const std::vector<double>& chains) {
  evidence e;
  detail::hold_law(e, chains, {{{0, 1}, {0, 1}}});
  return e;
}

}  // namespace

TEST_CASE("hold_law finds another mean, another variance and a correlation") {
  CHECK(held(pairs(0, 1, 0)).passed);
  CHECK(held(pairs(0.05, 1, 0)).passed == false);
  CHECK(held(pairs(0, 1.04, 0)).passed == false);
  CHECK(held(pairs(0, 0.96, 0)).passed == false);
  CHECK(held(pairs(0, 1, 0.05)).where == "correlation of the coordinates");
  CHECK(held(pairs(0, 1, 0.05)).passed == false);
}

TEST_CASE("the suite finds tiles of chains that are left out, or run in place of others") {
  CHECK_FALSE(sgld_has_the_law_of_its_autoregression<wrong::runs_wrong_tiles<true>>().passed);
  CHECK_FALSE(sgld_has_the_law_of_its_autoregression<wrong::runs_wrong_tiles<false>>().passed);
}

TEST_CASE("the suite finds samplers whose energies lack a coordinate") {
  CHECK_FALSE(mala_has_the_law_that_it_is_made_for<wrong::skips_the_last_column>().passed);
  CHECK_FALSE(hmc_has_the_law_that_it_is_made_for<wrong::skips_the_last_column>().passed);
}
