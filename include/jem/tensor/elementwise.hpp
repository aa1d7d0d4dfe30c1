// SPDX-License-Identifier: MIT
// Element-wise operations. One named by a noun returns a tensor; one named by a verb changes its first argument. The functions that they
// apply are functors with a constexpr operator(), which run on every backend; lambdas are a shorthand for backends on the host. Functions
// receive elements as accumulator_t, and arguments that are single numbers have this type, too: bfloat16 is widened when it is read and
// rounded when it is written.
#pragma once

#include <jem/core/platform.hpp>
#include <jem/tensor/elements.hpp>
#include <jem/tensor/tensor.hpp>

namespace jem::inline v0 {

/// Two operands that one loop can read: they have the same backend and the same element type.
template <class A, class B>
concept compatible = tensor_like<A> && tensor_like<B> && std::same_as<typename A::value_type, typename B::value_type> &&
                     std::same_as<typename A::backend_type, typename B::backend_type>;

/// Whether elements of X are summed in the element type of P. That is their own type, or the wider type in which arithmetic on them is
/// done.
template <class X, class P>
concept summed_in = tensor_like<X> && tensor_like<P> && std::same_as<typename X::backend_type, typename P::backend_type> &&
                    std::same_as<accumulator_t<typename X::value_type>, typename P::value_type>;

/// The type in which arithmetic on the elements of X is done.
template <tensor_like X>
using number_of = accumulator_t<typename std::remove_cvref_t<X>::value_type>;

/// The type of tensor in which sums of elements of X are returned: X itself, unless its elements are stored in fewer bits.
template <tensor_like X>
using sums_of = tensor<number_of<X>, typename std::remove_cvref_t<X>::backend_type>;

/// x with elements of type E, each rounded once; x itself if E is its element type.
template <element E, tensor_like X>
tensor<E, typename X::backend_type> converted(const X& x) {
  if constexpr (std::same_as<E, typename X::value_type>) {
    return tensor<E, typename X::backend_type>(x);
  } else {
    tensor<E, typename X::backend_type> result(x.extents());
    const auto* const from = x.data();
    E* const to            = result.data();
    X::backend_type::for_each(x.size(), [=] JEM_LAMBDA(index_t i) { to[i] = static_cast<E>(from[i]); });
    return result;
  }
}
/// x itself without a copy, since E is its element type.
template <element E, class Backend>
tensor<E, Backend> converted(tensor<E, Backend>&& x) {
  return std::move(x);
}

namespace detail {

/// x with elements of type E, for reading: x itself, without a copy, if E is its element type.
template <element E, tensor_like X>
decltype(auto) read_as(const X& x) {
  if constexpr (std::same_as<E, typename X::value_type>) {
    return (x);
  } else {
    return converted<E>(x);
  }
}

/// f(x), rounded to E and returned in the type of arithmetic on X: a factor of a product whose factors are stored as E.
template <element E, tensor_like X, class F>
sums_of<X> factors(const X& x, F f) {
  using V = number_of<X>;
  sums_of<X> result(x.extents());
  const auto from = read_elements(x);
  const auto to   = write_elements(result);
  X::backend_type::for_each(x.size(), [=] JEM_LAMBDA(index_t i) { to(i) = static_cast<V>(static_cast<E>(f(from(i)))); });
  return result;
}

}  // namespace detail

/// yᵢ = f(xᵢ)
template <tensor_like X, class F>
tensor_of<X> map(const X& x, F f) {
  using V = number_of<X>;
  tensor_of<X> result(x.extents());
  const auto from = read_elements(x);
  const auto to   = write_elements(result);
  X::backend_type::for_each(x.size(), [=] JEM_LAMBDA(index_t i) { to(i) = static_cast<V>(f(from(i))); });
  return result;
}

/// zᵢ = f(xᵢ, yᵢ). Throws std::invalid_argument unless the extents agree.
template <tensor_like X, compatible<X> Y, class F>
tensor_of<X> zip(const X& x, const Y& y, F f) {
  expect_shape("zip", x.extents(), y.extents());
  using V = number_of<X>;
  tensor_of<X> result(x.extents());
  const auto left = read_elements(x), right = read_elements(y);
  const auto to = write_elements(result);
  X::backend_type::for_each(x.size(), [=] JEM_LAMBDA(index_t i) { to(i) = static_cast<V>(f(left(i), right(i))); });
  return result;
}

/// uᵢ = f(xᵢ, yᵢ, zᵢ). Throws std::invalid_argument unless the extents agree.
template <tensor_like X, compatible<X> Y, compatible<X> Z, class F>
tensor_of<X> zip(const X& x, const Y& y, const Z& z, F f) {
  expect_shape("zip", x.extents(), y.extents());
  expect_shape("zip", x.extents(), z.extents());
  using V = number_of<X>;
  tensor_of<X> result(x.extents());
  const auto a = read_elements(x), b = read_elements(y), c = read_elements(z);
  const auto to = write_elements(result);
  X::backend_type::for_each(x.size(), [=] JEM_LAMBDA(index_t i) { to(i) = static_cast<V>(f(a(i), b(i), c(i))); });
  return result;
}

/// xᵢ ← f(xᵢ)
template <tensor_value X, class F>
void apply(X& x, F f) {
  using V       = number_of<X>;
  const auto to = write_elements(x);
  X::backend_type::for_each(x.size(), [=] JEM_LAMBDA(index_t i) { to(i) = static_cast<V>(f(static_cast<V>(to(i)))); });
}

/// xᵢ ← f(xᵢ, yᵢ)
template <tensor_value X, compatible<X> Y, class F>
void apply(X& x, const Y& y, F f) {
  expect_shape("apply", x.extents(), y.extents());
  using V         = number_of<X>;
  const auto to   = write_elements(x);
  const auto from = read_elements(y);
  X::backend_type::for_each(x.size(), [=] JEM_LAMBDA(index_t i) { to(i) = static_cast<V>(f(static_cast<V>(to(i)), from(i))); });
}

/// f(xᵢ, yᵢ, uᵢ), which gets xᵢ and yᵢ by reference, so that it may change both in one pass.
template <tensor_value X, compatible<X> U, class F>
void apply(X& x, X& y, const U& u, F f) {
  expect_shape("apply", x.extents(), y.extents());
  expect_shape("apply", x.extents(), u.extents());
  using V      = number_of<X>;
  const auto a = write_elements(x), b = write_elements(y);
  const auto c = read_elements(u);
  if constexpr (std::same_as<typename X::value_type, V>) {
    X::backend_type::for_each(x.size(), [=] JEM_LAMBDA(index_t i) { f(a(i), b(i), c(i)); });
  } else {
    X::backend_type::for_each(x.size(), [=] JEM_LAMBDA(index_t i) {
      V first = a(i), second = b(i);
      f(first, second, c(i));
      a(i) = first;
      b(i) = second;
    });
  }
}

/// f(xᵢ, yᵢ, zᵢ, uᵢ), which gets xᵢ, yᵢ and zᵢ by reference, so that an optimiser may change its three tensors in one pass.
template <tensor_value X, compatible<X> U, class F>
void apply(X& x, X& y, X& z, const U& u, F f) {
  expect_shape("apply", x.extents(), y.extents());
  expect_shape("apply", x.extents(), z.extents());
  expect_shape("apply", x.extents(), u.extents());
  auto *const a = x.data(), *const b = y.data(), *const c = z.data();
  const auto* const d = u.data();
  X::backend_type::for_each(x.size(), [=] JEM_LAMBDA(index_t i) { f(a[i], b[i], c[i], d[i]); });
}

namespace op {

/// a + b
struct add {
  template <class T> constexpr T operator()(T a, T b) const { return a + b; }
};
/// a − b
struct subtract {
  template <class T> constexpr T operator()(T a, T b) const { return a - b; }
};
/// a·b
struct multiply {
  template <class T> constexpr T operator()(T a, T b) const { return a * b; }
};
/// factor·a
template <class T> struct scale_by {
  T factor;  ///< of each element
  constexpr T operator()(T a) const { return factor * a; }
};
/// numerator / a
template <class T> struct divide_by_it {
  T numerator;  ///< divided by each element
  constexpr T operator()(T a) const { return numerator / a; }
};
/// A constant function.
template <class T> struct constant {
  T value;  ///< the result for each element
  constexpr T operator()(T) const { return value; }
};
/// a + factor·b
template <class T> struct add_scaled {
  T factor;  ///< of b
  constexpr T operator()(T a, T b) const { return a + factor * b; }
};
/// min(max(a, low), high)
template <class T> struct clamp {
  T low, high;                                                                         ///< low ≤ high
  constexpr T operator()(T a) const { return a < low ? low : (a > high ? high : a); }  // NaN stays NaN
};

/// dy·f′(x)
template <class F> struct chain_rule {
  F f;  ///< a function with a derivative
  template <class T> constexpr T operator()(T dy, T x) const { return dy * f.derivative(x); }
};

}  // namespace op

/// A tensor of one value.
template <tensor_value T>
T full(const shape& extents, number_of<T> value) {
  T result(extents);
  apply(result, op::constant<number_of<T>>{value});
  return result;
}

/// A tensor of zeros.
template <tensor_value T>
T zeros(const shape& extents) {
  return full<T>(extents, {});
}

/// xᵢ ← value
template <tensor_value X>
void fill(X& x, number_of<X> value) {
  apply(x, op::constant<number_of<X>>{value});
}

/// x + y. Throws std::invalid_argument unless the extents agree; the other operators do so, too.
template <tensor_like X, compatible<X> Y>
tensor_of<X> operator+(const X& x, const Y& y) {
  return zip(x, y, op::add{});
}

/// x − y
template <tensor_like X, compatible<X> Y>
tensor_of<X> operator-(const X& x, const Y& y) {
  return zip(x, y, op::subtract{});
}

/// x·y, element by element
template <tensor_like X, compatible<X> Y>
tensor_of<X> operator*(const X& x, const Y& y) {
  return zip(x, y, op::multiply{});
}

/// factor·x
template <tensor_like X>
tensor_of<X> operator*(std::type_identity_t<number_of<X>> factor, const X& x) {
  return map(x, op::scale_by<number_of<X>>{factor});
}

/// −x
template <tensor_like X>
tensor_of<X> operator-(const X& x) {
  return map(x, op::scale_by<number_of<X>>{number_of<X>(-1)});
}

/// x ← factor·x
template <tensor_value X>
void scale(X& x, std::type_identity_t<number_of<X>> factor) {
  apply(x, op::scale_by<number_of<X>>{factor});
}

/// x ← x + factor·y
template <tensor_value X, compatible<X> Y>
void add_scaled(X& x, std::type_identity_t<number_of<X>> factor, const Y& y) {
  apply(x, y, op::add_scaled<number_of<X>>{factor});
}

/// x ← min(max(x, low), high), element by element; NaN stays NaN.
template <tensor_value X>
void clamp(X& x, std::type_identity_t<number_of<X>> low, std::type_identity_t<number_of<X>> high) {
  apply(x, op::clamp<number_of<X>>{low, high});
}

}  // namespace jem::inline v0
