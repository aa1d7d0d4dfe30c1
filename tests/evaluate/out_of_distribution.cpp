// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/evaluate/out_of_distribution.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/nn/sequential.hpp>

#include <algorithm>
#include <map>

namespace evaluate = jem::evaluate;
using T            = jem::tensor<float, jem::eigen>;

template <class Net>
concept has_scores = requires(const Net& net, const T& x) {
  evaluate::log_px(net, x);
  evaluate::max_py(net, x);
  evaluate::approximate_mass(net, x);
};
static_assert(has_scores<jem::linear<T>>);
static_assert(!has_scores<jem::linear<jem::tensor<double, jem::eigen>>>, "a network computes in its own type");

namespace {

/// Images (n, 1, 1, 1) of the powers of two, so that a mean shows which two images it has.
jem::data::dataset<T> numbered(const std::vector<std::int32_t>& y, jem::index_t classes) {
  std::vector<float> powers;
  for (std::size_t i = 0; i < y.size(); ++i) powers.push_back(static_cast<float>(1 << i));
  const jem::index_t n = std::ssize(y);
  return jem::data::make_dataset(T({n, 1, 1, 1}, powers), jem::labels<T>({n}, y), classes);
}

}  // namespace

TEST_CASE("the three scores of a linear classifier agree with closed forms") {
  test::on_every_tensor([]<class X>() {
    const jem::linear<X> net{X({2, 2}, {1, -1, 0, 2}), X({2}, {0, 0.5f})};  // logits (x₀, ½ − x₀ + 2 x₁)
    const X x({3, 2}, {0, 0, 1, -1, 0.5f, 0.25f});
    for (const jem::index_t part : {1, 2, 500}) {
      const auto px = evaluate::log_px(net, x, part), py = evaluate::max_py(net, x, part), mass = evaluate::approximate_mass(net, x, part);
      REQUIRE(px.size() == 3);
      REQUIRE(py.size() == 3);
      REQUIRE(mass.size() == 3);
      const double logits[3][2] = {{0, 0.5}, {1, -2.5}, {0.5, 0.5}};
      for (std::size_t i = 0; i < 3; ++i) {
        const double a = std::exp(logits[i][0]), b = std::exp(logits[i][1]), p = a / (a + b);
        CHECK(px[i] == doctest::Approx(std::log(a + b)).epsilon(1e-6));
        CHECK(py[i] == doctest::Approx(std::max(p, 1 - p)).epsilon(1e-6));
        CHECK(mass[i] == doctest::Approx(-std::hypot(p - (1 - p), 2 * (1 - p))).epsilon(1e-6));
      }
    }
  });
}

TEST_CASE("adding a number to all logits changes log p(x) and no other score") {
  jem::rng g{1};
  jem::mlp<T> net({3, 8, 4}, g);
  const T x         = jem::uniform<T>({5, 3}, -1, 1, g);
  const auto before = evaluate::log_px(net, x), sure = evaluate::max_py(net, x), mass = evaluate::approximate_mass(net, x);
  jem::add_scaled(net.layers[1].bias, 1, jem::full<T>({4}, 2));
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(evaluate::log_px(net, x)[i] == doctest::Approx(before[i] + 2).epsilon(1e-5));
    CHECK(evaluate::max_py(net, x)[i] == doctest::Approx(sure[i]).epsilon(1e-5));
    CHECK(evaluate::approximate_mass(net, x)[i] == doctest::Approx(mass[i]).epsilon(1e-4));
  }
}

TEST_CASE("no images have no scores, and their measures are NaN") {
  const jem::linear<T> net{T({1, 2}, {1, -1}), T({2}, {0, 0})};
  const T none(jem::shape{0, 1}), one({1, 1}, {0});
  CHECK(evaluate::log_px(net, none).empty());
  CHECK(evaluate::max_py(net, none).empty());
  CHECK(evaluate::approximate_mass(net, none).empty());
  CHECK(std::isnan(evaluate::detect_ood(net, one, none).log_px.auroc));
}

TEST_CASE("detection expects higher scores in distribution than outside, for each score") {
  const jem::linear<T> net{T({1, 2}, {1, -1}), T({2}, {0, 0})};  // log p(x) = log 2 cosh x, and all scores are monotone in |x|
  const T near({2, 1}, {0, 0.1f}), far({2, 1}, {3, -4});
  const auto found = evaluate::detect_ood(net, far, near, 1);
  CHECK(found.log_px.auroc == 1);
  CHECK(found.max_py.auroc == 1);
  CHECK(found.approximate_mass.auroc == 0);  // the slope tanh|x| is larger for larger |x|
  CHECK(found.log_px.fpr95 == 0);
  CHECK(evaluate::detect_ood(net, near, near).log_px.auroc == 0.5);
}

TEST_CASE("detection by max p(y|x) ranks images even if p rounds to 1 for all of them") {
  jem::rng g{4};
  const T in = jem::normal<T>({200, 3}, g), out = 0.7f * jem::normal<T>({200, 3}, g);
  jem::linear<T> net{T({3, 2}, {1, -1, 0.5f, -0.5f, 2, -2}), T({2}, {0, 0})};
  const double auroc = evaluate::detect_ood(net, in, out).max_py.auroc;
  CHECK(auroc > 0.55);
  for (int k = 0; k < 3; ++k) {
    scale(net.weight, 10);
    CHECK(evaluate::detect_ood(net, in, out).max_py.auroc == doctest::Approx(auroc).epsilon(1e-3));
  }
}

TEST_CASE("approximate mass is right for slopes whose squares overflow or underflow in float") {
  for (const float size : {1e-30f, 1e30f}) {
    const jem::linear<T> net{T({2, 1}, {3 * size, 4 * size}), T({1}, {0})};
    CHECK(evaluate::approximate_mass(net, T({1, 2}, {0, 0}))[0] == doctest::Approx(-5.0 * static_cast<double>(size)));
  }
}

TEST_CASE("interpolated images are means with an image of another class, all of which are equally likely") {
  const auto set = numbered({0, 1, 0, 2, 2, 2}, 4);  // class 3 has no image
  jem::rng g{3};
  std::map<int, int> partners_of_first;
  for (int round = 0; round < 4000; ++round) {
    const auto mixed = evaluate::interpolated(set, g).to_vector();
    for (std::size_t i = 0; i < mixed.size(); ++i) {
      const int other   = static_cast<int>(2 * mixed[i]) - (1 << i);
      const auto labels = set.y.to_vector();
      std::size_t j     = 0;
      while ((1 << j) != other && j < 6) ++j;
      REQUIRE(j < 6);
      REQUIRE(labels[j] != labels[i]);
      if (i == 0) ++partners_of_first[static_cast<int>(j)];
    }
  }
  // Four partners with an expected count of 1000 each and a standard deviation of 27.4. Bounds of 5.3 deviations: false alarm 5e-7.
  CHECK(partners_of_first.size() == 4);
  for (const auto& [j, count] : partners_of_first) CHECK(std::abs(count - 1000) < 146);
}

TEST_CASE("interpolation keeps the images' extents and needs two classes") {
  jem::rng g{1};
  const T x = jem::uniform<T>({3, 2, 2, 1}, -1, 1, g);
  CHECK(evaluate::interpolated(jem::data::make_dataset(x, {{3}, {0, 1, 1}}, 2), g).extents() == x.extents());
  CHECK_THROWS_WITH_AS(evaluate::interpolated(numbered({1, 1, 1}, 2), g),
                       "[interpolated] expected images of two classes but received images of class 1 alone", std::invalid_argument);
  CHECK_THROWS_AS(evaluate::interpolated(numbered({0}, 2), g), std::invalid_argument);
  CHECK(evaluate::interpolated(jem::data::dataset<T>{T(jem::shape{0, 1}), jem::labels<T>(jem::shape{0}), 2}, g).size() == 0);
}

TEST_CASE("uniform_noise fills [-1, 1), inverted negates, and constants has one value in each image") {
  jem::rng g{5};
  const auto noise = evaluate::uniform_noise<T>({100, 4, 4, 1}, g).to_vector();
  CHECK(*std::ranges::min_element(noise) < -0.98f);  // fails with probability 1e-7
  CHECK(*std::ranges::max_element(noise) > 0.98f);
  CHECK(std::ranges::all_of(noise, [](float v) { return v >= -1 && v < 1; }));
  CHECK(evaluate::inverted(T({1, 3}, {-1, 0.25f, 1})).to_vector() == std::vector<float>{1, -0.25f, -1});
  const auto flat = evaluate::constants<T>({3, 2, 2, 1}, g).to_vector();
  for (std::size_t i = 0; i < 12; ++i) CHECK(flat[i] == flat[i / 4 * 4]);
  CHECK(flat[0] != flat[4]);
  CHECK(flat[4] != flat[8]);
}

TEST_CASE("permuted images have the numbers of their images, each image in a different order") {
  jem::rng g{6};
  std::vector<float> values;
  for (int i = 0; i < 3 * 16; ++i) values.push_back(static_cast<float>(i % 16) + (i >= 32 ? 100.0f : 0.0f));
  const T x({3, 4, 4, 1}, values);
  const auto found = evaluate::permuted(x, g).to_vector();
  CHECK(found != values);
  CHECK(!std::equal(found.begin(), found.begin() + 16, found.begin() + 16));  // images 0 and 1 are equal before
  for (auto row = 0; row < 3; ++row) {
    std::vector<float> sorted(found.begin() + 16 * row, found.begin() + 16 * (row + 1));
    std::ranges::sort(sorted);
    CHECK(std::equal(sorted.begin(), sorted.end(), values.begin() + 16 * row));
  }
}

TEST_CASE("gratings are waves, the same in all channels, and different in each image") {
  jem::rng g{7};
  const auto x  = evaluate::gratings<T>({2, 5, 6, 3}, g).to_vector();
  const auto at = [&](int n, int i, int j, int c) { return x[static_cast<std::size_t>(((n * 5 + i) * 6 + j) * 3 + c)]; };
  for (int n = 0; n < 2; ++n) {
    CHECK(at(n, 2, 3, 0) == at(n, 2, 3, 2));
    // A wave has s(j − 1) + s(j + 1) = 2 cos(φ)·s(j) along the columns, with the same φ everywhere.
    const double twice_cosine = (at(n, 1, 0, 0) + at(n, 1, 2, 0)) / at(n, 1, 1, 0);
    CHECK((at(n, 3, 2, 0) + at(n, 3, 4, 0)) == doctest::Approx(twice_cosine * at(n, 3, 3, 0)).epsilon(1e-3));
  }
  CHECK(at(0, 1, 1, 0) != at(1, 1, 1, 0));
  CHECK_THROWS_AS(evaluate::gratings<T>({2, 5}, g), std::invalid_argument);
}
