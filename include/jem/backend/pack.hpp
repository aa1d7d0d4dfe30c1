// SPDX-License-Identifier: MIT
// A pack: as many numbers as a vector register of the machine that is compiled for holds, with the arithmetic that g++ and
// clang give to vector types. No instruction of one processor is named; on a narrower machine a pack is narrower.
#pragma once

#include <jem/core/concepts.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include <Eigen/Core>

namespace jem::inline v0 {

/// The width of a register in bytes, as Eigen found it: 64 with AVX-512, 32 with AVX, else 16.
inline constexpr std::size_t pack_bytes = std::max<std::size_t>(16, EIGEN_MAX_STATIC_ALIGN_BYTES);

namespace detail {

template <scalar T>
struct pack_of {
  typedef T type __attribute__((vector_size(pack_bytes)));  // NOLINT(modernize-use-using): clang takes no dependent size in `using`
};

}  // namespace detail

template <scalar T>
using pack = typename detail::pack_of<T>::type;  ///< as many elements as a register of the processor holds

template <scalar T>
inline constexpr index_t pack_width = static_cast<index_t>(pack_bytes / sizeof(T));  ///< elements of a pack

/// A whole pack, wherever it lies.
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

/// Copies count < 2·Size elements in pieces of a constant size: a call of memcpy costs more than a pack's arithmetic.
template <std::size_t Size, scalar T>
inline void copy_part(const T* from, T* to, index_t count) {
  if (count & static_cast<index_t>(Size)) {
    std::memcpy(to, from, Size * sizeof(T));
    from += Size, to += Size;
  }
  if constexpr (Size > 1) copy_part<Size / 2>(from, to, count);
}

}  // namespace detail

/// The first `count` elements, and zeros: at the end of rows that are no multiple of a pack.
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

/// Asks for one element of each cache line of a square of pixels that is needed soon, `line` and `pixel` elements apart: processors
/// foresee lines of memory, but not the squares that images are cut into.
template <bool Write = false, scalar T>
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

/// f(j, count) for the packs of a row: count is a constant where a pack is whole, so that only the last one is asked.
template <scalar T, class F>
inline void for_packs(index_t columns, F f) {
  index_t j = 0;
  for (; j + pack_width<T> <= columns; j += pack_width<T>) f(j, std::integral_constant<index_t, pack_width<T>>{});
  if (j < columns) f(j, columns - j);
}

}  // namespace jem::inline v0
