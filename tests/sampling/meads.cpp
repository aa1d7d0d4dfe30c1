// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/sampling/meads.hpp>

#include <set>

#ifdef _OPENMP
#include <omp.h>
#endif

using namespace test;

namespace {

using T = eigen_double;

/// Deviations 1, 10 and 100.
jem::gaussian<T> uneven() { return {jem::zeros<T>({3}), T({3}, {1, 10, 100})}; }

}  // namespace

TEST_CASE("the heavy eigenvalue is that of the formula, with more rows than columns and with fewer") {
  // x₁ = (1, 0), x₂ = (3, 4), x₃ = (0, 2): products 3, 0, 8; Σ_{i≠j} = 2·(9 + 64), n(n − 1) = 6; Σ‖x‖²/n = 30/3
  CHECK(jem::heavy_eigenvalue(T({3, 2}, {1, 0, 3, 4, 0, 2})) == doctest::Approx(146.0 / 6 / 10));
  CHECK(jem::heavy_eigenvalue(T({2, 3}, {1, 2, 3, 4, 5, 6})) == doctest::Approx(2 * 32.0 * 32 / 2 / ((14 + 77) / 2.0)));
  CHECK(jem::heavy_eigenvalue(jem::zeros<T>({4, 2})) == 0);
  CHECK(jem::heavy_eigenvalue(eigen_float({2, 1}, {1e15f, 1e15f})) == doctest::Approx(1e30));  // fourth powers would overflow
}

TEST_CASE("the heavy eigenvalue of normals in many dimensions is near their variance") {
  jem::rng g{1};
  CHECK(jem::heavy_eigenvalue(2.0 * jem::normal<T>({400, 50}, g)) == doctest::Approx(4).epsilon(0.1));
}

TEST_CASE("four folds have all chains, each once, in another order each time") {
  jem::rng g{2};
  const auto rows = [&](jem::index_t n) {
    std::vector<int> all;
    for (const auto& fold : jem::detail::draw_folds<T>(n, g)) {
      CHECK(fold.size() >= n / 4);
      CHECK(fold.size() <= n / 4 + 1);
      for (const auto row : fold.to_vector()) all.push_back(row);
    }
    return all;
  };
  for (const jem::index_t n : {16, 19, 64}) {
    const auto first = rows(n), second = rows(n);
    CHECK(std::set<int>(first.begin(), first.end()).size() == static_cast<std::size_t>(n));
    CHECK(std::ssize(first) == n);
    CHECK(first != second);
  }
}

TEST_CASE("meads finds scales, a step size and a damping, at less than one gradient a step") {
  jem::rng g{3};
  const auto w = jem::warm_up(jem::meads{}, uneven(), 3000.0 * jem::normal<T>({64, 3}, g), 600, g);
  CHECK(w.report.metric[0] == doctest::Approx(1).epsilon(0.15));
  CHECK(w.report.metric[1] == doctest::Approx(10).epsilon(0.15));
  CHECK(w.report.metric[2] == doctest::Approx(100).epsilon(0.25));
  CHECK(w.report.step_size > 0.25);
  CHECK(w.report.step_size <= 1);
  CHECK(w.report.acceptance > 0.85);
  CHECK(w.report.gradients >= 64 * (150 + 2) + 450 * 48);
  CHECK(w.report.gradients < 64 * 250 + 450 * 48);  // first step sizes are looked for, too
  CHECK(w.kernel.refreshment > 0);
  CHECK(w.kernel.refreshment < 1);
}

TEST_CASE("meads has the same bits for 1, 2 and 7 threads") {
#ifdef _OPENMP
  const int before = omp_get_max_threads();
  std::vector<std::vector<double>> all;
  for (const int threads : {1, 2, 7}) {
    omp_set_num_threads(threads);
    jem::rng g{4};
    const auto w = jem::warm_up(jem::meads{}, uneven(), jem::normal<T>({500, 3}, g), 60, g);
    all.push_back(w.position.to_vector());
    all.back().push_back(w.report.step_size);
  }
  omp_set_num_threads(before);
  CHECK(all[1] == all[0]);
  CHECK(all[2] == all[0]);
#endif
}

TEST_CASE("meads needs 16 chains and 40 steps") {
  jem::rng g{5};
  CHECK_THROWS_WITH_AS((void)jem::warm_up(jem::meads{}, uneven(), jem::zeros<T>({15, 3}), 100, g),
                       "[warm_up] expected chains for meads >= 16 but received 15", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)jem::warm_up(jem::meads{}, uneven(), jem::zeros<T>({16, 3}), 10, g),
                       "[warm_up] expected steps for meads >= 40 but received 10", std::invalid_argument);
  CHECK_NOTHROW((void)jem::warm_up(jem::meads{}, uneven(), jem::zeros<T>({16, 3}), 40, g));
}
