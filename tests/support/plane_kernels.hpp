// SPDX-License-Identifier: MIT
// An energy on the plane, and a kernel of each kind for it.
#pragma once

#include <jem/energy/pointwise.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sgld.hpp>

namespace test {

struct banana {
  constexpr auto operator()(auto x, auto y) const { return square(1 - x) / 2 + square(y - x * x); }
};
inline const auto energy = jem::pointwise<2>(banana{});

inline const jem::sgld annealed{.step_size = [](jem::index_t k) { return 0.1f / static_cast<float>(1 + k); },
                                .transform = jem::clip_norm{1.0f}};
inline const jem::mala langevin{{.step_size = 0.1f}};
inline const jem::hmc hamiltonian{{.step_size = 0.2f, .steps = 5}};

}  // namespace test
