// SPDX-License-Identifier: MIT
// A pack: as many numbers as a vector register of the target processor holds, with the arithmetic that g++ and clang define for
// vector types. The code names no instruction of a particular processor; where registers are narrower, a pack is narrower.
#pragma once

#include <jem/core/concepts.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

#include <Eigen/Core>

namespace jem::inline v0 {

/// The width of a register in bytes, as Eigen found it: 64 with AVX-512, 32 with AVX, else 16.
inline constexpr std::size_t pack_bytes = std::max<std::size_t>(16, EIGEN_MAX_STATIC_ALIGN_BYTES);

namespace detail {

template <scalar T>
struct pack_of {
  typedef T type __attribute__((vector_size(pack_bytes)));  // NOLINT(modernize-use-using): clang accepts no dependent size in `using`
};

}  // namespace detail

template <scalar T>
using pack = typename detail::pack_of<T>::type;  ///< as many elements as a register of the processor holds

template <scalar T>
inline constexpr index_t pack_width = static_cast<index_t>(pack_bytes / sizeof(T));  ///< elements of a pack

/// Reads a whole pack, from any alignment.
template <scalar T>
inline pack<T> load_pack(const T* from) {
  pack<T> v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

/// Writes a whole pack.
template <scalar T>
inline void store_pack(T* to, pack<T> v) {
  std::memcpy(to, &v, sizeof v);
}

namespace detail {

/// Copies count < 2·Size elements in pieces of constant sizes, since a call of memcpy costs more than the arithmetic on a pack.
template <std::size_t Size, element T>
inline void copy_part(const T* from, T* to, index_t count) {
  if (count & static_cast<index_t>(Size)) {
    std::memcpy(to, from, Size * sizeof(T));
    from += Size, to += Size;
  }
  if constexpr (Size > 1) copy_part<Size / 2>(from, to, count);
}

}  // namespace detail

/// Reads the first `count` elements, followed by zeros: for the end of rows that do not consist of whole packs.
template <scalar T>
inline pack<T> load_pack(const T* from, index_t count) {
  if (count >= pack_width<T>) return load_pack(from);
  T all[pack_width<T>]{};
  detail::copy_part<pack_width<T> / 2>(from, all, count);
  return load_pack(static_cast<const T*>(all));
}

/// Writes the first `count` elements.
template <scalar T>
inline void store_pack(T* to, pack<T> v, index_t count) {
  if (count >= pack_width<T>) return store_pack(to, v);
  T all[pack_width<T>];
  store_pack(all, v);
  detail::copy_part<pack_width<T> / 2>(static_cast<const T*>(all), to, count);
}

namespace detail {

typedef std::uint32_t pack_bits __attribute__((vector_size(pack_bytes)));         // NOLINT(modernize-use-using): as pack_of
typedef std::uint16_t upper_halves __attribute__((vector_size(pack_bytes / 2)));  // NOLINT(modernize-use-using)

}  // namespace detail

/// Reads a pack of floats from as many bfloat16 elements, from any alignment.
inline pack<float> load_pack(const bfloat16* from) {
  detail::upper_halves v;
  std::memcpy(&v, from, sizeof v);
  return std::bit_cast<pack<float>>(__builtin_convertvector(v, detail::pack_bits) << 16);
}

namespace detail {

/// The bits of floats, of which the upper half is rounded as by bfloat16.
inline pack_bits rounded_bits(pack<float> v) {
  const auto all = std::bit_cast<pack_bits>(v);
  return v == v ? all + 0x7fffu + ((all >> 16) & 1u) : all | 0x400000u;
}

}  // namespace detail

/// Writes a whole pack of floats, each rounded as bfloat16 does it.
inline void store_pack(bfloat16* to, pack<float> v) {
  const auto halves = __builtin_convertvector(detail::rounded_bits(v) >> 16, detail::upper_halves);
  std::memcpy(to, &halves, sizeof halves);
}

/// The numbers, each rounded to T.
template <element T>
pack<accumulator_t<T>> rounded_to(pack<accumulator_t<T>> v) {
  if constexpr (std::same_as<T, bfloat16>) {
    return std::bit_cast<pack<float>>(detail::rounded_bits(v) & 0xffff0000u);
  } else {
    return v;
  }
}

/// Reads the first `count` bfloat16 elements, followed by zeros.
inline pack<float> load_pack(const bfloat16* from, index_t count) {
  if (count >= pack_width<float>) return load_pack(from);
  bfloat16 all[pack_width<float>]{};
  detail::copy_part<pack_width<float> / 2>(from, all, count);
  return load_pack(static_cast<const bfloat16*>(all));
}

/// Writes the first `count` elements, each rounded.
inline void store_pack(bfloat16* to, pack<float> v, index_t count) {
  if (count >= pack_width<float>) return store_pack(to, v);
  bfloat16 all[pack_width<float>];
  store_pack(all, v);
  detail::copy_part<pack_width<float> / 2>(static_cast<const bfloat16*>(all), to, count);
}

/// Prefetches the first `count` elements of each pixel of a rectangle that is needed soon. Its lines are `line` and its pixels `pixel`
/// elements apart. Processors predict sequential access to memory, but not access to the tiles of an image.
template <bool Write = false, element T>
inline void fetch_square(const T* from, index_t rows, index_t columns, index_t line, index_t pixel, index_t count) {
  for (index_t r = 0; r < rows; ++r) {
    for (index_t q = 0; q < columns; ++q) {
      for (index_t j = 0; j < count; j += 64 / static_cast<index_t>(sizeof(T))) {
        __builtin_prefetch(from + r * line + q * pixel + j, Write ? 1 : 0);
      }
    }
  }
}

/// Transposes a square of packs, by exchanging blocks of half, a quarter, … of the size.
template <scalar T>
inline void transpose_packs(pack<T>* rows) {
  constexpr auto lanes = static_cast<std::size_t>(pack_width<T>);
  const auto exchange  = [&]<std::size_t Half, std::size_t... I>(std::integral_constant<std::size_t, Half>, std::index_sequence<I...>) {
    for (std::size_t i = 0; i < lanes; ++i) {
      if (i / Half % 2 != 0) continue;
      const pack<T> a = rows[i], b = rows[i + Half];
      rows[i]        = __builtin_shufflevector(a, b, (I / Half % 2 == 0 ? I : lanes + I - Half)...);
      rows[i + Half] = __builtin_shufflevector(a, b, (I / Half % 2 == 0 ? I + Half : lanes + I)...);
    }
  };
  constexpr std::make_index_sequence<lanes> all{};
  if constexpr (lanes >= 16) exchange(std::integral_constant<std::size_t, 8>{}, all);
  if constexpr (lanes >= 8) exchange(std::integral_constant<std::size_t, 4>{}, all);
  if constexpr (lanes >= 4) exchange(std::integral_constant<std::size_t, 2>{}, all);
  exchange(std::integral_constant<std::size_t, 1>{}, all);
}

/// f(j, count) for the packs of a row. For whole packs count is a compile-time constant, so that only the last pack is checked.
template <scalar T, class F>
inline void for_packs(index_t columns, F f) {
  index_t j = 0;
  for (; j + pack_width<T> <= columns; j += pack_width<T>) f(j, std::integral_constant<index_t, pack_width<T>>{});
  if (j < columns) f(j, columns - j);
}

}  // namespace jem::inline v0
