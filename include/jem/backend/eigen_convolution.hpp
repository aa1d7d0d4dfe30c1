// SPDX-License-Identifier: MIT
// Convolutions of the eigen backend: by Winograd's algorithms where kernels are 3×3 with stride 1, or 3×3 or 4×4 and halve the image,
// and there are channels enough (eigen_winograd.hpp), else as products of windows with weights (window_product.hpp). The choice is
// a rule in the shape.
#pragma once

#include <jem/backend/eigen_winograd.hpp>
#include <jem/backend/eigen_winograd_gradient.hpp>
#include <jem/backend/window_dots.hpp>
#include <jem/backend/window_gradient.hpp>
#include <jem/backend/window_product.hpp>
#include <jem/core/convolution_terms.hpp>

#include <utility>

namespace jem::inline v0::eigen_convolution {

enum class method { windows, dots, sliding, halving_3, halving_4 };

/// The method for weights (kh, kw, …) and an input of c channels: with fewer, the transforms cost more than they save.
constexpr method method_for(const convolution_shape& s, index_t c) {
  if (s.kh != s.kw || c < 8) return method::windows;
  if (s.kh == 3 && s.stride == 1) return method::sliding;
  if (s.stride != 2 || s.padding != 1) return method::windows;
  return s.kh == 3 ? method::halving_3 : s.kh == 4 ? method::halving_4 : method::windows;
}

/// And for the gradient of the input.
constexpr method backward_method_for(const convolution_shape& s) {
  return window_product::takes_dots(s) ? method::dots : method_for(s, s.f);
}

/// Calls f.operator()<the algorithm of a method>(), where it has one, and tells whether.
template <class F>
constexpr bool by_algorithm(method m, F f) {
  switch (m) {
    case method::sliding:
      f.template operator()<winograd::sliding>();
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
template <class F>
constexpr bool by_backward_algorithm(method m, F f) {
  switch (m) {
    case method::sliding:
      f.template operator()<winograd::sliding>();
      return true;
    case method::halving_3:
      f.template operator()<winograd::doubling<3>>();
      return true;
    case method::halving_4:
      f.template operator()<winograd::doubling<4>>();
      return true;
    default:
      return false;
  }
}

/// Whether tiles are at least half full: with fewer outputs each, a direct convolution has no more products.
template <class A>
constexpr bool fills_tiles(const winograd::mapping& s) {
  return 2 * s.n * s.oh * s.ow >= A::out * A::out * winograd::tiling<A>(s).count();
}

/// The methods for images, too: windows where tiles would be empty.
constexpr method forward_method(const convolution_shape& s) {
  bool fills     = false;
  const method m = method_for(s, s.c);
  by_algorithm(m, [&]<class A>() { fills = fills_tiles<A>(winograd::forward_mapping(s)); });
  return fills ? m : method::windows;
}
constexpr method backward_method(const convolution_shape& s) {
  bool fills     = false;
  const method m = backward_method_for(s);
  if (m == method::dots) return m;
  by_backward_algorithm(m, [&]<class A>() { fills = fills_tiles<A>(winograd::backward_mapping(s)); });
  return fills ? m : method::windows;
}

/// The convolution that weights (kh, kw, c, f) and a geometry belong to, of no image.
constexpr convolution_shape without_images(const shape& weight, convolution_geometry g) {
  return {0, 0, 0, weight[2], weight[0], weight[1], weight[3], g.stride, g.padding};
}

/// Elements of weights that are worth laying out while they stand still, for the output and for the input's gradient: none where they
/// are so large that it costs less to transform them anew each time, see eigen_winograd_weights.hpp.
constexpr std::pair<index_t, index_t> prepared_sizes(const shape& weight, convolution_geometry g) {
  const convolution_shape s = without_images(weight, g);
  const auto kept           = []<class A>(index_t c, index_t f) {
    return eigen_winograd::worth_keeping(winograd::points<A>, c, f) ? eigen_winograd::weights_size(winograd::points<A>, c, f) : 0;
  };
  index_t forward = 0, backward = 0;
  if (!by_algorithm(method_for(s, s.c), [&]<class A>() { forward = kept.template operator()<A>(s.c, s.f); })) {
    forward = panel_product::panels{s.f}.elements(s.patch());
  }
  if (window_product::takes_dots(s)) {
    backward = s.kh * s.kw * s.f;
  } else if (!by_backward_algorithm(method_for(s, s.f), [&]<class A>() { backward = kept.template operator()<A>(s.f, s.c); })) {
    backward = panel_product::panels{s.c}.elements(s.kh * s.kw * s.f);
  }
  return {forward, backward};
}

/// Lays them out.
template <class Threads, scalar T>
void prepare_weights(const shape& weight, convolution_geometry g, const T* w, T* forward, T* backward) {
  const convolution_shape s = without_images(weight, g);
  const auto transform      = [&]<class A>(bool turned, index_t c, index_t f, T* to) {
    if (eigen_winograd::worth_keeping(winograd::points<A>, c, f)) {
      eigen_winograd::transform_weights<Threads>(eigen_winograd::algorithm_of<A, T>(), {w, turned}, c, f, to);
    }
  };
  if (!by_algorithm(method_for(s, s.c), [&]<class A>() { transform.template operator()<A>(false, s.c, s.f, forward); })) {
    panel_product::lay_out<Threads>(transpose::no, s.patch(), s.f, w, forward);
  }
  if (window_product::takes_dots(s)) {
    window_product::lay_out_column(s, w, backward);
  } else if (!by_backward_algorithm(method_for(s, s.f), [&]<class A>() { transform.template operator()<A>(true, s.f, s.c, backward); })) {
    window_product::lay_out_turned_weights<Threads>(s, w, backward);
  }
}

/// y = f(x) ⋆ w + bias + addend by an algorithm of Winograd's, if the shape has one, with laid out weights unless they are null. Images
/// may be stored in half as much as weights, which have to be rounded then.
template <class Threads, element E, light_function F, scalar T>
bool forward_by_tiles(const convolution_shape& s, const E* x, const T* w, E* y, const T* prepared,
                      const convolution_terms<E, F, T>& terms) {
  const epilogue<T, unchanged, E> finish{.bias = terms.bias, .addend = terms.addend};
  return by_algorithm(forward_method(s), [&]<class A>() {
    eigen_winograd::convolve<Threads>(eigen_winograd::algorithm_of<A, T>(), winograd::forward_mapping(s),
                                      eigen_winograd::read_tiles<A>(x, terms.function), {w, false}, prepared,
                                      eigen_winograd::write_tiles<A>(finish, y));
  });
}

/// y = f(x) ⋆ w + bias + addend, with laid out weights unless they are null.
template <class Threads, scalar T, light_function F>
void forward(const convolution_shape& s, const T* x, const T* w, T* y, const T* prepared, const convolution_terms<T, F>& terms) {
  if (forward_by_tiles<Threads>(s, x, w, y, prepared, terms)) return;
  const epilogue<T> finish{.bias = terms.bias, .addend = terms.addend};
  const bool usable = prepared != nullptr && method_for(s, s.c) == method::windows;
  host_storage<T> made(usable ? 0 : panel_product::panels{s.f}.elements(s.patch()));
  if (!usable) panel_product::lay_out<Threads>(transpose::no, s.patch(), s.f, w, made.data());
  window_product::multiply<Threads>(window_product::windows_of(s), x, terms.function, usable ? prepared : made.data(), finish, y);
}

/// dx = f′(x) ⊙ (wᵀ ⋆ dy) + addend, given dy = ∂L/∂y, by an algorithm of Winograd's, if the shape has one.
template <class Threads, element E, light_function F, scalar T>
bool input_gradient_by_tiles(const convolution_shape& s, const E* dy, const T* w, E* dx, const T* prepared,
                             const gradient_terms<E, F>& terms) {
  const unchanged itself;
  const epilogue<T, F, E> finish{.input = terms.input, .addend = terms.addend, .function = terms.function};
  return by_backward_algorithm(backward_method(s), [&]<class A>() {
    eigen_winograd::convolve<Threads>(eigen_winograd::algorithm_of<A, T>(), winograd::backward_mapping(s),
                                      eigen_winograd::read_tiles<A>(dy, itself), {w, true}, prepared,
                                      eigen_winograd::write_tiles<A>(finish, dx));
  });
}

/// dx = f′(x) ⊙ (wᵀ ⋆ dy) + addend, given dy = ∂L/∂y.
template <class Threads, scalar T, light_function F>
void input_gradient(const convolution_shape& s, const T* dy, const T* w, T* dx, const T* prepared, const gradient_terms<T, F>& terms) {
  if (input_gradient_by_tiles<Threads>(s, dy, w, dx, prepared, terms)) return;
  const epilogue<T, F> finish{.input = terms.input, .addend = terms.addend, .function = terms.function};
  const method m    = backward_method_for(s);
  const bool usable = prepared != nullptr && (m == method::windows || m == method::dots);
  host_storage<T> made(usable ? 0 : m == method::dots ? s.kh * s.kw * s.f : panel_product::panels{s.c}.elements(s.kh * s.kw * s.f));
  if (m == method::dots) {
    if (!usable) window_product::lay_out_column(s, w, made.data());
    return window_product::input_gradient_by_dots<Threads>(s, dy, usable ? prepared : made.data(), finish, dx);
  }
  if (!usable) window_product::lay_out_turned_weights<Threads>(s, w, made.data());
  window_product::input_gradient<Threads>(s, dy, usable ? prepared : made.data(), finish, dx);
}

/// dw += ∂L/∂w of f(x) ⋆ w, given dy = ∂L/∂y, by an algorithm of Winograd's, if the shape has one. A sum over a handful of pixels is
/// better off without the transforms' rounding.
template <class Threads, element E, scalar T, light_function F>
bool weight_gradient_by_tiles(const convolution_shape& s, const E* x, const T* dy, T* dw, F f) {
  return s.pixels() >= 32 && by_algorithm(forward_method(s), [&]<class A>() {
           eigen_winograd::weight_gradient<Threads>(eigen_winograd::gradient_algorithm_of<A, T>(), winograd::forward_mapping(s),
                                                    eigen_winograd::read_tiles<A>(x, f), dy, dw);
         });
}

/// dw += ∂L/∂w of f(x) ⋆ w, given dy = ∂L/∂y.
template <class Threads, scalar T, light_function F>
void weight_gradient(const convolution_shape& s, const T* x, const T* dy, T* dw, F f) {
  if (weight_gradient_by_tiles<Threads>(s, x, dy, dw, f)) return;
  window_product::weight_gradient<Threads>(s, x, f, dy, dw);
}

}  // namespace jem::inline v0::eigen_convolution
