// SPDX-License-Identifier: MIT
// How the eigen backend computes a convolution. It uses Winograd's algorithms for kernels of 3×3 with stride 1, and for kernels of 3×3 or
// 4×4 with stride 2 and padding 1, if there are enough channels. All other convolutions are products of windows with weights. The choice
// depends on the shape only, and for the output and the input's gradient it does not depend on the size of the batch. The rule was found
// by measurements; nothing is timed when a program runs.
#pragma once

#include <jem/backend/cpu/convolution/direct_one_channel.hpp>
#include <jem/backend/cpu/winograd/tiles.hpp>
#include <jem/core/concepts.hpp>

#include <concepts>
#include <type_traits>

namespace jem::inline v0::eigen_convolution {

/// windows: products of windows with weights. dots: inner products, for the gradient of images with one channel. sliding_8x4: Winograd's
/// algorithm for stride 1 with tiles of 8×4 outputs. halving_3: the one for stride 2 and kernels of 3×3.
enum class method { windows, dots, sliding_4x4, sliding_8x4, sliding_8x8, halving_3, halving_4 };

using tiles_4x4 = winograd::sliding<4>;
using tiles_8x4 = winograd::rectangle<winograd::sliding<8>, winograd::sliding<4>>;
using tiles_8x8 = winograd::sliding<8>;

/// The tiles that are allowed for images of type E. In float the error is at most 2e-5 if sums are not too long; larger tiles need shorter
/// sums. 8×8 tiles would be accurate enough for sums over few channels only, so they are not used in float. bfloat16 images may have them:
/// rounding to bfloat16 is a hundred times coarser than the error of the largest tiles.
template <element E>
inline constexpr bool takes_8x8 = !std::same_as<E, accumulator_t<E>>;
template <element E>
inline constexpr bool takes_8x4 = takes_8x8<E> || std::same_as<E, float>;

/// Calls f.operator()<A>() with Winograd's algorithm A of a method, for images of type E. Returns false if the method has no such
/// algorithm.
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

/// The number of multiplications of algorithm A for one image, channel and filter.
template <class A>
constexpr index_t products_of(const winograd::mapping& s) {
  const winograd::tiling<A> tiles(s);
  return tiles.rows * tiles.columns * winograd::points<A>;
}

/// Whether at least half of the outputs of all tiles are inside the image. Otherwise tiles do not save enough multiplications.
template <class A>
constexpr bool fills_tiles(const winograd::mapping& s) {
  const winograd::tiling<A> tiles(s);
  return 2 * s.oh * s.ow >= A::down::out * A::across::out * tiles.rows * tiles.columns;
}

/// The method for stride 1 whose tiles need the fewest multiplications.
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

/// The method for one direction. It is `windows` if there are too few channels to make up for the transforms, or if less than half of the
/// tiles would be filled.
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

/// The method for the gradient of the weights. Larger tiles have larger rounding errors, so sums over fewer than 512 pixels use no large
/// tiles, and sums over fewer than 32 pixels use no tiles at all.
template <element E>
constexpr method weights_method(const convolution_shape& s) {
  const method m = s.pixels() >= 32 ? forward_method<E>(s) : method::windows;
  return s.pixels() < 512 && (m == method::sliding_8x4 || m == method::sliding_8x8) ? method::sliding_4x4 : m;
}

}  // namespace jem::inline v0::eigen_convolution
