// SPDX-License-Identifier: MIT
#include "../../support/numbers.hpp"

#include <jem/backend/onednn/weights.hpp>
#include <jem/backend/openmp.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using jem::bfloat16;
using jem::index_t;
using jem::shape;
using namespace jem::onednn_convolution;

TEST_CASE("turning a convolution twice gives the original one") {
  static_assert(turns({3, 3, 4, 5}, {1, 2}));
  static_assert(!turns({3, 3, 4, 5}, {2, 1}) && !turns({3, 5, 4, 5}, {1, 1}) && !turns({3, 3, 4, 5}, {1, 3}));
  for (const jem::convolution_shape& s : {jem::convolution_shape{2, 7, 9, 4, 3, 3, 5, 1, 1}, {2, 7, 9, 4, 4, 4, 5, 1, 0}}) {
    const auto once = turned(s), twice = turned(once);
    CHECK(once.input() == s.output());
    CHECK(once.output() == s.input());
    CHECK(twice.weight() == s.weight());
    CHECK(twice.padding == s.padding);
  }
  const shape weight{2, 2, 1, 2};
  const std::vector<float> w{1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<float> once(8), twice(8);
  turn<jem::openmp>(weight, w.data(), once.data());
  CHECK(once == std::vector<float>{7, 8, 5, 6, 3, 4, 1, 2});
  turn<jem::openmp>(turned(weight), once.data(), twice.data());
  CHECK(twice == w);
}

TEST_CASE("weights are rounded to bfloat16 one by one") {
  const shape weight{3, 3, 5, 7};
  const auto w                          = test::random_values<float>(weight.size());
  const jem::host_storage<float> halves = rounded<jem::openmp>(weight, w.data());
  for (index_t i = 0; i < weight.size(); ++i) CHECK(halves.data()[i] == float(bfloat16(w[static_cast<std::size_t>(i)])));
}

TEST_CASE("prepared weights fit into the sizes of prepared_sizes, for eigen and for oneDNN") {
  const auto fills = [](const shape& weight, jem::convolution_geometry g) {
    const auto s                   = jem::make_convolution_shape({2, 8, 9, weight[2]}, weight, g);
    const auto w                   = test::random_values<float>(weight.size());
    const auto [forward, backward] = prepared_sizes<bfloat16>(s);
    std::vector<bfloat16> out(static_cast<std::size_t>(forward + 1), bfloat16(9.0f)),
        in(static_cast<std::size_t>(backward + 1), bfloat16(9.0f));
    prepare_weights<jem::openmp>(s, w.data(), out.data(), in.data());
    CHECK(float(out.back()) == 9);
    CHECK(float(in.back()) == 9);
    CHECK(std::min(forward, backward) >= weight.size());
  };
  fills({3, 3, 64, 64}, {1, 1});  // for a Winograd algorithm
  fills({3, 3, 16, 10}, {1, 1});  // for oneDNN
  fills({3, 3, 16, 10}, {2, 1});
  fills({2, 5, 3, 4}, {1, 1});
}
