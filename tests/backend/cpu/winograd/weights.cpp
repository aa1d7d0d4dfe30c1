// SPDX-License-Identifier: MIT
#include "../../../support/numbers.hpp"

#include <jem/backend/cpu/winograd/weights.hpp>
#include <jem/backend/openmp.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace winograd = jem::eigen_winograd;
using jem::index_t;
using floats = std::vector<float>;

TEST_CASE("transformed weights are kept if channels times filters are at most 32 768") {
  static_assert(winograd::worth_keeping(160, 160) && winograd::worth_keeping(128, 256) && !winograd::worth_keeping(256, 256));
  CHECK(true);
}

TEST_CASE_TEMPLATE("transforms of weights marked as turned equal those of the kernel rotated by 180 degrees with channels exchanged", A,
                   jem::winograd::sliding<4>, jem::winograd::sliding<8>, jem::winograd::halving<4>) {
  constexpr index_t taps = A::taps * A::taps;
  for (const auto& [c, f] : {std::pair<index_t, index_t>{9, 33}, {40, 3}, {16, 16}}) {
    const auto w = test::random_values<float>(taps * c * f, 4);  // (k, k, f, c)
    floats turned(w.size());                                     // (k, k, c, f)
    for (index_t k = 0; k < taps; ++k) {
      for (index_t i = 0; i < c; ++i) {
        for (index_t j = 0; j < f; ++j) {
          turned[static_cast<std::size_t>((k * c + i) * f + j)] = w[static_cast<std::size_t>(((taps - 1 - k) * f + j) * c + i)];
        }
      }
    }
    floats a(static_cast<std::size_t>(winograd::weights_size(jem::winograd::points<A>, c, f))), b = a;
    winograd::transform_weights<jem::openmp>(winograd::algorithm_of<A, float>(), winograd::weights<float>{turned.data(), false}, c, f,
                                             a.data());
    winograd::transform_weights<jem::openmp>(winograd::algorithm_of<A, float>(), winograd::weights<float>{w.data(), true}, c, f, b.data());
    CHECK(a == b);
  }
}
