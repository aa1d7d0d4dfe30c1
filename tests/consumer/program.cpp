// SPDX-License-Identifier: MIT
// A small program of a project that uses jem. Exits with 0 if every draw is finite.
#include <jem/jem.hpp>

#include <algorithm>
#include <cmath>

using tensor = jem::tensor<float, jem::eigen>;

struct banana {
  constexpr auto operator()(auto x, auto y) const { return square(1 - x) / 2 + square(y - x * x); }
};

int main() {
  const jem::hmc kernel{{.step_size = 0.1f, .steps = 5}};
  jem::rng rng{42};
  const auto start  = jem::normal<tensor>({10, 2}, rng);
  const auto draws  = jem::sample(kernel, jem::pointwise<2>(banana{}), start, 3, rng);  // (3, 10, 2)
  const auto values = draws.to_vector();
  return std::ranges::all_of(values, [](float v) { return std::isfinite(v); }) && values.size() == 60 ? 0 : 1;
}
