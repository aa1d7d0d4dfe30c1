// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/evaluate/generate.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/sequential.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/sampling/sgld.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace evaluate = jem::evaluate;
using T            = jem::tensor<float, jem::eigen>;

namespace {

/// Images (n, 1, 2, 1). The energies of the three classes fall along (1, 1), (−1, 1) and (1, −1).
template <class X>
auto directions() {
  return jem::sequential{jem::flatten{}, jem::linear<X>{X({2, 3}, {1, -1, 1, 1, 1, -1}), X({3}, {0, 0, 0})}};
}

/// Descent within the box, without noise; its steps are long enough to reach a corner from anywhere.
const jem::sgld downhill{.step_size = jem::constant{0.5f}, .noise = jem::fixed_noise{0}, .constraint = jem::box{-1, 1}};

/// A buffer in which chain i is at (i, i) / 100.
template <class X = T>
jem::replay_buffer<X> counted_buffer(jem::index_t capacity, jem::index_t classes) {
  jem::rng g{1};
  jem::replay_buffer<X> buffer({1, 2, 1}, {.capacity = capacity, .restart_probability = 1, .classes = classes}, g);
  std::vector<float> where;
  for (jem::index_t i = 0; i < capacity; ++i) where.insert(where.end(), 2, static_cast<float>(i) / 100);
  buffer.positions(X({capacity, 1, 2, 1}, where));
  return buffer;
}

std::vector<int> numbers(const T& x) {
  std::vector<int> result;
  const auto values = x.to_vector();
  for (std::size_t i = 0; i < values.size(); i += 2) result.push_back(static_cast<int>(std::lround(100 * values[i])));
  return result;
}

}  // namespace

TEST_CASE("fresh samples of a class move to where that class is likely") {
  test::on_every_tensor([]<class X>() {
    const auto net = directions<X>();
    jem::rng g{1};
    const jem::labels<X> y({5}, {0, 1, 2, 1, 0});
    const X x = evaluate::fresh_samples(downhill, net, {5, 1, 2, 1}, y, 8, g, 2);
    CHECK(x.extents() == jem::shape{5, 1, 2, 1});
    CHECK(x.to_vector() == std::vector<float>{1, 1, -1, 1, 1, -1, -1, 1, 1, 1});
  });
}

TEST_CASE("fresh samples without a class move to lower marginal energies") {
  const auto net = directions<T>();
  jem::rng g{1}, again{1};
  const T start = evaluate::fresh_samples(downhill, net, {40, 1, 2, 1}, 0, again);
  const T x     = evaluate::fresh_samples(downhill, net, {40, 1, 2, 1}, 20, g);
  CHECK(x.extents() == start.extents());
  const jem::marginal_energy energy{net};
  const auto before = energy.value(start).to_vector(), after = energy.value(x).to_vector();
  for (std::size_t i = 0; i < 40; ++i) CHECK(after[i] < before[i]);
  const auto values = start.to_vector();
  CHECK(std::ranges::all_of(values, [](float v) { return v >= -1 && v < 1; }));
  CHECK(std::ranges::max(values) > 0.8f);  // fails with probability 0.9⁸⁰ = 2·10⁻⁴, and not for this seed
  CHECK(std::ranges::min(values) < -0.8f);
}

TEST_CASE("a descent goes a way of about 1.5 in any number of steps, and its noise fades") {
  for (const jem::index_t steps : {5, 20, 300}) {
    const auto descent = evaluate::descent(steps, 0.5f);
    float sum          = 0;
    for (jem::index_t k = 0; k < steps; ++k) sum += descent.step_size(k);
    CHECK(sum > 1.4f);
    CHECK(sum < 1.5f);
    const auto noise = [&](jem::index_t k) { return descent.noise(descent.step_size(k)); };
    CHECK(noise(0) == doctest::Approx(0.5 * std::sqrt(2.0 / static_cast<double>(steps))));
    CHECK(noise(steps / 2) < noise(0));
    CHECK(noise(steps / 2) > 0);
    CHECK(noise(steps - 1) == doctest::Approx(0));
  }
}

TEST_CASE("a descent has noise only if it is asked for") {
  const auto net = directions<T>();
  jem::rng g{3};
  const T start = jem::uniform<T>({4, 1, 2, 1}, -1, 1, g);
  const auto by = [&](const auto& kernel, std::uint64_t seed) {
    jem::rng own{seed};
    return evaluate::continued(kernel, net, start, 6, own).to_vector();
  };
  CHECK(by(evaluate::descent(6), 1) == by(evaluate::descent(6), 2));
  CHECK(by(evaluate::descent(6, 0.3f), 1) != by(evaluate::descent(6, 0.3f), 2));
}

TEST_CASE("without noise the parts of a batch of chains do not matter") {
  const auto net = directions<T>();
  jem::rng a{1}, b{1};
  const auto together = evaluate::fresh_samples(downhill, net, {7, 1, 2, 1}, 1, a).to_vector();
  const auto apart    = evaluate::fresh_samples(downhill, net, {7, 1, 2, 1}, 1, b, 3).to_vector();
  for (std::size_t i = 0; i < together.size(); ++i) CHECK(apart[i] == doctest::Approx(together[i]).epsilon(1e-6));
}

TEST_CASE("continued moves chains from their positions, with any kernel") {
  const auto net = directions<T>();
  jem::rng g{1};
  const T start({2, 1, 2, 1}, {0.5f, -0.5f, 0, 0.25f});
  CHECK(evaluate::continued(downhill, net, start, 0, g).to_vector() == start.to_vector());
  CHECK(evaluate::continued(downhill, net, start, {{2}, {1, 2}}, 6, g).to_vector() == std::vector<float>{-1, 1, 1, -1});
  const jem::mala exact{{.step_size = 0.01f}};
  CHECK(evaluate::continued(exact, net, start, 5, g).extents() == start.extents());
  CHECK_THROWS_WITH(evaluate::continued(downhill, net, start, {{1}, {1}}, 1, g),
                    doctest::Contains("[continued] expected (2) but received (1)"));
  CHECK_THROWS_AS(evaluate::continued(downhill, net, start, -1, g), std::invalid_argument);
}

TEST_CASE("samples from the buffer are its chains, none twice and none restarted") {
  const auto net    = directions<T>();
  const auto buffer = counted_buffer(20, 0);
  jem::rng g{1};
  const auto all = numbers(evaluate::buffer_samples(downhill, net, buffer, 20, 0, g));
  CHECK(std::set<int>(all.begin(), all.end()).size() == 20);
  CHECK(std::ranges::min(all) == 0);
  CHECK(std::ranges::max(all) == 19);
  CHECK(evaluate::buffer_samples(downhill, net, buffer, 0, 0, g).extents() == jem::shape{0, 1, 2, 1});
  CHECK(evaluate::buffer_samples(downhill, net, buffer, 3, 12, g).extents() == jem::shape{3, 1, 2, 1});
  CHECK_THROWS_AS(evaluate::buffer_samples(downhill, net, buffer, 21, 0, g), std::invalid_argument);
  CHECK_THROWS_AS(evaluate::buffer_samples(downhill, net, buffer, -1, 0, g), std::invalid_argument);
}

TEST_CASE("samples of a class from the buffer are chains of that class") {
  const auto net    = directions<T>();
  const auto buffer = counted_buffer(12, 3);
  jem::rng g{1};
  const std::vector<std::int32_t> y{2, 0, 0, 1, 2, 0, 0};
  const auto found = numbers(evaluate::buffer_samples(downhill, net, buffer, jem::labels<T>({7}, y), 0, g));
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(found[i] / 4 == y[i]);
  CHECK(std::set<int>(found.begin(), found.end()).size() == 7);
  const T moved = evaluate::buffer_samples(downhill, net, buffer, jem::labels<T>({3}, {0, 1, 2}), 6, g);
  CHECK(moved.to_vector() == std::vector<float>{1, 1, -1, 1, 1, -1});
}

TEST_CASE("the buffer refuses classes that it does not have and more chains than a class has") {
  const auto net = directions<T>();
  jem::rng g{1};
  const auto draw = [&](const jem::replay_buffer<T>& buffer, const jem::labels<T>& y) {
    return evaluate::buffer_samples(downhill, net, buffer, y, 0, g);
  };
  CHECK_THROWS_WITH(draw(counted_buffer(12, 0), {{1}, {0}}), doctest::Contains("a buffer with classes"));
  CHECK_THROWS_WITH(draw(counted_buffer(12, 3), {{1}, {3}}), doctest::Contains("labels in [0, 3)"));
  CHECK_THROWS_WITH(draw(counted_buffer(6, 3), {{3}, {1, 1, 1}}), doctest::Contains("at most 2 chains"));
}
