// SPDX-License-Identifier: MIT
// How the eigen backend does a convolution: by Winograd's algorithms where kernels are 3×3 with stride 1, or 3×3 or 4×4 and halve the
// image, and there are channels enough, else as products of windows with weights. The choice is a rule in the shape of an image, whatever
// the batch, found by measuring; nothing is timed when a program runs.
#pragma once

#include <jem/backend/cpu/convolution/direct_one_channel.hpp>
#include <jem/backend/cpu/winograd/tiles.hpp>
#include <jem/core/concepts.hpp>

#include <concepts>
#include <type_traits>

namespace jem::inline v0::eigen_convolution {

/// Products of windows or of single pixels; or an algorithm of Winograd's, for filters that move by one with tiles of so many outputs.
enum class method { windows, dots, sliding_4x4, sliding_8x4, sliding_8x8, halving_3, halving_4 };

using tiles_4x4 = winograd::sliding<4>;
using tiles_8x4 = winograd::rectangle<winograd::sliding<8>, winograd::sliding<4>>;
using tiles_8x8 = winograd::sliding<8>;

/// Which tiles images of type E may have: they are right to 2e-5 in float where sums are not too long, the larger the tile the shorter.
/// Images stored in half as much are rounded a hundred times as coarsely as the largest tiles are wrong; sums of few channels alone
/// would be more exact than those.
template <element E>
inline constexpr bool takes_8x8 = !std::same_as<E, accumulator_t<E>>;
template <element E>
inline constexpr bool takes_8x4 = takes_8x8<E> || std::same_as<E, float>;

/// Calls f.operator()<the algorithm of a method>(), where it has one, and tells whether: for images of type E.
template <element E, class F>
constexpr bool by_algorithm(method m, F f) {
  switch (m) {
    case method::sliding_4x4:
      f.template operator()<tiles_4x4>();
      return true;
    case method::sliding_8x4:
      if constexpr (takes_8x4<E>) f.template operator()<tiles_8x4>();
      return true;
    case method::sliding_8x8:
      if constexpr (takes_8x8<E>) f.template operator()<tiles_8x8>();
      return true;
    case method::halving_3:
      f.template operator()<winograd::halving<3>>();
      return true;
    case method::halving_4:
      f.template operator()<winograd::halving<4>>();
      return true;
    default:
      return false;
  }
}

/// The same for the gradient of the input.
template <element E, class F>
constexpr bool by_backward_algorithm(method m, F f) {
  switch (m) {
    case method::halving_3:
      f.template operator()<winograd::doubling<3>>();
      return true;
    case method::halving_4:
      f.template operator()<winograd::doubling<4>>();
      return true;
    default:
      return by_algorithm<E>(m, f);
  }
}

/// Products of an image by an algorithm.
template <class A>
constexpr index_t products_of(const winograd::mapping& s) {
  const winograd::tiling<A> tiles(s);
  return tiles.rows * tiles.columns * winograd::points<A>;
}

/// Whether tiles are at least half full: with fewer outputs each, a direct convolution has no more products.
template <class A>
constexpr bool fills_tiles(const winograd::mapping& s) {
  const winograd::tiling<A> tiles(s);
  return 2 * s.oh * s.ow >= A::down::out * A::across::out * tiles.rows * tiles.columns;
}

/// The tiles with the fewest products.
template <element E>
constexpr method sliding_method(const winograd::mapping& s) {
  method best      = method::sliding_4x4;
  index_t fewest   = products_of<tiles_4x4>(s);
  const auto offer = [&]<class A>(std::type_identity<A>, method m) {
    if (fills_tiles<A>(s) && products_of<A>(s) < fewest) best = m, fewest = products_of<A>(s);
  };
  if (takes_8x8<E> || (takes_8x4<E> && s.c <= 192)) offer(std::type_identity<tiles_8x4>{}, method::sliding_8x4);
  if (takes_8x8<E> && s.c >= 24 && s.c <= 160) offer(std::type_identity<tiles_8x8>{}, method::sliding_8x8);
  return best;
}

/// The method for one direction: windows where there are fewer channels than the transforms cost, or tiles would be empty.
template <element E>
constexpr method method_for(const convolution_shape& s, const winograd::mapping& way, bool backwards) {
  if (s.kh != s.kw || way.c < 8) return method::windows;
  method m = method::windows;
  if (s.kh == 3 && s.stride == 1) m = sliding_method<E>(way);
  if (s.stride == 2 && s.padding == 1 && (s.kh == 3 || s.kh == 4)) m = s.kh == 3 ? method::halving_3 : method::halving_4;
  bool fills       = false;
  const auto check = [&]<class A>() { fills = fills_tiles<A>(way); };
  backwards ? by_backward_algorithm<E>(m, check) : by_algorithm<E>(m, check);
  return fills ? m : method::windows;
}

/// The methods for images of type E, for the output and for the gradient of the input.
template <element E>
constexpr method forward_method(const convolution_shape& s) {
  return method_for<E>(s, winograd::forward_mapping(s), false);
}
template <element E>
constexpr method backward_method(const convolution_shape& s) {
  return window_product::takes_dots(s) ? method::dots : method_for<E>(s, winograd::backward_mapping(s), true);
}

/// The method for the gradient of the weights. A sum over few pixels is better off without the rounding of large tiles, one over a handful
/// without that of any.
template <element E>
constexpr method weights_method(const convolution_shape& s) {
  const method m = s.pixels() >= 32 ? forward_method<E>(s) : method::windows;
  return s.pixels() < 512 && (m == method::sliding_8x4 || m == method::sliding_8x8) ? method::sliding_4x4 : m;
}

}  // namespace jem::inline v0::eigen_convolution
