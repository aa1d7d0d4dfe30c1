// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/evaluate/adaptive_ascent.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/sequential.hpp>

#include <cmath>

namespace evaluate = jem::evaluate;
namespace detail   = jem::evaluate::detail;
using T            = jem::tensor<float, jem::eigen>;

namespace {

template <class Norm>
struct ball {
  Norm norm;
  jem::index_t steps = 100;
  float low          = -1;

  float radius() const { return 0.5f; }
  float high() const { return 1; }
};

/// −‖logits − c‖²
template <class X>
struct nearness {
  X c;  // (n, k)

  X operator()(const X& logits, const jem::labels<X>&, X& slope) const {
    slope = c - logits;
    return -jem::row_dots(slope, slope);
  }
  void keep(const jem::labels<X>& rows) { c = jem::gather_rows(c, rows); }
};

/// Each row's squared distance from c after an ascent from images of zeros. The network's logits are the images themselves.
template <class X, class Norm>
std::vector<float> distances_left(const Norm& norm, const X& c) {
  const jem::sequential net{jem::flatten{}};
  const X x = jem::zeros<X>(c.extents());
  detail::chase<jem::sequential<jem::flatten>, X> run{&net, x, jem::full<jem::labels<X>>({c.extent(0)}, 0), x};
  jem::rng g{5};
  X best;
  detail::ascend(run, ball<Norm>{norm}, nearness<X>{c}, g, [&](auto& ascent) { best = ascent.best; });
  best = best - c;
  return jem::row_dots(best, best).to_vector();
}

}  // namespace

TEST_CASE("the step size is checked at the iterations of the paper, and at the last one") {
  CHECK(detail::checkpoints(100) == std::vector<jem::index_t>{22, 41, 57, 70, 80, 87, 93, 99, 100});
  CHECK(detail::checkpoints(1000) == std::vector<jem::index_t>{220, 410, 570, 700, 800, 870, 930, 990, 1000});
  CHECK(detail::checkpoints(50) == std::vector<jem::index_t>{11, 21, 29, 35, 40, 44, 47, 50});
  CHECK(detail::checkpoints(3) == std::vector<jem::index_t>{1, 2, 3});
  CHECK(detail::checkpoints(1) == std::vector<jem::index_t>{1});
}

TEST_CASE("the step size is halved if too few steps rose, or if since the last check neither the step size nor the best value changed") {
  constexpr detail::gets_nowhere<float> nowhere{0.75f * 8};
  static_assert(nowhere(5, 1, 0) == 1, "five of eight steps rose");
  static_assert(nowhere(6, 1, 0) == 0);
  static_assert(nowhere(8, 0, 0) == 1, "the best did not, and the last checkpoint changed nothing");
  static_assert(nowhere(8, 0, 1) == 0);
}

TEST_CASE("an ascent comes close to a peak inside the ball, which needs shorter and shorter steps") {
  test::on_every_tensor([]<class X>() {
    const X peaks({3, 2}, {0.1f, -0.2f, 0.3f, 0.3f, 0, 0});
    for (const float left : distances_left(evaluate::l2{}, peaks)) CHECK(std::sqrt(left) < 0.02);
    for (const float left : distances_left(evaluate::linf{}, peaks)) CHECK(std::sqrt(left) < 0.02);
  });
}

TEST_CASE("an ascent to a peak outside the ball ends at its edge") {
  const auto at_edge = distances_left(evaluate::l2{}, T({1, 2}, {3, 4}))[0];
  CHECK(std::sqrt(at_edge) == doctest::Approx(4.5).epsilon(1e-4));
  const auto at_corner = distances_left(evaluate::linf{}, T({1, 2}, {3, -4}))[0];
  CHECK(at_corner == doctest::Approx(2.5 * 2.5 + 3.5 * 3.5).epsilon(1e-6));
}

TEST_CASE("images that leave an ascent do not change the ascent of the others") {
  const auto climb = [](bool let_go) {
    const jem::sequential net{jem::flatten{}};
    const T x = jem::zeros<T>({3, 2});
    detail::chase<jem::sequential<jem::flatten>, T> run{&net, x, jem::full<jem::labels<T>>({3}, 0), x};
    jem::rng g{5};
    int looks = 0;
    T best;
    detail::ascend(run, ball<evaluate::l2>{}, nearness<T>{T({3, 2}, {0.1f, -0.2f, 0.3f, 0.3f, 2, 2})}, g, [&](auto& ascent) {
      if (++looks == 30 && let_go) ascent.keep(jem::labels<T>({2}, {0, 2}));
      best = ascent.best;
    });
    return best.to_vector();
  };
  const auto all = climb(false), two = climb(true);
  CHECK(std::vector<float>{all[0], all[1], all[4], all[5]} == two);
}
