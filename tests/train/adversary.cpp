// SPDX-License-Identifier: MIT
// What a trainer does with an adversary is asked by tests/train/trainer.cpp.
#include "../support/backends.hpp"

#include <jem/nn/linear.hpp>
#include <jem/train/adversary.hpp>

namespace {

using T   = jem::tensor<float, jem::eigen>;
using net = jem::linear<T>;

struct of_images_alone {
  void operator()(T&, jem::rng&) const {}
};
struct that_changes_itself {
  void operator()(const net&, T&, const jem::labels<T>&, jem::rng&) {}
};

static_assert(jem::batch_adversary<jem::no_adversary, net>);
static_assert(!jem::batch_adversary<of_images_alone, net> && !jem::batch_adversary<that_changes_itself, net>);

}  // namespace

TEST_CASE("no adversary leaves images and generator alone") {
  test::on_every_tensor([]<class X>() {
    X x({2, 2}, {1, -2, 3, 9});
    jem::rng g{1};
    jem::no_adversary{}(0, x, jem::labels<X>({2}, {0, 1}), g);
    CHECK(x.to_vector() == std::vector<float>{1, -2, 3, 9});
    CHECK(g == jem::rng{1});
  });
}
