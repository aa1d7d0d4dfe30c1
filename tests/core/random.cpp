// SPDX-License-Identifier: MIT
#include "../support/numbers.hpp"

#include <jem/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

using jem::index_t;

namespace {

/// sup |Fₙ − F|. By Dvoretzky, Kiefer, Wolfowitz and Massart it exceeds √(ln(2/δ)/2n) with probability at most δ.
template <class F>
double distance_of_distributions(std::vector<float> values, F cumulative) {
  std::ranges::sort(values);
  const auto n   = static_cast<double>(values.size());
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double exact = cumulative(static_cast<double>(values[i]));
    largest            = std::max({largest, static_cast<double>(i + 1) / n - exact, exact - static_cast<double>(i) / n});
  }
  return largest;
}

double dkw_bound(double n, double delta) { return std::sqrt(std::log(2 / delta) / (2 * n)); }

std::vector<float> normals(const jem::random_stream& stream, index_t n) {
  std::vector<float> values(static_cast<std::size_t>(n));
  for (index_t i = 0; i < n; ++i) values[static_cast<std::size_t>(i)] = stream.normal(i);
  return values;
}

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum / static_cast<double>(a.size());
}

double standard_normal(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

constexpr index_t many = 200'000;

}  // namespace

// The three vectors for philox4x32 with 10 rounds of Random123's kat_vectors (Salmon et al., version 1.09 and later).
TEST_CASE("philox gives the published results of Random123") {
  constexpr std::uint32_t ones = 0xFFFFFFFF;
  static_assert(jem::philox4x32({0, 0, 0, 0}, 0) == jem::philox_block{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8});
  CHECK(jem::philox4x32({0, 0, 0, 0}, 0) == jem::philox_block{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8});
  CHECK(jem::philox4x32({ones, ones, ones, ones}, ~std::uint64_t{0}) == jem::philox_block{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD});
  CHECK(jem::philox4x32({0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344}, 0x299F31D0A4093822) ==
        jem::philox_block{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1});
}

TEST_CASE("a stream has its counter and key in the words where Random123 has them") {
  const jem::random_stream stream{0x299F31D0A4093822, 0x0370734413198A2E};
  const index_t number = 0x5A308D3243F6A8 / 32;  // any block whose index needs more than 32 bits
  const auto n         = static_cast<std::uint64_t>(number * 32 + 5);
  CHECK(stream.block(number, 5) ==
        jem::philox4x32({static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(n >> 32), 0x13198A2E, 0x03707344}, 0x299F31D0A4093822));
}

TEST_CASE("a tile of 128 elements has the first words of 32 blocks, then their second words, and so on") {
  const jem::random_stream stream{7, 3};
  for (const index_t i : {0, 1, 31, 32, 63, 64, 127, 128, 129, 1000}) {
    const auto words = stream.block(i / 128, i % 32);
    CHECK(stream.bits(i) == words[static_cast<std::size_t>(i % 128 / 32)]);
  }
}

TEST_CASE("a tile of uniforms has the same bits as its elements one by one") {
  const jem::random_stream stream{42, 9};
  for (const index_t number : {index_t{0}, index_t{3}, index_t{1} << 33}) {
    std::array<float, 128> tile{};
    stream.uniforms(number, tile.data());
    for (index_t i = 0; i < 128; ++i) REQUIRE(tile[static_cast<std::size_t>(i)] == stream.uniform(number * 128 + i));
  }
}

TEST_CASE("a tile of normals equals its elements one by one up to rounding") {
  const jem::random_stream stream{42, 9};
  double largest = 0;
  for (index_t number = 0; number < 200; ++number) {
    std::array<float, 128> tile{};
    stream.normals(number, tile.data());
    for (index_t i = 0; i < 128; ++i) {
      const float one = stream.normal(number * 128 + i);
      largest         = std::max(largest, static_cast<double>(std::abs(tile[static_cast<std::size_t>(i)] - one)) / (1e-3 + std::abs(one)));
    }
  }
  CHECK(largest < 1e-5);
}

TEST_CASE("streams of another key, id or position differ") {
  const jem::random_stream stream{1, 2};
  CHECK(stream.bits(0) == jem::random_stream{1, 2}.bits(0));
  CHECK(stream.bits(0) != jem::random_stream{2, 2}.bits(0));
  CHECK(stream.bits(0) != jem::random_stream{1, 3}.bits(0));
  CHECK(stream.bits(0) != jem::random_stream{1, 2 | std::uint64_t{1} << 40}.bits(0));
  CHECK(stream.bits(0) != stream.bits(index_t{1} << 39));
}

TEST_CASE("uniforms are at least 0 and below 1, multiples of 2^-24, and uniformly distributed (false alarm 1e-6)") {
  const jem::random_stream stream{11, 0};
  std::vector<float> values(many);
  for (index_t i = 0; i < many; ++i) values[static_cast<std::size_t>(i)] = stream.uniform(i);
  CHECK(std::ranges::all_of(values, [](float u) { return u >= 0 && u < 1 && u * 0x1p24f == std::floor(u * 0x1p24f); }));
  CHECK(distance_of_distributions(values, [](double x) { return x; }) < dkw_bound(many, 1e-6));
}

TEST_CASE("normals are normally distributed (false alarm 1e-6 each)") {
  for (std::uint64_t id = 0; id < 3; ++id) {
    CHECK(distance_of_distributions(normals({12, id}, many), standard_normal) < dkw_bound(many, 1e-6));
  }
}

TEST_CASE("the test of the normal distribution finds a scale that is wrong by 3 per cent") {
  auto values = normals({12, 0}, many);
  for (float& v : values) v *= 1.03f;
  CHECK(distance_of_distributions(values, standard_normal) > dkw_bound(many, 1e-6));
}

// The moments of n standard normals have standard errors 1/√n, √(2/n), √(15/n), √(96/n). Bounds of five: false alarm 6e-7 each.
TEST_CASE("normals have the first four moments of a normal") {
  const auto values = normals({13, 5}, many);
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0, n = many;
  for (const double x : test::as<double>(values)) m1 += x / n, m2 += x * x / n, m3 += x * x * x / n, m4 += x * x * x * x / n;
  CHECK(std::abs(m1) < 5 / std::sqrt(n));
  CHECK(std::abs(m2 - 1) < 5 * std::sqrt(2 / n));
  CHECK(std::abs(m3) < 5 * std::sqrt(15 / n));
  CHECK(std::abs(m4 - 3) < 5 * std::sqrt(96 / n));
}

// Elements 32 or 64 apart share a Box-Muller pair or a counter, and neighbours share nothing. Five standard errors: false alarm 6e-7 each.
TEST_CASE("normals of one stream, and their squares, are uncorrelated at distances of 1, 32, 64, 96 and 128") {
  const auto values = normals({14, 0}, many + 128);
  for (const index_t lag : {1, 32, 64, 96, 128}) {
    const std::vector<float> a(values.begin(), values.begin() + many), b(values.begin() + lag, values.begin() + lag + many);
    CAPTURE(lag);
    CHECK(std::abs(correlation(a, b)) < 5 / std::sqrt(static_cast<double>(many)));
    auto a2 = a, b2 = b;
    for (float& x : a2) x = (x * x - 1) / std::sqrt(2.0f);
    for (float& x : b2) x = (x * x - 1) / std::sqrt(2.0f);
    CHECK(std::abs(correlation(a2, b2)) < 5 / std::sqrt(static_cast<double>(many)));
  }
}

TEST_CASE("normals are finite and at most 6.7") {
  float largest = 0;
  for (std::uint64_t id = 0; id < 20; ++id) {
    for (const float x : normals({15, id}, 20'000)) {
      REQUIRE(std::isfinite(x));
      largest = std::max(largest, std::abs(x));
    }
  }
  CHECK(largest > 3.5f);
  CHECK(largest <= 6.7f);
}

TEST_CASE("a copy of a generator gives the same streams, and next advances only its own generator") {
  jem::rng a{42};
  jem::rng b         = a;
  const auto first   = a.next();
  const auto second  = a.next();
  const auto of_copy = b.next();
  CHECK(first.bits(0) == of_copy.bits(0));
  CHECK(first.bits(0) != second.bits(0));
  CHECK_FALSE(a == b);
  b.next();
  CHECK(a == b);
}

TEST_CASE("streams of a generator and of its splits never have the same key and counter") {
  jem::rng parent{5};
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  std::set<jem::philox_block> first_blocks;
  const auto record = [&](const jem::random_stream& s) {
    CHECK(s.id < std::uint64_t{1} << 63);
    CHECK(seen.emplace(s.key, s.id).second);
    CHECK(first_blocks.insert(s.block(0, 0)).second);
  };
  for (int i = 0; i < 50; ++i) {
    record(parent.next());
    auto child      = parent.split();
    auto grandchild = child.split();
    for (int j = 0; j < 5; ++j) record(child.next()), record(grandchild.next());
  }
}

// Five standard errors of a correlation, 1/√n: false alarm 6e-7 each.
TEST_CASE("a split generator is independent of its parent and of its siblings") {
  jem::rng parent{6};
  auto first = parent.split(), second = parent.split();
  const auto a = normals(parent.next(), many), b = normals(first.next(), many), c = normals(second.next(), many);
  const double bound = 5 / std::sqrt(static_cast<double>(many));
  CHECK(std::abs(correlation(a, b)) < bound);
  CHECK(std::abs(correlation(a, c)) < bound);
  CHECK(std::abs(correlation(b, c)) < bound);
}

TEST_CASE("a generator with a row gives the same streams and splits as one without, and its splits keep the row") {
  jem::rng batch{5}, tile = batch;
  tile.row = 32;
  CHECK_FALSE(tile == batch);
  CHECK(tile.next().bits(7) == batch.next().bits(7));
  jem::rng child = tile.split();
  CHECK(child.row == 32);
  child.row = 0;
  CHECK(child == batch.split());
  CHECK(tile.counter == batch.counter);
}

TEST_CASE("neighbouring seeds give different generators") {
  std::set<std::uint32_t> first;
  for (std::uint64_t seed = 0; seed < 200; ++seed) first.insert(jem::rng{seed}.next().bits(0));
  CHECK(first.size() == 200);
}

// Counts of n trials of probability 1/7 are within five standard deviations: false alarm 7 × 6e-7.
TEST_CASE("index_below is in range and uniform") {
  const jem::random_stream stream{16, 0};
  std::array<int, 7> counts{};
  constexpr int n = 70'000;
  for (index_t i = 0; i < n; ++i) ++counts.at(static_cast<std::size_t>(jem::index_below(stream, i, 7)));
  for (const int count : counts) CHECK(std::abs(count - n / 7.0) < 5 * std::sqrt(n * (1 / 7.0) * (6 / 7.0)));
  for (index_t i = 0; i < 100; ++i) CHECK(jem::index_below(stream, i, 1) == 0);
}

TEST_CASE("index_below uses 64 bits, so that the indices of a large range are equally likely") {
  const jem::random_stream stream{17, 0};
  constexpr index_t third = index_t{1} << 30, n = 3 * third;  // with 32 bits every third index would be twice as likely
  constexpr int draws = 30'000;
  std::array<int, 3> counts{};
  for (index_t i = 0; i < draws; ++i) {
    const index_t drawn = jem::index_below(stream, i, n);
    REQUIRE((drawn >= 0 && drawn < n));
    ++counts.at(static_cast<std::size_t>(drawn % 3));
  }
  for (const int count : counts)
    CHECK(std::abs(count - draws / 3.0) < 5 * std::sqrt(draws * (1 / 3.0) * (2 / 3.0)));  // false alarm 3 × 6e-7
}

TEST_CASE("an event happens with its probability, never for 0 and NaN, and always for 1") {
  const jem::random_stream stream{18, 0};
  constexpr int n = 100'000;
  for (const double p : {0.001, 0.3, 0.5, 0.999}) {
    int count = 0;
    for (index_t i = 0; i < n; ++i) count += stream.happens(i, static_cast<float>(p)) ? 1 : 0;
    CHECK(std::abs(count - n * p) < 5 * std::sqrt(n * p * (1 - p)));  // false alarm 6e-7
  }
  for (index_t i = 0; i < 1000; ++i) {
    CHECK(stream.happens(i, 1.0f));
    CHECK_FALSE(stream.happens(i, 0.0f));
    CHECK_FALSE(stream.happens(i, std::numeric_limits<float>::quiet_NaN()));
  }
}

TEST_CASE("a rare event whose first word does not decide happens with its probability, down to the smallest float") {
  const jem::random_stream stream{19, 0};
  constexpr int n = 200'000;
  int count       = 0;
  for (index_t i = 0; i < n; ++i)
    count += stream.happens(i, 0x1p-40f, 0) ? 1 : 0;  // 2⁻⁴⁰ = 2⁻³² · 2⁻⁸; the first word is 0 here, which has 2⁻³²
  CHECK(std::abs(count - n / 256.0) < 5 * std::sqrt(n / 256.0));
  for (index_t i = 0; i < 10'000; ++i) {
    CHECK_FALSE(stream.happens(i, 1.8e-35f, 0));
    CHECK_FALSE(stream.happens(i, std::numeric_limits<float>::denorm_min(), 0));
  }
}

TEST_CASE("the second word decides between probabilities that agree in the first") {
  const jem::random_stream stream{7, 0};
  const index_t i = 4'922'019;  // its first word is 882, so small that p is exact in double
  REQUIRE(stream.bits(i) == 882);
  const double second = stream.bits(i + jem::random_stream::further);
  const double p      = (882 + second * 0x1p-32) * 0x1p-32;
  CHECK(stream.happens(i, p + 0x1p-64));
  CHECK_FALSE(stream.happens(i, p));
  CHECK_FALSE(stream.happens(i, p - 0x1p-64));
}
