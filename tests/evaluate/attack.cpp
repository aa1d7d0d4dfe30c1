// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/crowd.hpp"

#include <jem/evaluate/attack.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/sequential.hpp>

#include <algorithm>
#include <limits>
#include <tuple>

namespace evaluate = jem::evaluate;
using T            = jem::tensor<float, jem::eigen>;
using evaluate::l2, evaluate::pgd;

template <class Net>
concept attackable =
    requires(const Net& net, const T& x, const jem::labels<T>& y, jem::rng& g) { evaluate::robust_accuracy(net, x, y, pgd<>{}, g); };
static_assert(attackable<jem::linear<T>>);
static_assert(!attackable<jem::linear<jem::tensor<double, jem::eigen>>>, "a network computes in its own type");

namespace {

/// Two classes of images (n, 2, 2, 1), separated by the plane w·x + b = 0 with w = (1, −2, ½, 1), ‖w‖₁ = 4.5 and ‖w‖₂ = 2.5.
template <class X>
auto plane(float b) {
  return jem::sequential{jem::flatten{}, jem::linear<X>{X({4, 2}, {0, 1, 0, -2, 0, 0.5f, 0, 1}), X({2}, {0, b})}};
}

template <class X, class Norm>
double robust_at_origin(float b, const pgd<Norm>& attack) {
  jem::rng g{11};
  return evaluate::robust_accuracy(plane<X>(b), jem::zeros<X>({1, 2, 2, 1}), jem::labels<X>({1}, {1}), attack, g);
}

double largest_change(const T& a, const T& b) {
  double largest = 0;
  for (const float d : (a - b).to_vector()) largest = std::max(largest, std::abs(static_cast<double>(d)));
  return largest;
}

double longest_change(const T& a, const T& b) {
  const T d          = a - b;
  const auto lengths = jem::row_dots(d, d).to_vector();
  return std::sqrt(*std::ranges::max_element(lengths));
}

std::vector<float> cross_entropies(const auto& net, const T& x, const jem::labels<T>& y) {
  const T logits = evaluate::logits_of(net, x);
  return (jem::log_sum_exp(logits) - jem::pick(logits, y)).to_vector();
}

/// Class 1 in a narrow gate around 0.1 and class 0 elsewhere, with a gradient that always points up: an attack passes through the gate and
/// goes on, so that its last image is not adversarial. Counts the images of all forward passes.
struct gate {
  jem::index_t* shown;

  template <jem::tensor_value X>
  struct cache {
    jem::shape input;
  };
  static auto parameters(auto&) { return std::tuple<>{}; }

  template <jem::tensor_value X>
  X forward(const X& x, cache<X>& c) const {
    c.input = x.extents();
    *shown += x.extent(0);
    std::vector<typename X::value_type> logits;
    for (const auto value : x.to_vector()) logits.insert(logits.end(), {0, std::abs(value - 0.1f) < 0.05f ? 1.0f : -1.0f});
    return X({x.extent(0), 2}, logits);
  }
  template <jem::tensor_value X>
  X backward(const X&, cache<X>& c, gate*) const {
    return jem::full<X>(c.input, 1);
  }
};

struct broken {
  template <jem::tensor_value X>
  struct cache {};
  static auto parameters(auto&) { return std::tuple<>{}; }

  template <jem::tensor_value X>
  X forward(const X& x, cache<X>&) const {
    return jem::full<X>({x.extent(0), 2}, std::numeric_limits<float>::quiet_NaN());
  }
  template <jem::tensor_value X>
  X backward(const X& dy, cache<X>&, broken*) const {
    return dy;
  }
};

}  // namespace

// A margin of 0.9 at the origin means a distance of 0.9 / 4.5 = 0.2 in L∞ and 0.9 / 2.5 = 0.36 in L2, and half of that in units of pixels.
TEST_CASE("a linear classifier withstands attacks within its robust radius, and no larger ones") {
  test::on_every_tensor([]<class X>() {
    CHECK(robust_at_origin<X>(0.9f, pgd{.epsilon = 0.099f}) == 1);
    CHECK(robust_at_origin<X>(0.9f, pgd{.epsilon = 0.101f}) == 0);
    CHECK(robust_at_origin<X>(0.9f, pgd{.norm = l2{}, .epsilon = 0.178f}) == 1);
    CHECK(robust_at_origin<X>(0.9f, pgd{.norm = l2{}, .epsilon = 0.186f}) == 0);  // the attack's direction is right to a few degrees
  });
}

TEST_CASE("epsilon is in units of pixels in [0, 1], so that data in [-1, 1] move twice as far") {
  CHECK(pgd{.epsilon = 8.0f / 255}.radius() == 16.0f / 255);
  CHECK(pgd{.epsilon = 8.0f / 255, .low = 0, .pixel_range = 1}.radius() == 8.0f / 255);
  // The same plane for data in [0, 1]: the image is 0.5, and a distance of 0.2 is an epsilon of 0.2.
  jem::rng g{1};
  const T grey = jem::full<T>({1, 2, 2, 1}, 0.5f);
  const jem::labels<T> y({1}, {1});
  const auto robust = [&](float epsilon) {
    return evaluate::robust_accuracy(plane<T>(0.9f - 0.25f), grey, y, pgd{.epsilon = epsilon, .low = 0, .pixel_range = 1}, g);
  };
  CHECK(robust(0.198f) == 1);
  CHECK(robust(0.202f) == 0);
}

TEST_CASE("an attack does not leave the range of pixels, even for an image in a corner of it") {
  jem::rng g{1};
  const jem::linear<T> net{T({2, 2}, {0, 1, 0, 1}), T({2}, {0, 2.05f})};  // a margin of 0.05 at (−1, −1), which is smaller outside
  const T x({1, 2}, {-1, -1});
  const jem::labels<T> y({1}, {1});
  CHECK(evaluate::robust_accuracy(net, x, y, pgd{.epsilon = 0.25f}, g) == 1);
  CHECK(evaluate::robust_accuracy(net, x, y, pgd{.norm = l2{}, .epsilon = 0.25f}, g) == 1);
}

TEST_CASE("robust accuracy counts wrong images as not robust, and equals the accuracy for epsilon 0") {
  jem::rng g{1};
  const jem::linear<T> net{T({1, 2}, {-1, 1}), T({2}, {0, 0})};  // class 1 for x > 0; the distance of an image is |x|
  const T x({5, 1}, {0.5f, 0.1f, 0.3f, -0.2f, -0.6f});
  const jem::labels<T> y({5}, {1, 1, 1, 1, 0});
  for (const jem::index_t part : {1, 2, 500}) {
    CHECK(evaluate::robust_accuracy(net, x, y, pgd{.epsilon = 0}, g, part) == 4 / 5.0);
    CHECK(evaluate::robust_accuracy(net, x, y, pgd{.norm = l2{}, .epsilon = 0}, g, part) == 4 / 5.0);
    CHECK(evaluate::robust_accuracy(net, x, y, pgd{.epsilon = 0.1f}, g, part) == 3 / 5.0);
    CHECK(evaluate::robust_accuracy(net, x, y, pgd{.norm = l2{}, .epsilon = 0.2f}, g, part) == 2 / 5.0);
    CHECK(evaluate::robust_accuracy(net, x, y, pgd{.epsilon = 0.4f}, g, part) == 0);
  }
}

TEST_CASE("an image that is wrong at one step and right at later ones is not robust, and perturb returns its best adversarial image") {
  jem::index_t shown = 0;
  const gate net{&shown};
  const T x = jem::zeros<T>({50, 1});
  const jem::labels<T> y(jem::full<jem::labels<T>>({50}, 0));
  jem::rng g{1}, again{1};
  // Starts are uniform in ±0.5, and one above 0.12 misses the gate. All five starts of an image do with probability 0.38⁵ = 0.8 percent.
  const double robust = evaluate::robust_accuracy(net, x, y, pgd{.epsilon = 0.25f}, g);
  CHECK(robust < 0.2);  // ten of fifty: one false alarm in 10¹⁰ seeds
  const auto adversarial = evaluate::perturb(net, x, y, pgd{.epsilon = 0.25f}, again).to_vector();
  const auto in_gate     = std::ranges::count_if(adversarial, [](float v) { return std::abs(v - 0.1f) < 0.05f; });
  CHECK(in_gate >= 40);
  // images that never met the gate are returned unchanged
  CHECK(in_gate + std::ranges::count(adversarial, 0.0f) == 50);
}

TEST_CASE("images that are already wrong take no more steps") {
  jem::index_t shown = 0;
  const gate net{&shown};
  jem::rng g{1};
  const pgd attack{.epsilon = 0.25f, .steps = 20, .restarts = 3};
  evaluate::robust_accuracy(net, jem::full<T>({10, 1}, 0.1f), jem::full<jem::labels<T>>({10}, 0), attack, g);
  CHECK(shown == 10);  // wrong from the start: one forward pass
  shown = 0;
  evaluate::robust_accuracy(net, jem::full<T>({10, 1}, 0.9f), jem::full<jem::labels<T>>({10}, 0), attack, g);
  CHECK(shown == 10 * (1 + 3 * (1 + 20)));  // never wrong: one forward pass for the clean image, one for each start, and one for each step
}

TEST_CASE("adversarial images stay in the ball and in the range of pixels, and their loss is no smaller than before") {
  jem::rng g{3};
  const jem::convnet<T> net({.height = 4, .width = 4, .channels = 2, .classes = 3, .widths = {4, 4}}, g);
  const T x = jem::uniform<T>({12, 4, 4, 2}, -1, 1, g);
  const jem::labels<T> y({12}, {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2});
  const auto before = cross_entropies(net, x, y);
  const auto check  = [&](const T& z) {
    CHECK(z.extents() == x.extents());
    for (const float value : z.to_vector()) CHECK(std::abs(value) <= 1);
    const auto after = cross_entropies(net, z, y);
    for (std::size_t i = 0; i < after.size(); ++i) CHECK(after[i] > before[i] - 1e-6f);
    CHECK(std::ranges::max(after) > std::ranges::min(before));
  };
  for (const jem::index_t part : {5, 500}) {
    const T in_cube = evaluate::perturb(net, x, y, pgd{.epsilon = 0.1f, .steps = 8, .restarts = 2}, g, part);
    check(in_cube);
    CHECK(largest_change(in_cube, x) <= 0.2 + 1e-6);
    CHECK(largest_change(in_cube, x) > 0.19);  // they use the whole ball
    const T in_ball = evaluate::perturb(net, x, y, pgd{.norm = l2{}, .epsilon = 0.4f, .steps = 8, .restarts = 2}, g, part);
    check(in_ball);
    CHECK(longest_change(in_ball, x) <= 0.8 + 1e-6);
    CHECK(longest_change(in_ball, x) > 0.7);
  }
}

TEST_CASE("perturb finds the worst corner of a linear classifier's cube and the far end of its ball") {
  jem::rng g{2};
  const T x = jem::zeros<T>({1, 2, 2, 1});
  const jem::labels<T> y({1}, {1});
  const auto corner = evaluate::perturb(plane<T>(0.9f), x, y, pgd{.epsilon = 0.05f}, g).to_vector();
  const auto end    = evaluate::perturb(plane<T>(0.9f), x, y, pgd{.norm = l2{}, .epsilon = 0.05f}, g).to_vector();
  const std::vector<float> w{1, -2, 0.5f, 1};
  double along = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(corner[i] == doctest::Approx(w[i] > 0 ? -0.1 : 0.1).epsilon(1e-5));
    along -= w[i] / 2.5 * end[i];
  }
  CHECK(along > 0.1 * 0.98);  // the cosine between the change and −w is above 0.98
}

// With two classes the direction of a step does not depend on the size of the logits. With more it does, since each other class has a
// weight, its softmax among the other classes. For factors from 1 on the most likely of them has nearly all weight, and attacks differ in
// a few images at most; for a factor of a thousandth all weigh the same, which is a worse direction, and an attack may only get worse.
TEST_CASE("multiplying the logits by 10 or 1000 hardly changes the robust accuracy, and dividing them makes no attack better") {
  for (const jem::index_t classes : {2, 3, 10}) {
    jem::rng g{3};
    const test::crowd<T> crowd(200, classes, g);
    const auto robust = [&](float times, const auto& attack) {
      jem::rng own{5};
      return evaluate::robust_accuracy(crowd.net(times), crowd.images, crowd.y, attack, own);
    };
    const auto check = [&](const auto& attack) {
      CAPTURE(classes);
      const double once = robust(1, attack), barely = robust(1e-3f, attack);
      CHECK(once > 0.4);
      CHECK(once < 0.9);
      for (const float times : {10.0f, 1000.0f}) CHECK(std::abs(robust(times, attack) - once) <= (classes == 2 ? 0.005 : 0.02));
      CHECK(barely >= once - 0.02);
      CHECK(barely <= (classes == 2 ? once + 0.005 : 0.97));
    };
    const float far = classes == 10 ? 0.06f : 0.1f;
    check(pgd{.epsilon = far, .steps = 20, .restarts = 2});
    check(pgd{.norm = l2{}, .epsilon = 3 * far, .steps = 20, .restarts = 2});
  }
}

TEST_CASE("perturb finds as many adversarial images for logits that are a thousand times as large") {
  jem::rng g{3};
  const test::crowd<T> crowd(100, 3, g);
  const auto accuracy = [&](float times) {
    jem::rng own{5};
    const pgd attack{.epsilon = 0.1f, .steps = 20, .restarts = 2};
    const T found = evaluate::perturb(crowd.net(times), crowd.images, crowd.y, attack, own);
    return jem::metrics::accuracy(evaluate::logits_of(crowd.net(1), found), crowd.y);
  };
  CHECK(accuracy(1) < 0.8);
  CHECK(std::abs(accuracy(1000) - accuracy(1)) <= 0.02);
}

TEST_CASE("a network whose logits are NaN is not robust") {
  jem::rng g{1};
  CHECK(evaluate::robust_accuracy(broken{}, jem::zeros<T>({3, 1}), {{3}, {0, 0, 0}}, pgd{.steps = 1}, g) == 0);
}

TEST_CASE("the same generator gives the same attack") {
  jem::rng g{3}, a{4}, b{4};
  const jem::convnet<T> net({.height = 4, .width = 4, .classes = 3, .widths = {4}}, g);
  const T x = jem::uniform<T>({3, 4, 4, 1}, -1, 1, g);
  const jem::labels<T> y({3}, {0, 1, 2});
  const pgd attack{.norm = l2{}, .steps = 3, .restarts = 2};
  CHECK(evaluate::perturb(net, x, y, attack, a).to_vector() == evaluate::perturb(net, x, y, attack, b).to_vector());
  CHECK(a == b);
}

TEST_CASE("the robust accuracy of no images is NaN") {
  jem::rng g{1};
  const T none(jem::shape{0, 2, 2, 1});
  const jem::labels<T> nobody(jem::shape{0});
  CHECK(std::isnan(evaluate::robust_accuracy(plane<T>(0), none, nobody, pgd{}, g)));
  CHECK(evaluate::perturb(plane<T>(0), none, nobody, pgd{}, g).extents() == none.extents());
}

TEST_CASE("an attack refuses settings out of range, images of another range, and labels that are no classes") {
  jem::rng g{1};
  const T x = jem::zeros<T>({1, 2, 2, 1});
  const jem::labels<T> y({1}, {1});
  const auto attack = [&](const auto& settings) { return evaluate::robust_accuracy(plane<T>(1), x, y, settings, g); };
  CHECK_THROWS_WITH_AS(attack(pgd{.steps = 0}), "[pgd] expected steps >= 1 but received 0", std::invalid_argument);
  CHECK_THROWS_WITH_AS(attack(pgd{.restarts = 0}), "[pgd] expected restarts >= 1 but received 0", std::invalid_argument);
  CHECK_THROWS_WITH(attack(pgd{.epsilon = -0.1f}), doctest::Contains("epsilon >= 0"));
  CHECK_THROWS_WITH(attack(pgd{.epsilon = std::numeric_limits<float>::quiet_NaN()}), doctest::Contains("epsilon >= 0"));
  CHECK_THROWS_WITH(attack(pgd{.pixel_range = 0}), doctest::Contains("pixel_range > 0"));
  const auto with = [&](const T& images, const jem::labels<T>& truth) { return evaluate::perturb(plane<T>(1), images, truth, pgd{}, g); };
  CHECK_THROWS_WITH(with(jem::full<T>({1, 2, 2, 1}, 255), y), doctest::Contains("images in [-1.0"));
  CHECK_THROWS_WITH(with(jem::full<T>({1, 2, 2, 1}, std::numeric_limits<float>::quiet_NaN()), y), doctest::Contains("received nan"));
  CHECK_THROWS_WITH(with(x, {{2}, {0, 1}}), doctest::Contains("[pgd] expected (1) but received (2)"));
  CHECK_THROWS_WITH(with(x, {{1}, {2}}), doctest::Contains("labels in [0, 2)"));
}
