// SPDX-License-Identifier: MIT
// Products of matrices.
#pragma once

#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0 {

namespace detail {

/// What a product expects of its right factor, in the form "(64, 10) x (10, k)".
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

}  // namespace detail

/// op(a)·op(b): (m, k) x (k, n) → (m, n).
template <tensor_like A, compatible<A> B>
tensor_of<A> matmul(const A& a, const B& b, transpose ta = transpose::no, transpose tb = transpose::no) {
  using T              = typename A::value_type;
  const auto [m, n, k] = detail::product_extents(a, ta, b, tb);
  tensor_of<A> c(shape{m, n});
  A::backend_type::gemm(ta, tb, m, n, k, T{1}, a.data(), b.data(), T{0}, c.data());
  return c;
}

/// c ← c + op(a)·op(b). Throws std::invalid_argument unless c is (m, n).
template <tensor_value C, compatible<C> A, compatible<C> B>
void add_matmul(C& c, const A& a, const B& b, transpose ta = transpose::no, transpose tb = transpose::no) {
  using T              = typename C::value_type;
  const auto [m, n, k] = detail::product_extents(a, ta, b, tb);
  expect_shape("add_matmul", shape{m, n}, c.extents());
  C::backend_type::gemm(ta, tb, m, n, k, T{1}, a.data(), b.data(), T{1}, c.data());
}

}  // namespace jem::inline v0
