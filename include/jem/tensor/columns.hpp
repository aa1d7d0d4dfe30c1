// SPDX-License-Identifier: MIT
// Operations on columns: sums, biases, scales. The columns are the last axis (…, c); in images they are the channels. `_per_column` takes
// one number for each column.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/tensor/elements.hpp>
#include <jem/tensor/elementwise.hpp>

namespace jem::inline v0 {

/// (…, c) → (c): the sum over all axes but the last.
template <tensor_like X>
sums_of<X> column_sums(const X& x) {
  const auto from = read_columns("column_sums", x);
  sums_of<X> sums(shape{from.columns});
  X::backend_type::sum_columns(column_height(x), from.columns, [=] JEM_LAMBDA(index_t i, index_t j) { return from(i, j); }, sums.data());
  return sums;
}

/// (…, c), (…, c) → (c): the inner product of each pair of columns.
template <tensor_like X, compatible<X> Y>
sums_of<X> column_dots(const X& x, const Y& y) {
  using W = wide_t<std::remove_const_t<typename X::value_type>>;
  expect_shape("column_dots", x.extents(), y.extents());
  const auto left = read_columns("column_dots", x), right = read_columns("column_dots", y);
  sums_of<X> sums(shape{left.columns});
  X::backend_type::sum_columns(
      column_height(x), left.columns, [=] JEM_LAMBDA(index_t i, index_t j) { return W{left(i, j)} * W{right(i, j)}; }, sums.data());
  return sums;
}

/// Adds a bias b (c): x[…, j] ← x[…, j] + b[j].
template <tensor_like B, summed_in<B> X>
  requires tensor_value<X>
void add_per_column(X& x, const B& b) {
  const auto to   = write_columns("add_per_column", x, b.size());
  const auto bias = read_elements(b);
  X::backend_type::for_each(column_height(x), to.columns, [=] JEM_LAMBDA(index_t i, index_t j) { to(i, j) = to(i, j) + bias(j); });
}

/// x[…, j] ← s[j]·x[…, j], s is (c).
template <tensor_like S, summed_in<S> X>
  requires tensor_value<X>
void scale_per_column(X& x, const S& s) {
  const auto to     = write_columns("scale_per_column", x, s.size());
  const auto factor = read_elements(s);
  X::backend_type::for_each(column_height(x), to.columns, [=] JEM_LAMBDA(index_t i, index_t j) { to(i, j) = to(i, j) * factor(j); });
}

/// y[i, j] = f(x[i, j], a[j], b[j]) for batches (n, d) and rows a, b of d elements.
template <tensor_value Y, compatible<Y> X, compatible<Y> A, compatible<Y> B, class F>
void zip_columns(Y& y, const X& x, const A& a, const B& b, F f) {
  expect_shape("zip_columns", y.extents(), x.extents());
  expect_shape("zip_columns", shape{detail::row_count("zip_columns", x), a.size()}, x.extents());
  expect_shape("zip_columns", a.extents(), b.extents());
  const auto from = read_rows("zip_columns", x);
  const auto left = read_elements(a), right = read_elements(b);
  const auto to = write_rows("zip_columns", y);
  X::backend_type::for_each(x.extent(0), to.columns, [=] JEM_LAMBDA(index_t i, index_t j) { to(i, j) = f(from(i, j), left(j), right(j)); });
}

/// (n, d), (d), (d) → (n): Σⱼ f(x[i, j], a[j], b[j])
template <tensor_like X, compatible<X> A, compatible<X> B, class F>
tensor_of<X> sum_zip_columns(const X& x, const A& a, const B& b, F f) {
  expect_shape("sum_zip_columns", shape{detail::row_count("sum_zip_columns", x), a.size()}, x.extents());
  expect_shape("sum_zip_columns", a.extents(), b.extents());
  const auto from = read_rows("sum_zip_columns", x);
  const auto left = read_elements(a), right = read_elements(b);
  tensor_of<X> sums(shape{x.extent(0)});
  X::backend_type::sum_rows(
      x.extent(0), from.columns, [=] JEM_LAMBDA(index_t i, index_t j) { return f(from(i, j), left(j), right(j)); }, sums.data());
  return sums;
}

/// f(x[i, …], u[i, …], s[…]) for batches (n, …) and one number s for each coordinate of a row, in row-major order; f gets elements of x by
/// reference. Throws std::invalid_argument unless s has as many elements as a row.
template <tensor_value X, compatible<X> U, compatible<X> S, class F>
void apply_columns(X& x, const U& u, const S& s, F f) {
  const auto a = write_rows("apply_columns", x);
  const auto b = read_rows("apply_columns", u);
  expect_shape("apply_columns", x.extents(), u.extents());
  expect_shape("apply_columns", shape{a.columns}, shape{s.size()});
  const auto c = read_elements(s);
  X::backend_type::for_each(x.extent(0), a.columns, [=] JEM_LAMBDA(index_t i, index_t j) { f(a(i, j), b(i, j), c(j)); });
}

/// f(x[i, …], y[i, …], u[i, …], s[…]), which gets elements of x and y by reference, so that it may change both in one pass.
template <tensor_value X, compatible<X> U, compatible<X> S, class F>
void apply_columns(X& x, X& y, const U& u, const S& s, F f) {
  const auto a = write_rows("apply_columns", x), b = write_rows("apply_columns", y);
  const auto c = read_rows("apply_columns", u);
  expect_shape("apply_columns", x.extents(), y.extents());
  expect_shape("apply_columns", x.extents(), u.extents());
  expect_shape("apply_columns", shape{a.columns}, shape{s.size()});
  const auto d = read_elements(s);
  X::backend_type::for_each(x.extent(0), a.columns, [=] JEM_LAMBDA(index_t i, index_t j) { f(a(i, j), b(i, j), c(i, j), d(j)); });
}

}  // namespace jem::inline v0
