// SPDX-License-Identifier: MIT
#include <jem/train/states_in_memory.hpp>

#include <doctest/doctest.h>

namespace {

/// A state with only the members that a keeper reads.
struct counted {
  jem::index_t iteration = 0;
  jem::rng random{1};
};

struct without_memory {};

static_assert(jem::state_keeper<jem::states_in_memory<counted>, counted>);
static_assert(!jem::state_keeper<without_memory, counted>);
static_assert(!jem::state_keeper<jem::states_in_memory<counted>, without_memory>);

}  // namespace

TEST_CASE("both states in memory are the first one, and prove makes the candidate the good state") {
  jem::states_in_memory<counted> kept(counted{7});
  CHECK(kept.good().iteration == 7);
  CHECK(kept.candidate() == 7);
  CHECK(kept.prove({50}));
  CHECK(kept.good().iteration == 7);
  CHECK(kept.candidate() == 50);
  CHECK(kept.prove({100}));
  kept.forget_older();
  CHECK(kept.good().iteration == 50);
  CHECK(kept.candidate() == 100);
}

TEST_CASE("go_back makes the good state the candidate, and reseed gives the candidate another generator") {
  jem::states_in_memory<counted> kept(counted{7});
  kept.prove({50});
  counted state{90, jem::rng{2}};
  kept.go_back(state);
  CHECK(state.iteration == 7);
  CHECK(state.random == jem::rng{1});
  CHECK(kept.candidate() == 7);
  kept.reseed(jem::rng{3});
  CHECK(kept.good(state).random == jem::rng{1});
  kept.prove({60});
  CHECK(kept.good(state).random == jem::rng{3});
}
