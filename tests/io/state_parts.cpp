// SPDX-License-Identifier: MIT
#include "support/backends.hpp"

#include <jem/io/state_parts.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/normalize.hpp>
#include <jem/nn/sequential.hpp>

#include <doctest/doctest.h>

#include <limits>

using tensor = jem::tensor<float, jem::eigen>;

namespace {

enum class phase : std::uint8_t { before, after };

/// A user's state with parts of all kinds.
struct diary {
  tensor x{jem::shape{2}};
  jem::tensor<jem::bfloat16, jem::eigen> half{jem::shape{2}};
  std::vector<std::int32_t> order = {};
  std::uint64_t large             = 0;
  double best                     = 0;
  bool done                       = false;
  phase now                       = phase::before;
  jem::linear<tensor> layer{tensor(jem::shape{2, 1}), tensor(jem::shape{1})};
  jem::rng random = {};
  int not_kept    = 0;

  static void each_part(auto& self, auto f) {
    f("x", self.x), f("half", self.half), f("order", self.order), f("large", self.large), f("best", self.best);
    f("done", self.done), f("now", self.now), f("layer", self.layer), f("random", self.random);
  }
};

/// A part that refuses negative numbers.
struct count {
  jem::index_t n = 0;

  static void each_part(auto& self, auto f) { f("n", self.n); }
  void check_parts() const { jem::expect_at_least("count", "n", 0, n); }
};

struct counts {
  count left, right;

  static void each_part(auto& self, auto f) { f("left", self.left), f("right", self.right); }
};

struct twice_the_same {
  int a = 0, b = 0;

  static void each_part(auto& self, auto f) { f("a", self.a), f("a", self.b); }
};

}  // namespace

TEST_CASE("a user's state keeps every bit of the parts that it names, on every backend, and others are left as they are") {
  diary written{.order = {3, -1, 2}, .large = std::numeric_limits<std::uint64_t>::max(), .best = 0.1, .done = true, .now = phase::after};
  written.x            = tensor({2}, {0.1f, std::numeric_limits<float>::infinity()});
  written.half         = jem::converted<jem::bfloat16>(tensor({2}, {1.5f, -3}));
  written.layer.weight = tensor({2, 1}, {1, 2});
  written.random       = {.key = 7, .counter = std::uint64_t{1} << 40};
  const auto parts     = jem::io::parts_of(written);
  diary read{.not_kept = 5};
  jem::io::assign_parts(parts, read, "it");
  CHECK(jem::io::parts_of(read) == jem::io::parts_of(written));
  CHECK(read.order == std::vector<std::int32_t>{3, -1, 2});
  CHECK(read.large == std::numeric_limits<std::uint64_t>::max());
  CHECK(read.best == 0.1);
  CHECK((read.done && read.now == phase::after));
  CHECK(read.random == written.random);
  CHECK(read.not_kept == 5);
  test::on_every_tensor([&]<class T>() {
    jem::rng g{1};
    jem::sequential net(jem::make_linear<T>(3, 2, g), jem::normalize<T>(2));
    const auto kept = jem::io::parts_of(net);
    auto other      = net;
    for_each_named_tensor([](const std::string&, T& x) { fill(x, 9); }, other);
    jem::io::assign_parts(kept, other, "it");
    CHECK(jem::io::parts_of(other) == jem::io::parts_of(net));
  });
}

TEST_CASE("the check of a type is called wherever a part has that type") {
  counts state{{1}, {2}};
  auto parts                = jem::io::parts_of(state);
  parts["right.n"].bytes[7] = 0x80;
  CHECK_THROWS_WITH_AS(jem::io::assign_parts(parts, state, "it"), doctest::Contains("it, right: [count] expected n >= 0"),
                       std::runtime_error);
  CHECK(state.right.n == 2);
}

TEST_CASE("two parts of one name are refused before anything is written") {
  CHECK_THROWS_AS((void)jem::io::parts_of(twice_the_same{}), std::invalid_argument);
}
