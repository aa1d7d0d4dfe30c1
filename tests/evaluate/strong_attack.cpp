// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/crowd.hpp"

#include <jem/evaluate/attack.hpp>
#include <jem/evaluate/strong_attack.hpp>
#include <jem/nn/flatten.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace evaluate = jem::evaluate;
using T            = jem::tensor<float, jem::eigen>;
using evaluate::l2, evaluate::linf, evaluate::pgd, evaluate::strong_attack;

template <class Net>
concept attackable = requires(const Net& net, const T& x, const jem::labels<T>& y, jem::rng& g) {
  evaluate::robust_accuracy(net, x, y, strong_attack<>{}, g);
  evaluate::perturb(net, x, y, strong_attack<l2>{}, g);
};
static_assert(attackable<jem::linear<T>>);
static_assert(!attackable<jem::linear<jem::tensor<double, jem::eigen>>>, "a network computes in its own type");

namespace {

/// Which images a network classifies correctly.
std::vector<bool> right(const auto& net, const T& x, const jem::labels<T>& y) {
  return jem::metrics::correct(evaluate::logits_of(net, x), y);
}

/// A random linear classifier, images well inside the range of pixels, and its predictions as labels.
struct planes {
  jem::linear<T> net;
  T x;               // (n, d)
  jem::labels<T> y;  // (n)

  planes(jem::index_t classes, jem::rng& g)
      : net{jem::normal<T>({12, classes}, g), T(0.1f * jem::normal<T>({classes}, g))}, x(jem::uniform<T>({60, 12}, -0.5f, 0.5f, g)) {
    y = jem::row_argmax(evaluate::logits_of(net, x));
  }

  /// The distance of each image from the nearest other class: min_j (f_y − f_j)/‖w_y − w_j‖, in the dual norm.
  std::vector<double> distances(bool dual_of_linf) const {
    const auto logits = evaluate::logits_of(net, x).to_vector(), weight = net.weight.to_vector();
    const auto truth = y.to_vector();
    const auto k     = static_cast<std::size_t>(net.out());
    std::vector<double> result(truth.size(), INFINITY);
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const auto own = static_cast<std::size_t>(truth[i]);
      for (std::size_t j = 0; j < k; ++j) {
        double sum = 0, squares = 0;
        for (std::size_t d = 0; d < 12; ++d) {
          const double w = static_cast<double>(weight[d * k + own]) - static_cast<double>(weight[d * k + j]);
          sum += std::abs(w);
          squares += w * w;
        }
        const double margin = static_cast<double>(logits[i * k + own]) - static_cast<double>(logits[i * k + j]);
        if (j != own) result[i] = std::min(result[i], margin / (dual_of_linf ? sum : std::sqrt(squares)));
      }
    }
    return result;
  }
};

/// Four classes of images (n, 100), with logits that depend on the sum s of the pixels: 0 for the label; −1 + s/100, which is below 0 for
/// every image in the ball; −10 − s, which is above 0 for many; and −50.
jem::linear<T> decoy(float times) {
  std::vector<float> weight(400);
  for (std::size_t i = 0; i < 100; ++i) weight[4 * i + 1] = 0.01f * times, weight[4 * i + 2] = -times;
  return {T({100, 4}, weight), T({4}, {0, -times, -10 * times, -50 * times})};
}

/// A network that always predicts class 0, and counts the images of all forward passes.
struct steadfast {
  jem::index_t* shown;
  jem::index_t classes;

  template <jem::tensor_value X>
  struct cache {
    jem::shape input;
  };
  static auto parameters(auto&) { return std::tuple<>{}; }

  template <jem::tensor_value X>
  X forward(const X& x, cache<X>& c) const {
    c.input = x.extents();
    *shown += x.extent(0);
    X logits = jem::zeros<X>({x.extent(0), classes});
    jem::add_at(logits, jem::full<jem::labels<X>>({x.extent(0)}, 0), 1);
    return logits;
  }
  template <jem::tensor_value X>
  X backward(const X&, cache<X>& c, steadfast*) const {
    return jem::full<X>(c.input, 1);
  }
};

}  // namespace

TEST_CASE("a strong attack on a linear classifier of any number of classes succeeds just for images within its radius") {
  for (const jem::index_t classes : {2, 3, 4, 10}) {
    jem::rng g{17};
    const planes p(classes, g);
    const auto check = [&](const auto& attack, bool dual_of_linf, double grey) {
      CAPTURE(classes);
      CAPTURE(dual_of_linf);
      const auto stands    = right(p.net, evaluate::perturb(p.net, p.x, p.y, attack, g), p.y);
      const auto distances = p.distances(dual_of_linf);
      int fallen = 0, left = 0;
      for (std::size_t i = 0; i < stands.size(); ++i) {
        const double ratio = distances[i] / static_cast<double>(attack.radius());
        if (std::abs(ratio - 1) < grey) continue;
        CHECK(stands[i] == (ratio > 1));
        (stands[i] ? left : fallen) += 1;
      }
      CHECK(fallen > 5);
      CHECK(left > 5);
    };
    check(strong_attack{.epsilon = 0.02f, .starts = 5}, true, 1e-4);
    check(strong_attack{.norm = l2{}, .epsilon = 0.08f, .starts = 5}, false, 2e-3);
  }
}

TEST_CASE("a strong attack finds the distance of a plane on every backend") {
  test::on_every_tensor([]<class X>() {
    // f_1 − f_0 = 0.9 at the origin, with a slope of 4.5 in L∞ and 2.5 in L2; the logits of the other two classes are far below
    const jem::sequential net{jem::flatten{},
                              jem::linear<X>{X({4, 4}, {0, 1, 0, 0, 0, -2, 0, 0, 0, 0.5f, 0, 0, 0, 1, 0, 0}), X({4}, {0, 0.9f, -30, -40})}};
    const auto robust = [&](const auto& attack) {
      jem::rng g{11};
      return evaluate::robust_accuracy(net, jem::zeros<X>({1, 2, 2, 1}), jem::labels<X>({1}, {1}), attack, g);
    };
    CHECK(robust(strong_attack{.epsilon = 0.0999f, .steps = 20, .starts = 1}) == 1);
    CHECK(robust(strong_attack{.epsilon = 0.1001f, .steps = 20, .starts = 1}) == 0);
    CHECK(robust(strong_attack{.norm = l2{}, .epsilon = 0.1798f, .steps = 20, .starts = 1}) == 1);
    CHECK(robust(strong_attack{.norm = l2{}, .epsilon = 0.1803f, .steps = 20, .starts = 1}) == 0);
  });
}

TEST_CASE("a strong attack succeeds where the gradient of the cross-entropy leads to a class out of reach") {
  const T x = jem::zeros<T>({20, 100});
  const jem::labels<T> y(jem::full<jem::labels<T>>({20}, 0));
  for (const float times : {1.0f, 1000.0f}) {
    jem::rng g{1};
    CHECK(evaluate::robust_accuracy(decoy(times), x, y, pgd{.epsilon = 0.1f}, g) == 1);
    CHECK(evaluate::robust_accuracy(decoy(times), x, y, strong_attack{.epsilon = 0.1f, .starts = 1}, g) == 0);
    CHECK(evaluate::robust_accuracy(decoy(times), x, y, strong_attack{.epsilon = 0.045f, .starts = 1}, g) == 1);  // 100·0.09 < 10
  }
}

TEST_CASE("a strong attack is no weaker than projected gradient descent, and does not depend on the size of the logits") {
  jem::rng g{3};
  const test::crowd<T> crowd(200, 10, g);
  const auto robust = [&](float times, const auto& attack) {
    jem::rng own{5};
    return evaluate::robust_accuracy(crowd.net(times), crowd.images, crowd.y, attack, own);
  };
  const strong_attack in_cube{.epsilon = 0.06f, .steps = 50, .starts = 1};
  const strong_attack in_ball{.norm = l2{}, .epsilon = 0.18f, .steps = 50, .starts = 1};
  const double cube = robust(1, in_cube), ball = robust(1, in_ball);
  CHECK(cube > 0.3);
  CHECK(ball > 0.3);
  for (const float times : {1e-3f, 1000.0f, 1e20f}) {
    CAPTURE(times);
    CHECK(std::abs(robust(times, in_cube) - cube) <= 0.01);
    CHECK(std::abs(robust(times, in_ball) - ball) <= 0.01);
  }
  for (const float times : {1e-3f, 1.0f, 1000.0f}) {
    CHECK(cube <= robust(times, pgd{.epsilon = 0.06f, .restarts = 2}) + 0.01);
    CHECK(ball <= robust(times, pgd{.norm = l2{}, .epsilon = 0.18f, .restarts = 2}) + 0.01);
  }
}

TEST_CASE("a strong attack returns wrong images in the ball and in the range of pixels, and the others unchanged") {
  jem::rng g{3};
  const test::crowd<T> crowd(40, 5, g);
  const auto net          = crowd.net(1);
  const T& x              = crowd.images;
  const jem::labels<T>& y = crowd.y;
  const auto check        = [&](const auto& attack, jem::index_t part) {
    jem::rng own{7}, again{7};
    const T found     = evaluate::perturb(net, x, y, attack, own, part);
    const auto stands = right(net, found, y);
    const auto left   = static_cast<double>(std::ranges::count(stands, true));
    CHECK(left / 40 == evaluate::robust_accuracy(net, x, y, attack, again, part));
    CHECK(own == again);
    CHECK(left > 0);
    CHECK(left < 40);
    CHECK(std::ranges::all_of(found.to_vector(), [](float v) { return std::abs(v) <= 1; }));
    const T change     = found - x;
    const auto lengths = jem::row_dots(change, change).to_vector();
    for (std::size_t i = 0; i < 40; ++i) CHECK((lengths[i] == 0) == stands[i]);
    return change;
  };
  for (const jem::index_t part : {7, 500}) {
    const auto in_cube = check(strong_attack{.epsilon = 0.1f, .steps = 20, .starts = 1}, part).to_vector();
    CHECK(std::ranges::all_of(in_cube, [](float v) { return std::abs(v) <= 0.2f + 1e-6f; }));
    const T in_ball = check(strong_attack{.norm = l2{}, .epsilon = 0.3f, .steps = 20, .starts = 1}, part);
    CHECK(std::sqrt(std::ranges::max(jem::row_dots(in_ball, in_ball).to_vector())) <= 0.6f + 1e-6f);
  }
}

TEST_CASE("a strong attack makes as many ascents as the number of classes allows") {
  const auto looks = [](jem::index_t classes) {
    jem::index_t shown = 0;
    jem::rng g{1};
    const strong_attack attack{.steps = 7, .starts = 2, .targets = 4};
    const double robust = evaluate::robust_accuracy(steadfast{&shown, classes}, jem::zeros<T>({3, 2}), {{3}, {0, 0, 0}}, attack, g);
    CHECK(robust == 1);
    return shown / 3;
  };
  CHECK(looks(1) == 1 + 2 * 8);
  CHECK(looks(2) == 1 + 2 * 8);
  CHECK(looks(3) == 1 + 4 * 8);
  CHECK(looks(4) == 1 + 4 * 8 + 3 * 9);  // for each target one more forward pass, of the clean images
  CHECK(looks(10) == 1 + 4 * 8 + 4 * 9);
}

TEST_CASE("images that are wrong, before or during the attack, take no more forward passes") {
  jem::index_t shown = 0;
  jem::rng g{1};
  const strong_attack attack{.steps = 7, .starts = 1};
  const T x({3, 2}, {0, 0, 0.5f, 0, 0.25f, 0});
  CHECK(evaluate::robust_accuracy(steadfast{&shown, 3}, x, {{3}, {1, 0, 2}}, attack, g) == 1 / 3.0);
  CHECK(shown == 3 + 2 * 8);
  CHECK(evaluate::perturb(steadfast{&shown, 3}, x, {{3}, {1, 0, 2}}, attack, g).to_vector() == x.to_vector());
  shown = 0;
  CHECK(evaluate::robust_accuracy(steadfast{&shown, 3}, x, {{3}, {1, 1, 2}}, attack, g) == 0);
  CHECK(shown == 3);
}

TEST_CASE("targets are the most likely other classes, one after the other") {
  test::on_every_tensor([]<class X>() {
    const X logits({2, 4}, {3, 0, 2, 1, 5, 9, 7, 6});
    const jem::labels<X> y({2}, {0, 1});
    CHECK(evaluate::detail::rivals(logits, y, 0).to_vector() == std::vector<std::int32_t>{2, 2});
    CHECK(evaluate::detail::rivals(logits, y, 1).to_vector() == std::vector<std::int32_t>{3, 3});
    CHECK(evaluate::detail::rivals(logits, y, 2).to_vector() == std::vector<std::int32_t>{1, 0});
  });
}

TEST_CASE("the same generator gives the same strong attack") {
  jem::rng g{3}, a{4}, b{4};
  const test::crowd<T> crowd(30, 4, g);
  const strong_attack attack{.norm = l2{}, .epsilon = 0.3f, .steps = 10, .starts = 1};
  const auto first = evaluate::perturb(crowd.net(1), crowd.images, crowd.y, attack, a).to_vector();
  CHECK(first == evaluate::perturb(crowd.net(1), crowd.images, crowd.y, attack, b).to_vector());
  CHECK(a == b);
}

TEST_CASE("the robust accuracy of no images under a strong attack is NaN") {
  jem::rng g{1};
  const test::crowd<T> crowd(0, 4, g);
  CHECK(std::isnan(evaluate::robust_accuracy(crowd.net(1), crowd.images, crowd.y, strong_attack{}, g)));
  CHECK(evaluate::perturb(crowd.net(1), crowd.images, crowd.y, strong_attack{}, g).extents() == crowd.images.extents());
}

TEST_CASE("a strong attack refuses settings out of range, images of another range, and labels that are no classes") {
  jem::rng g{1};
  const jem::linear<T> net{T({2, 2}, {1, 0, 0, 1}), T({2}, {0, 0})};
  const T x = jem::zeros<T>({1, 2});
  const jem::labels<T> y({1}, {1});
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const auto attack   = [&](const auto& settings) { return evaluate::robust_accuracy(net, x, y, settings, g); };
  CHECK_THROWS_WITH_AS(attack(strong_attack{.steps = 0}), "[strong_attack] expected steps >= 1 but received 0", std::invalid_argument);
  CHECK_THROWS_WITH(attack(strong_attack{.starts = 0}), doctest::Contains("starts >= 1"));
  CHECK_THROWS_WITH(attack(strong_attack{.targets = -1}), doctest::Contains("targets >= 1 but received -1"));
  CHECK_THROWS_WITH(attack(strong_attack{.epsilon = -0.1f}), doctest::Contains("[strong_attack] expected epsilon >= 0"));
  CHECK_THROWS_WITH(attack(strong_attack{.epsilon = nan}), doctest::Contains("epsilon >= 0"));
  CHECK_THROWS_WITH(attack(strong_attack{.pixel_range = 0}), doctest::Contains("pixel_range > 0"));
  const auto with = [&](const T& images, const jem::labels<T>& truth) { return evaluate::perturb(net, images, truth, strong_attack{}, g); };
  CHECK_THROWS_WITH(with(jem::full<T>({1, 2}, 255), y), doctest::Contains("images in [-1.0"));
  CHECK_THROWS_WITH(with(x, {{2}, {0, 1}}), doctest::Contains("[strong_attack] expected (1) but received (2)"));
  CHECK_THROWS_WITH(with(x, {{1}, {2}}), doctest::Contains("labels in [0, 2)"));
}
