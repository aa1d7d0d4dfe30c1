// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/evaluate/logits.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/sequential.hpp>

#include <numeric>

namespace evaluate = jem::evaluate;
using T            = jem::tensor<float, jem::eigen>;

template <class Net>
concept has_logits = requires(const Net& net, const T& x) { evaluate::logits_of(net, x); };
static_assert(has_logits<jem::linear<T>>);
static_assert(!has_logits<jem::linear<jem::tensor<double, jem::eigen>>>, "a network computes in its own type");
static_assert(!has_logits<int>);

TEST_CASE("logits do not depend on the size of the parts") {
  test::on_every_tensor([]<class X>() {
    // whole numbers, so there is no rounding and all results have to be equal
    std::vector<float> pixels(7 * 4);
    std::iota(pixels.begin(), pixels.end(), -9.0f);
    const X x({7, 2, 2, 1}, pixels);
    const jem::sequential net{jem::flatten{}, jem::linear<X>{X({4, 3}, {1, 2, 3, 0, -1, 2, 4, 0, 1, -2, 1, 1}), X({3}, {1, 0, -1})}};
    const X all = evaluate::logits_of(net, x);
    CHECK(all.extents() == jem::shape{7, 3});
    CHECK(all.to_vector()[0] == -9 + 0 + -7 * 4 + -6 * -2 + 1);
    for (const jem::index_t part : {1, 2, 3, 6, 7, 8}) CHECK(evaluate::logits_of(net, x, part).to_vector() == all.to_vector());
  });
}

TEST_CASE("the logits of no images have extents (0, classes)") {
  jem::rng g{1};
  const jem::convnet<T> net({.height = 4, .width = 4, .classes = 3, .widths = {2, 2}}, g);
  CHECK(evaluate::logits_of(net, T(jem::shape{0, 4, 4, 1})).extents() == jem::shape{0, 3});
  CHECK(evaluate::logits_of(net, T(jem::shape{0, 4, 4, 1}), 1).extents() == jem::shape{0, 3});
}

TEST_CASE("a part needs at least one image") {
  const jem::linear<T> net{T({1, 1}, {1}), T({1}, {0})};
  CHECK_THROWS_WITH_AS(evaluate::logits_of(net, T({1, 1}, {0}), 0), "[logits_of] expected a part >= 1 but received 0",
                       std::invalid_argument);
  CHECK_THROWS_AS(evaluate::for_parts(3, -1, [](jem::index_t, jem::index_t) {}), std::invalid_argument);
}

TEST_CASE("parts cover every row once, in order") {
  std::vector<std::pair<jem::index_t, jem::index_t>> seen;
  evaluate::for_parts(7, 3, [&](jem::index_t first, jem::index_t count) { seen.emplace_back(first, count); });
  CHECK(seen == std::vector<std::pair<jem::index_t, jem::index_t>>{{0, 3}, {3, 3}, {6, 1}});
  evaluate::for_parts(0, 3, [&](jem::index_t, jem::index_t) { FAIL("nothing to do"); });
}
