// SPDX-License-Identifier: MIT
// Random numbers as functions of (key, stream, index): Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3" (SC 2011). There is no shared or hidden state, so results do not depend on the order of threads.
#pragma once

#include <jem/core/math.hpp>
#include <jem/core/shape.hpp>

#include <array>
#include <concepts>
#include <cstdint>

namespace jem::inline v0 {

/// 128 bits: a counter, or the output of Philox for one.
using philox_block = std::array<std::uint32_t, 4>;

namespace detail {

/// The key of a round of Philox4x32; `next` changes it to the key of the following round.
struct philox_key {
  std::uint32_t k0, k1;

  constexpr explicit philox_key(std::uint64_t key) : k0(static_cast<std::uint32_t>(key)), k1(static_cast<std::uint32_t>(key >> 32)) {}

  constexpr void next() {
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
};

constexpr void philox_round(std::uint32_t& c0, std::uint32_t& c1, std::uint32_t& c2, std::uint32_t& c3, philox_key key) {
  const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c0;
  const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c2;
  c0                     = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ key.k0;
  c2                     = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ key.k1;
  c1                     = static_cast<std::uint32_t>(p1);
  c3                     = static_cast<std::uint32_t>(p0);
}

}  // namespace detail

/// Ten rounds of Philox4x32: 128 random bits for a counter under a key.
constexpr philox_block philox4x32(philox_block c, std::uint64_t key) {
  detail::philox_key round_key(key);
  for (int round = 0; round < 10; ++round, round_key.next()) detail::philox_round(c[0], c[1], c[2], c[3], round_key);
  return c;
}

/// An infinite sequence of random numbers, each a pure function of its index. The numbers are grouped in tiles of 128. A tile has the
/// first words of 32 counters, then their second words, and so on. This is the order in which vector units compute them.
struct random_stream {
  static constexpr index_t counters = 32;            ///< counters in a tile
  static constexpr index_t tile     = 4 * counters;  ///< numbers in a tile

  std::uint64_t key;  ///< the key of the generator
  std::uint64_t id;   ///< the number of the stream, among those of its key

  /// The four words of the c-th counter of tile `number`.
  constexpr philox_block block(index_t number, index_t c) const {
    const auto n = static_cast<std::uint64_t>(number * counters + c);
    return philox4x32({static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(n >> 32), static_cast<std::uint32_t>(id),
                       static_cast<std::uint32_t>(id >> 32)},
                      key);
  }

  /// Word i of the stream: 32 random bits.
  constexpr std::uint32_t bits(index_t i) const { return block(i / tile, i % counters)[static_cast<std::size_t>(i % tile / counters)]; }

  /// Whether an event of probability p happens at index i. The digits of a uniform number in base 2³² are compared with those of p until
  /// they differ, so that the probability is exact for every p, however small. The first digit is bits(i). False for NaN.
  template <std::floating_point V>
  constexpr bool happens(index_t i, V p) const {
    return happens(i, p, bits(i));
  }

  /// The same for callers that already know `digit` = bits(i).
  template <std::floating_point V>
  constexpr bool happens(index_t i, V p, std::uint32_t digit) const {
    if (!(p > V(0))) return false;
    for (index_t k = 1; p < V(1); ++k) {
      const V shifted  = p * V(0x1p32);
      const auto whole = static_cast<std::uint64_t>(shifted);
      if (digit != whole) return digit < whole;
      p = shifted - static_cast<V>(whole);
      if (p == V(0)) return false;
      digit = bits(i + k * further);
    }
    return true;
  }

  /// Uniform on [0, 1), in steps of 2⁻²⁴: the same bits on every backend, compiler and machine.
  constexpr float uniform(index_t i) const { return static_cast<float>(bits(i) >> 8) * 0x1p-24f; }

  /// A standard normal number, computed in float whatever type it is stored in; |ξ| ≤ 6.7.
  constexpr float normal(index_t i) const {
    const index_t pair = i % tile / (2 * counters);  // words (0, 1) make two normals, words (2, 3) two more
    const auto words   = block(i / tile, i % counters);
    float both[2]{};
    box_muller(words[static_cast<std::size_t>(2 * pair)], words[static_cast<std::size_t>(2 * pair + 1)], both[0], both[1]);
    return both[i % tile / counters % 2];
  }

  /// All 128 uniforms of tile `number`.
  constexpr void uniforms(index_t number, float* out) const {
    std::uint32_t words[tile]{};
    all_bits(number, words);
    for (index_t i = 0; i < tile; ++i) out[i] = static_cast<float>(words[i] >> 8) * 0x1p-24f;
  }

  /// All 128 normals of tile `number`: those of normal(128·number + i), up to rounding in the last place.
  constexpr void normals(index_t number, float* out) const {
    std::uint32_t words[tile]{};
    all_bits(number, words);
    for (index_t pair = 0; pair < 2; ++pair) {
      const std::uint32_t* first = words + pair * 2 * counters;
      float* to                  = out + pair * 2 * counters;
      for (index_t c = 0; c < counters; ++c) box_muller(first[c], first[c + counters], to[c], to[c + counters]);
    }
  }

  /// All 128 words of tile `number`. The inner loop is the one over counters, so that it is vectorised whatever the compiler unrolls or
  /// inlines.
  constexpr void all_bits(index_t number, std::uint32_t* words) const {
    const auto first        = static_cast<std::uint64_t>(number * counters);  // 32 divides 2³²: all have the same upper half
    std::uint32_t* const c0 = words;
    std::uint32_t* const c1 = words + counters;
    std::uint32_t* const c2 = words + 2 * counters;
    std::uint32_t* const c3 = words + 3 * counters;
    for (index_t c = 0; c < counters; ++c) {
      c0[c] = static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(c);
      c1[c] = static_cast<std::uint32_t>(first >> 32);
      c2[c] = static_cast<std::uint32_t>(id);
      c3[c] = static_cast<std::uint32_t>(id >> 32);
    }
    detail::philox_key round_key(key);
    for (int round = 0; round < 10; ++round, round_key.next()) {
      for (index_t c = 0; c < counters; ++c) detail::philox_round(c0[c], c1[c], c2[c], c3[c], round_key);
    }
  }

  /// Digit k of number i is word i + k·2⁵⁰ of the stream. These indices are beyond those of every tensor.
  static constexpr index_t further = index_t{1} << 50;

 private:
  /// The transform of Box and Muller (1958). One word gives the radius and another one the angle, of which the upper two bits are the
  /// quadrant.
  static constexpr void box_muller(std::uint32_t for_radius, std::uint32_t for_angle, float& first, float& second) {
    const float u      = (static_cast<float>(static_cast<std::int32_t>(for_radius >> 1)) + 0.5f) * 0x1p-31f;  // (0, 1]
    const float radius = math::sqrt_of_positive(-2.0f * math::log_of_positive(u));
    const auto turned  = for_angle + 0x20000000u;  // by π/4, so that quadrants are centred on the axes
    const auto rest    = static_cast<std::int32_t>(turned & 0x3FFFFFFFu) - 0x20000000;
    const float t      = static_cast<float>(rest) * (6.283185307f * 0x1p-32f);  // [−π/4, π/4)
    const float q      = t * t;
    const float sine   = t * (1.0f + q * (-1.0f / 6 + q * (1.0f / 120 + q * (-1.0f / 5040))));
    const float cosine = 1.0f + q * (-0.5f + q * (1.0f / 24 + q * (-1.0f / 720 + q * (1.0f / 40320))));
    const auto c       = std::bit_cast<std::uint32_t>(radius * cosine);
    const auto s       = std::bit_cast<std::uint32_t>(radius * sine);
    const auto odd     = 0u - (turned >> 30 & 1u);  // all bits or none; a branch would prevent vectorisation
    const auto swapped = (s ^ c) & odd;
    const auto behind  = turned & 0x80000000u;
    first              = std::bit_cast<float>(c ^ swapped ^ (odd & 0x80000000u) ^ behind);
    second             = std::bit_cast<float>(s ^ swapped ^ behind);
  }
};

/// A random number generator with value semantics: a copy repeats its numbers, `split` makes an independent generator, and the three
/// members are its whole state. Functions that need random numbers have a parameter rng& and take streams from it.
struct rng {
  std::uint64_t key     = 0;  ///< the seed
  std::uint64_t counter = 0;  ///< the number of streams that it has handed out
  index_t row           = 0;  ///< first row, within the whole batch, of the tensors that are drawn: a tile gets the batch's numbers

  /// A stream that has not been used before.
  constexpr random_stream next() { return {key, counter++}; }

  /// An independent generator with a key of its own. It uses up one stream of this one.
  constexpr rng split() {
    constexpr std::uint64_t keys = std::uint64_t{1} << 63;  // the ids of streams do not have this bit
    const auto words             = random_stream{key, counter++ | keys}.block(0, 0);
    return {std::uint64_t{words[0]} << 32 | words[1], 0, row};
  }

  /// Calls f(name, part) for each part that a checkpoint stores.
  static void each_part(auto& self, auto f) { f("key", self.key), f("counter", self.counter), f("row", self.row); }

  friend constexpr bool operator==(const rng&, const rng&) = default;
};

/// An index in [0, n) for n ≤ 2³²: n times a 64-bit random number, divided by 2⁶⁴ (Lemire 2019), without rejection, so that the bias is at
/// most n·2⁻⁶⁴. The lower 32 bits of the random number are drawn only if they can change the result, which is rare for small n.
constexpr index_t index_below(const random_stream& stream, index_t i, index_t n) {
  const auto size             = static_cast<std::uint64_t>(n);
  const std::uint64_t product = std::uint64_t{stream.bits(i)} * size, rest = product & 0xFFFFFFFFu;
  if (rest + size <= 0xFFFFFFFFu) return static_cast<index_t>(product >> 32);
  const std::uint64_t carried = std::uint64_t{stream.bits(i + random_stream::further)} * size >> 32;
  return static_cast<index_t>((product + carried) >> 32);
}

}  // namespace jem::inline v0
