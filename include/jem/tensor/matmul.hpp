// SPDX-License-Identifier: MIT
// Products of matrices. If one factor is stored in bfloat16, the other one is rounded to bfloat16 before they are multiplied; the
// sums are floats and are not rounded.
#pragma once

#include <jem/core/fusable.hpp>
#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0 {

namespace detail {

/// {m, n, k} of op(a) (m, k) and op(b) (k, n). Throws std::invalid_argument if they do not fit each other, with the expected shapes in the
/// form "(64, 10) x (10, k)".
template <class A, class B>
std::array<index_t, 3> product_extents(const A& a, transpose ta, const B& b, transpose tb) {
  const auto turned = [](const shape& s, transpose t) { return t == transpose::yes ? shape{s[1], s[0]} : s; };
  if (a.extents().rank() != 2 || b.extents().rank() != 2) {
    fail("matmul", "two matrices", to_string(a.extents()) + " x " + to_string(b.extents()));
  }
  const shape left = turned(a.extents(), ta), right = turned(b.extents(), tb);
  if (left[1] != right[0]) { fail("matmul", to_string(left) + " x (" + std::to_string(left[1]) + ", k)", to_string(right)); }
  return {left[0], right[1], left[1]};
}

/// c ← op(a)·op(b) + beta·c, (m, k) x (k, n) → (m, n), for factors of the element type E.
template <element E, tensor_value C, tensor_like A, tensor_like B>
void multiply(C& c, const A& a, const B& b, transpose ta, transpose tb, index_t k, typename C::value_type beta) {
  using Backend   = typename C::backend_type;
  using V         = typename C::value_type;
  const index_t m = c.extent(0), n = c.extent(1);
  if constexpr (std::same_as<E, V> || requires(const E* from, V* to) { Backend::gemm(ta, tb, m, n, k, V{1}, from, from, beta, to); }) {
    const auto& left  = read_as<E>(a);
    const auto& right = read_as<E>(b);
    Backend::gemm(ta, tb, m, n, k, V{1}, left.data(), right.data(), beta, c.data());
  } else {
    multiply<V>(c, factors<E>(a, unchanged{}), factors<E>(b, unchanged{}), ta, tb, k, beta);
  }
}

/// The element type in which both factors are multiplied: the one with fewer bits.
template <tensor_like A, tensor_like B>
using factor_of = std::conditional_t<scalar<typename A::value_type>, typename B::value_type, typename A::value_type>;

}  // namespace detail

/// op(a)·op(b): (m, k) x (k, n) → (m, n).
template <tensor_like A, tensor_like B>
  requires summed_in<B, sums_of<A>>
sums_of<A> matmul(const A& a, const B& b, transpose ta = transpose::no, transpose tb = transpose::no) {
  const auto [m, n, k] = detail::product_extents(a, ta, b, tb);
  sums_of<A> c(shape{m, n});
  detail::multiply<detail::factor_of<A, B>>(c, a, b, ta, tb, k, 0);
  return c;
}

/// c ← c + op(a)·op(b). Throws std::invalid_argument unless c is (m, n).
template <tensor_value C, summed_in<C> A, summed_in<C> B>
void add_matmul(C& c, const A& a, const B& b, transpose ta = transpose::no, transpose tb = transpose::no) {
  const auto [m, n, k] = detail::product_extents(a, ta, b, tb);
  expect_shape("add_matmul", shape{m, n}, c.extents());
  detail::multiply<detail::factor_of<A, B>>(c, a, b, ta, tb, k, 1);
}

}  // namespace jem::inline v0
