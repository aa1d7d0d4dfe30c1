// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/combine.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/energy/mask.hpp>
#include <jem/energy/prepared.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/sampling/sgld.hpp>

#include <algorithm>
#include <vector>

using namespace test;
using jem::index_t;

namespace {

using T = eigen_float;

/// ½‖x‖² that counts how often it is copied and prepared, and has a number of rows to take at once.
struct watched {
  struct record {
    int copies = 0, prepared = 0;
  };
  record* seen;
  index_t rows = 0;

  explicit watched(record* r, index_t n = 0) : seen(r), rows(n) {}
  watched(const watched& other) : seen(other.seen), rows(other.rows) { ++seen->copies; }
  watched(watched&&) = default;

  jem::gaussian<T> normal() const { return {jem::zeros<T>({3}), jem::full<T>({3}, 1.0f)}; }
  T value(const T& x) const { return normal().value(x); }
  T value_and_grad(const T& x, T& grad) const { return normal().value_and_grad(x, grad); }
};

/// ½‖x‖² of images.
struct bowl {
  static constexpr bool row_wise = true;

  T value(const T& x) const {
    return 0.5f * jem::row_sums(jem::map(x, [](float v) { return v * v; }));
  }
  T value_and_grad(const T& x, T& grad) const {
    grad = x;
    return value(x);
  }
};

struct preparable : watched {
  using watched::watched;

  jem::gaussian<T> prepared(const T&) const {
    ++seen->prepared;
    return normal();
  }
  index_t rows_at_once() const { return rows; }
};

static_assert(jem::preparable_energy<preparable, T> && !jem::preparable_energy<watched, T>);
static_assert(jem::preparable_energy<jem::energy_sum<preparable, watched>, T> &&
              jem::preparable_energy<jem::energy_sum<watched, preparable>, T>);
static_assert(!jem::preparable_energy<jem::energy_sum<watched, watched>, T>, "nothing to prepare, nothing to copy");
static_assert(jem::preparable_energy<jem::tempered_energy<preparable>, T> && !jem::preparable_energy<jem::tempered_energy<watched>, T>);
static_assert(jem::preparable_energy<jem::masked_energy<preparable, T>, T> && !jem::preparable_energy<jem::masked_energy<watched, T>, T>);
static_assert(jem::says_rows<jem::energy_sum<watched, preparable>> && !jem::says_rows<jem::energy_sum<watched, watched>>);
static_assert(jem::says_rows<jem::tempered_energy<preparable>> && !jem::says_rows<jem::tempered_energy<watched>>);
static_assert(jem::row_wise<jem::energy_reference<jem::gaussian<T>>> && !jem::row_wise<jem::energy_reference<watched>>);

}  // namespace

TEST_CASE("a sum is prepared once for a run, and an energy with nothing to prepare is not copied") {
  watched::record first, second;
  const jem::energy_sum<preparable, watched> sum{preparable(&first), watched(&second)};
  second.copies = 0;
  jem::rng g{1};
  const jem::sgld langevin{.step_size = jem::constant{0.1f}};
  (void)jem::evolve(langevin, sum, waves<T>({4, 3}), 7, g);
  (void)jem::sample(langevin, jem::temper(sum, 2.0f), waves<T>({4, 3}), 5, g);
  CHECK(first.prepared == 2);
  CHECK(second.copies == 1);  // by temper, which copies its argument
}

TEST_CASE("a sum takes the smallest number of rows at once that one of its energies wants, and all rows if one wants all") {
  watched::record r;
  const auto rows = [&](index_t a, index_t b) { return jem::sum_energies(preparable(&r, a), preparable(&r, b)).rows_at_once(); };
  CHECK(rows(8, 16) == 8);
  CHECK(rows(16, 8) == 8);
  CHECK(rows(0, 8) == 0);
  CHECK(rows(8, 0) == 0);
  CHECK(jem::sum_energies(preparable(&r, 8), watched(&r)).rows_at_once() == 8);
  CHECK(jem::sum_energies(watched(&r), preparable(&r, 8)).rows_at_once() == 8);
  CHECK(jem::temper(preparable(&r, 8), 2.0f).rows_at_once() == 8);
}

TEST_CASE("sums, tempered and masked energies of a network have the same bits when they are prepared") {
  jem::rng g{2};
  const jem::convnet<T> net({.height = 8, .width = 8, .channels = 1, .classes = 3, .widths = {16, 16}}, g);
  const T x = waves<T>({20, 8, 8, 1}), observed = jem::zeros<T>({8, 8, 1});
  std::vector<float> held(64);
  std::fill_n(held.begin(), 32, 1.0f);
  const T upper({8, 8, 1}, held);
  T gradient, still_gradient, alone;
  const jem::marginal_energy model{net};
  const auto prepared = [&](const auto& energy) {
    const auto still  = energy.prepared(x);
    const auto values = energy.value_and_grad(x, gradient).to_vector();
    CHECK(still.value_and_grad(x, still_gradient).to_vector() == values);
    CHECK(still_gradient.to_vector() == gradient.to_vector());
    CHECK(still.value(x).to_vector() == energy.value(x).to_vector());
    jem::gradient_of(still, x, alone);
    CHECK(alone.to_vector() == gradient.to_vector());
    return still;
  };
  CHECK(prepared(jem::temper(model, 2.0f)).rows_at_once() == 16);
  CHECK(prepared(jem::sum_energies(model, bowl{})).rows_at_once() == 16);
  CHECK(prepared(jem::temper(jem::sum_energies(bowl{}, model), 0.5f)).rows_at_once() == 16);
  prepared(jem::masked(model, observed, upper));
}

TEST_CASE("a network's energy at temperature 2 with steps of 2 moves chains as without a temperature with steps of 1") {
  jem::rng g{3};
  const jem::convnet<T> net({.height = 8, .width = 8, .channels = 1, .classes = 3, .widths = {16, 16}}, g);
  const T start = waves<T>({40, 8, 8, 1});
  const jem::marginal_energy model{net};
  const auto silent = [&](const auto& energy, float step) {
    return jem::evolve(jem::sgld{.step_size = jem::constant{step}, .noise = jem::fixed_noise{0.0f}}, energy, start, 3, g).to_vector();
  };
  const auto tempered = silent(jem::temper(model, 2.0f), 2.0f);
  CHECK(largest_difference(tempered, silent(model, 1.0f)) < 1e-5);
  CHECK(largest_difference(tempered, start.to_vector()) > 1e-3);
}
