// SPDX-License-Identifier: MIT
#include "../support/distributions.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/sampling/replay_buffer.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <set>

namespace {

using tensor = jem::tensor<float, jem::eigen>;
using labels = jem::labels<tensor>;
using buffer = jem::replay_buffer<tensor>;

static_assert(jem::sample_buffer<buffer, tensor>);
static_assert(!jem::sample_buffer<buffer, jem::tensor<double, jem::eigen>>);
static_assert(!jem::sample_buffer<std::vector<float>, tensor>);

/// A buffer of scalars in which chain i is at 10 + i, where no fresh chain can be.
buffer numbered(const jem::replay_options& options, jem::rng& g) {
  buffer b({1}, options, g);
  std::vector<float> values(static_cast<std::size_t>(options.capacity));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 10.0f + static_cast<float>(i);
  b.positions(tensor({options.capacity, 1}, values));
  return b;
}

bool all_different(const std::vector<std::int32_t>& slots) { return std::set(slots.begin(), slots.end()).size() == slots.size(); }

struct start_at_seven {
  template <jem::tensor_value T>
  T operator()(const jem::shape& extents, jem::rng&) const {
    return jem::full<T>(extents, 7);
  }
};

/// Starts at ten times the class, and at −1 where no class is told.
struct start_at_class {
  template <jem::tensor_value T>
  T operator()(const jem::shape& extents, jem::rng&) const {
    return jem::full<T>(extents, -1);
  }
  template <jem::tensor_value T>
  T operator()(const jem::shape& extents, const jem::pooled_vector<std::int32_t>& y, jem::rng&) const {
    std::vector<float> x;
    for (const auto c : y) x.insert(x.end(), static_cast<std::size_t>(extents.row_size()), 10.0f * static_cast<float>(c));
    return T(extents, x);
  }
};

static_assert(jem::start_by_class<start_at_class, tensor> && !jem::start_by_class<start_at_seven, tensor>);
static_assert(!jem::start_by_class<jem::uniform_start, tensor> && !jem::start_by_class<jem::normal_start, tensor>);

}  // namespace

TEST_CASE("a buffer starts full of fresh chains from U(-1, 1)") {
  jem::rng g{1};
  const buffer b({4, 5, 2}, {.capacity = 500}, g);
  CHECK(b.positions().extents() == jem::shape{500, 4, 5, 2});
  CHECK(b.capacity() == 500);
  const auto values = b.positions().to_vector();
  // false alarm: 1e-6
  CHECK(test::cdf_distance(values, [](double x) { return std::clamp((x + 1) / 2, 0.0, 1.0); }) < test::dkw_bound(20'000, 1e-6));
}

TEST_CASE("without restarts a draw continues the chains of its slots") {
  jem::rng g{2};
  const auto b     = numbered({.capacity = 50, .restart_probability = 0}, g);
  const auto drawn = b.draw(20, g);
  const auto x     = drawn.position.to_vector();
  const auto slots = drawn.slots.to_vector();
  CHECK(drawn.position.extents() == jem::shape{20, 1});
  CHECK(drawn.y.size() == 0);
  for (std::size_t i = 0; i < 20; ++i) CHECK(x[i] == 10.0f + static_cast<float>(slots[i]));
}

TEST_CASE("with restart probability 1 every drawn chain is fresh, and the buffer does not change until chains are stored") {
  jem::rng g{3};
  const auto b = numbered({.capacity = 50, .restart_probability = 1}, g);
  for (const float x : b.draw(50, g).position.to_vector()) CHECK(std::abs(x) <= 1);
  for (const float x : b.positions().to_vector()) CHECK(x >= 10);
}

TEST_CASE("each chain restarts independently with the given probability") {
  jem::rng g{4};
  buffer b({2, 2, 1}, {.capacity = 1000, .restart_probability = 0.05f}, g);
  b.positions(jem::full<tensor>({1000, 2, 2, 1}, 9));
  double restarts = 0;
  for (int k = 0; k < 100; ++k) {
    const auto x = b.draw(1000, g).position.to_vector();
    for (std::size_t i = 0; i < x.size(); i += 4) {
      const bool fresh = x[i] < 2;
      for (std::size_t j = 1; j < 4; ++j) {
        if ((x[i + j] < 2) != fresh) FAIL("a chain restarted in part");
      }
      restarts += fresh ? 1 : 0;
    }
  }
  // The mean of 100 000 Bernoulli(0.05) is off by 0.0038 with probability at most 7.5e-7, by Bernstein's inequality.
  CHECK(std::abs(restarts / 100'000 - 0.05) < 0.0038);
}

TEST_CASE("no slot is drawn twice in a draw, and all slots are equally likely") {
  jem::rng g{5};
  const buffer b({1}, {.capacity = 16}, g);
  std::vector<double> times(16);
  for (int k = 0; k < 16'000; ++k) {
    const auto slots = b.draw(4, g).slots.to_vector();
    if (!all_different(slots)) FAIL("a slot was drawn twice");
    for (const auto s : slots) times.at(static_cast<std::size_t>(s)) += 1;
  }
  // false alarm: 1e-6 for all slots together
  for (const double t : times) CHECK(std::abs(t / 16'000 - 0.25) < test::hoeffding_bound(16'000, 1e-6 / 16));
}

TEST_CASE("a draw of the whole capacity takes each slot once, a larger one is refused") {
  jem::rng g{6};
  const buffer b({1}, {.capacity = 10}, g);
  auto slots = b.draw(10, g).slots.to_vector();
  std::sort(slots.begin(), slots.end());
  for (std::int32_t i = 0; i < 10; ++i) CHECK(slots[static_cast<std::size_t>(i)] == i);
  CHECK_THROWS_WITH_AS(b.draw(11, g), "[replay_buffer] expected at most 10 chains in a draw but received 11", std::invalid_argument);
  CHECK_THROWS_AS(b.draw(-1, g), std::invalid_argument);
  CHECK(b.draw(0, g).position.extents() == jem::shape{0, 1});
}

TEST_CASE("storing writes to the slots that were drawn and to no others") {
  jem::rng g{7};
  auto b            = numbered({.capacity = 40, .restart_probability = 0}, g);
  const auto before = b.positions().to_vector();
  auto drawn        = b.draw(15, g);
  jem::scale(drawn.position, -1);
  b.store(drawn);
  const auto after = b.positions().to_vector();
  const auto slots = drawn.slots.to_vector();
  for (std::size_t i = 0; i < after.size(); ++i) {
    const bool stored = std::find(slots.begin(), slots.end(), static_cast<std::int32_t>(i)) != slots.end();
    CHECK(after[i] == (stored ? -before[i] : before[i]));
  }
}

TEST_CASE("chains drawn by class come from the block of their class, in the order of the labels") {
  jem::rng g{8};
  const auto b = numbered({.capacity = 30, .restart_probability = 0, .classes = 3}, g);
  const labels y({7}, {2, 0, 2, 1, 2, 0, 2});
  const auto drawn = b.draw(y, g);
  const auto slots = drawn.slots.to_vector();
  CHECK(drawn.y.to_vector() == y.to_vector());
  CHECK(all_different(slots));
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(slots[i] / 10 == y.to_vector()[i]);
    CHECK(drawn.position.to_vector()[i] == 10.0f + static_cast<float>(slots[i]));
  }
  CHECK(b.draw(labels(), g).position.extents() == jem::shape{0, 1});
}

TEST_CASE("chains stored by class are in the block of that class only") {
  jem::rng g{9};
  buffer b({1}, {.capacity = 12, .restart_probability = 0, .classes = 3}, g);
  for (int k = 0; k < 50; ++k) {
    auto drawn     = b.draw(labels({5}, {0, 1, 2, 1, 0}), g);
    drawn.position = tensor({5, 1}, {100, 101, 102, 101, 100});
    b.store(drawn);
  }
  const auto values = b.positions().to_vector();
  for (std::size_t i = 0; i < 12; ++i)
    CHECK(values[i] == 100.0f + static_cast<float>(i / 4));  // false alarm 3e-6, if a slot was never drawn
}

TEST_CASE("chains may be drawn from class blocks without labels, but not stored") {
  jem::rng g{10};
  auto b           = numbered({.capacity = 12, .restart_probability = 0, .classes = 3}, g);
  const auto drawn = b.draw(5, g);
  CHECK(drawn.position.extents() == jem::shape{5, 1});
  CHECK_THROWS_WITH_AS(b.store(drawn), doctest::Contains("[replay_buffer] expected chains drawn by class"), std::invalid_argument);
  CHECK(b.positions().to_vector()[11] == 21);
}

TEST_CASE("draws by class need a buffer with classes, labels in range, and no more chains than a block has") {
  jem::rng g{11};
  const buffer plain({1}, {.capacity = 12}, g), classes({1}, {.capacity = 12, .classes = 3}, g);
  CHECK_THROWS_WITH_AS(plain.draw(labels({1}, {0}), g),
                       "[replay_buffer] expected a buffer with classes but received labels for one without", std::invalid_argument);
  CHECK_THROWS_WITH_AS(classes.draw(labels({2}, {0, 3}), g), "[replay_buffer] expected labels in [0, 3) but received 3 at index 1",
                       std::invalid_argument);
  CHECK_THROWS_AS(classes.draw(labels({1}, {-1}), g), std::invalid_argument);
  CHECK(classes.draw(labels({4}, {1, 1, 1, 1}), g).position.extent(0) == 4);
  CHECK_THROWS_WITH_AS(classes.draw(labels({5}, {1, 1, 1, 1, 1}), g), "[replay_buffer] expected at most 4 chains in a draw but received 5",
                       std::invalid_argument);
}

TEST_CASE("a buffer refuses options that make no sense") {
  jem::rng g{12};
  const auto make = [&](const jem::replay_options& o) { return buffer({1}, o, g); };
  CHECK_THROWS_AS(make({.capacity = 0}), std::invalid_argument);
  CHECK_THROWS_AS(make({.capacity = -5}), std::invalid_argument);
  CHECK_THROWS_AS(make({.capacity = 10, .classes = -1}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({.capacity = 10, .classes = 3}), "[replay_buffer] expected a capacity that 3 classes divide but received 10",
                       std::invalid_argument);
  CHECK_THROWS_AS(make({.capacity = 10, .restart_probability = -0.1f}), std::invalid_argument);
  CHECK_THROWS_AS(make({.capacity = 10, .restart_probability = 1.1f}), std::invalid_argument);
  CHECK_THROWS_AS(make({.capacity = 10, .restart_probability = std::numeric_limits<float>::quiet_NaN()}), std::invalid_argument);
  auto b = make({.capacity = 10});
  CHECK_THROWS_AS(b.positions(tensor({9, 1}, std::vector<float>(9))), std::invalid_argument);
}

TEST_CASE("the caller may choose where chains start") {
  jem::rng g{13};
  const jem::replay_buffer<tensor, start_at_seven> b({2}, {.capacity = 3, .restart_probability = 1}, g);
  CHECK(b.positions().to_vector() == std::vector<float>(6, 7));
  CHECK(b.draw(2, g).position.to_vector() == std::vector<float>(4, 7));
}

TEST_CASE("a start is told the class of each chain, when the buffer is filled and when a chain restarts") {
  jem::rng g{15};
  jem::replay_buffer<tensor, start_at_class> b({2}, {.capacity = 6, .restart_probability = 1, .classes = 3}, g);
  CHECK(b.positions().to_vector() == std::vector<float>{0, 0, 0, 0, 10, 10, 10, 10, 20, 20, 20, 20});
  CHECK(b.draw(labels({4}, {2, 0, 2, 1}), g).position.to_vector() == std::vector<float>{20, 20, 0, 0, 20, 20, 10, 10});
  b.positions(jem::full<tensor>({6, 2}, 7));
  const auto any   = b.draw(5, g);
  const auto slots = any.slots.to_vector();
  for (std::size_t i = 0; i < 5; ++i) CHECK(any.position.to_vector()[2 * i] == 10.0f * static_cast<float>(slots[i] / 2));
  const jem::replay_buffer<tensor, start_at_class> plain({2}, {.capacity = 3, .restart_probability = 1}, g);
  CHECK(plain.positions().to_vector() == std::vector<float>(6, -1));
  CHECK(plain.draw(2, g).position.to_vector() == std::vector<float>(4, -1));
}

TEST_CASE("the same generator draws the same chains, the next draw draws others") {
  jem::rng g{14};
  const buffer b({1}, {.capacity = 1000}, g);
  jem::rng same    = g;
  const auto first = b.draw(20, g), again = b.draw(20, same), next = b.draw(20, g);
  CHECK(first.slots.to_vector() == again.slots.to_vector());
  CHECK(first.position.to_vector() == again.position.to_vector());
  CHECK(first.slots.to_vector() != next.slots.to_vector());
}
