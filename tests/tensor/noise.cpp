// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/numbers.hpp"

#include <jem/tensor/noise.hpp>
#include <jem/tensor/rows.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

using jem::index_t;
using jem::shape;

TEST_CASE("element i of a random tensor is number i of the next stream, on every backend") {
  test::on_every_tensor([]<class T>() {
    for (const index_t n : {0, 1, 127, 128, 129, 1000}) {
      jem::rng g{3, 8}, same = g;
      const auto uniforms = jem::uniform<T>({n}, 0, 1, g).to_vector(), normals = jem::normal<T>({n}, g).to_vector();
      const auto first = same.next(), second = same.next();
      CHECK(g == same);
      std::vector<float> u(uniforms.size()), z(u);
      for (index_t i = 0; i < n; ++i) u[static_cast<std::size_t>(i)] = first.uniform(i), z[static_cast<std::size_t>(i)] = second.normal(i);
      CHECK(test::same_bits(uniforms, u));
      CHECK(test::largest_difference(normals, z) < 1e-5);
    }
  });
}

TEST_CASE("a tensor's noise depends on its size, and not on its extents") {
  test::on_every_tensor([]<class T>() {
    jem::rng a{1}, b{1};
    CHECK(jem::normal<T>({10, 30}, a).to_vector() == jem::normal<T>({300}, b).to_vector());
  });
}

TEST_CASE("a longer tensor begins with the numbers of a shorter one") {
  test::on_every_tensor([]<class T>() {
    jem::rng a{1}, b{1};
    const T short_one = jem::normal<T>({200}, a), long_one = jem::normal<T>({1000}, b);
    CHECK(T(long_one.rows(0, 200)).to_vector() == short_one.to_vector());
  });
}

TEST_CASE("some rows of a batch that are drawn separately have the same bits as in the batch") {
  test::on_every_backend([]<class B>() {
    using T = jem::tensor<double, B>;
    for (const index_t columns : {1, 3, 32, 100, 129}) {
      for (const auto& [first, count] : {std::pair<index_t, index_t>{0, 5}, {3, 1}, {40, 60}, {99, 1}, {17, 0}}) {
        CAPTURE(columns);
        CAPTURE(first);
        const shape rows{count, columns}, all{100, columns};
        jem::rng g{4, 2}, tile = g;
        tile.row         = first;
        const T normals  = jem::normal<T>(all, g);
        const T uniforms = jem::uniform<T>(all, -1, 1, g), labels = jem::uniform<T>({100}, 0, 1, g);
        T walk = jem::full<T>(all, 2), step = jem::full<T>(rows, 2);
        add_normal(walk, 0.5, g);
        CHECK(test::same_bits(jem::normal<T>(rows, tile).to_vector(), T(normals.rows(first, count)).to_vector()));
        CHECK(test::same_bits(jem::uniform<T>(rows, -1, 1, tile).to_vector(), T(uniforms.rows(first, count)).to_vector()));
        CHECK(test::same_bits(jem::uniform<T>({count}, 0, 1, tile).to_vector(), T(labels.rows(first, count)).to_vector()));
        add_normal(step, 0.5, tile);
        CHECK(test::same_bits(step.to_vector(), T(std::as_const(walk).rows(first, count)).to_vector()));
        tile.row = 0;
        CHECK(tile == g);
      }
    }
  });
}

TEST_CASE("uniforms are at least low and below high") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{2};
    const auto x = jem::uniform<T>({20'000}, -1, 1, g).to_vector();
    CHECK(std::ranges::all_of(x, [](float v) { return v >= -1 && v < 1; }));
    CHECK(std::ranges::min(x) < -0.999f);
    CHECK(std::ranges::max(x) > 0.999f);
  });
}

TEST_CASE("uniforms are below high even if the sum would be rounded to it, and wrong ranges are refused") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{2};
    const auto x = jem::uniform<T>({1'000'000}, 1000, 1001, g).to_vector();  // rounding alone would make 29 of them 1001
    CHECK(std::ranges::max(x) == std::nextafter(1001.0f, 0.0f));
    CHECK(std::ranges::min(x) == 1000);
    CHECK(jem::uniform<T>({3}, 2, 2, g).to_vector() == std::vector<float>(3, 2));
    const auto before        = g.counter;
    constexpr float infinity = std::numeric_limits<float>::infinity(), most = std::numeric_limits<float>::max();
    CHECK_THROWS_AS((void)jem::uniform<T>({3}, 1, 0, g), std::invalid_argument);
    CHECK_THROWS_AS((void)jem::uniform<T>({3}, 0, infinity, g), std::invalid_argument);
    CHECK_THROWS_AS((void)jem::uniform<T>({3}, -most, most, g), std::invalid_argument);
    CHECK_THROWS_AS((void)jem::uniform<T>({3}, std::nanf(""), 1, g), std::invalid_argument);
    CHECK(g.counter == before);
  });
}

TEST_CASE("happens uses the next stream, and some rows of a batch have the same events as in the batch") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{5};
    const T p = jem::uniform<T>({300, 3}, 0, 1, g);
    jem::rng whole{6}, part{6};
    part.row       = 100;
    const auto all = happens(p, whole).to_vector(), some = happens(T(p.rows(100, 50)), part).to_vector();
    const jem::random_stream stream = jem::rng{6}.next();
    const auto host                 = p.to_vector();
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i] == (stream.happens(static_cast<jem::index_t>(i), host[i]) ? 1 : 0));
    CHECK(std::equal(some.begin(), some.end(), all.begin() + 300));
    CHECK(whole.counter == 1);
    CHECK(happens(T(shape{0, 3}), whole).size() == 0);
  });
}

TEST_CASE("add_normal adds scaled normals of the next stream") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{5}, same = g;
    T x = jem::full<T>({500}, 2);
    add_normal(x, 0.25f, g);
    T expected = jem::full<T>({500}, 2);
    add_scaled(expected, 0.25f, jem::normal<T>({500}, same));
    CHECK(test::largest_difference(x.to_vector(), expected.to_vector()) < 1e-6);
    add_normal(x, 0, g);
    CHECK(test::largest_difference(x.to_vector(), expected.to_vector()) < 1e-6);
  });
}

TEST_CASE("add_scaled_and_normal has the bits of step, noise and function in separate passes") {
  test::on_every_tensor([]<class T>() {
    for (const jem::index_t n : {0, 1, 127, 500, 20'000}) {
      jem::rng g{11}, same = g;
      T x = jem::normal<T>({n}, g), expected = jem::normal<T>({n}, same);
      const T slope = jem::normal<T>({n}, g);
      same.next();
      add_scaled_and_normal(x, -0.3f, slope, 0.7f, g, jem::op::clamp<float>{-1, 0.5f});
      add_scaled(expected, -0.3f, slope);
      add_normal(expected, 0.7f, same);
      clamp(expected, -1, 0.5f);
      CHECK(test::same_bits(x.to_vector(), expected.to_vector()));
      CHECK(g == same);
    }
    jem::rng g{12};
    T x({3});
    CHECK_THROWS_WITH_AS(add_scaled_and_normal(x, 1, T({2}), 1, g, jem::unchanged{}),
                         "[add_scaled_and_normal] expected (3) but received (2)", std::invalid_argument);
  });
}

// The mean and the variance of n normals are within five standard errors, 1/√n and √(2/n): false alarm 6e-7 each.
TEST_CASE("normals of a tensor have mean 0 and variance 1, in double, too") {
  test::on_every_backend([]<class B>() {
    using T            = jem::tensor<double, B>;
    constexpr double n = 100'000;
    jem::rng g{6};
    const T x = jem::normal<T>({100'000}, g);
    CHECK(std::abs(jem::mean(x)) < 5 / std::sqrt(n));
    CHECK(std::abs(squared_norm(x) / n - 1) < 5 * std::sqrt(2 / n));
  });
}

TEST_CASE("two draws of a generator differ, and an equal generator repeats them") {
  test::on_every_tensor([]<class T>() {
    jem::rng g{7}, again{7};
    const auto a = jem::normal<T>({100}, g).to_vector(), b = jem::normal<T>({100}, g).to_vector();
    CHECK(a != b);
    CHECK(jem::normal<T>({100}, again).to_vector() == a);
    CHECK(jem::normal<T>({100}, again).to_vector() == b);
  });
}

TEST_CASE("element i of random indices is number i of the next stream, below its bound, on every backend") {
  test::on_every_tensor([]<class T>() {
    for (const index_t bound : {index_t{1}, index_t{9}, index_t{1} << 31}) {
      jem::rng g{3, 8}, same = g;
      const auto drawn  = jem::random_indices<T>(300, bound, g).to_vector();
      const auto stream = same.next();
      CHECK(g == same);
      for (index_t i = 0; i < 300; ++i) CHECK(drawn[static_cast<std::size_t>(i)] == jem::index_below(stream, i, bound));
      CHECK(std::ranges::all_of(drawn, [=](std::int32_t v) { return v >= 0 && v < bound; }));
    }
    jem::rng g{1};
    CHECK(jem::random_indices<T>(0, 5, g).extents() == shape{0});
    CHECK_THROWS_WITH_AS(jem::random_indices<T>(3, 0, g), "[random_indices] expected a bound >= 1 but received 0", std::invalid_argument);
  });
}
