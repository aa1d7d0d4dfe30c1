// SPDX-License-Identifier: MIT
// Operations on the rows of a batch: sums, selection, gathering. A row is everything behind the first axis.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/loops.hpp>

namespace jem::inline v0 {

namespace detail {

template <tensor_like X>
index_t row_count(std::string_view where, const X& x) {
  if (x.extents().rank() < 1) fail(where, "a batch (n, …)", to_string(x.extents()));
  return x.extent(0);
}

}  // namespace detail

/// (n, …) → (n): the sum of each row.
template <tensor_like X>
sums_of<X> row_sums(const X& x) {
  using T = typename X::value_type;
  using V = number_of<X>;
  sums_of<X> sums(shape{detail::row_count("row_sums", x)});
  const index_t columns = x.extents().row_size();
  const T* const from   = x.data();
  X::backend_type::sum_rows(
      x.extent(0), columns, [=] JEM_LAMBDA(index_t i, index_t j) { return static_cast<V>(from[i * columns + j]); }, sums.data());
  return sums;
}

/// (n, …), (n, …) → (n): the inner product of each pair of rows.
template <tensor_like X, compatible<X> Y>
sums_of<X> row_dots(const X& x, const Y& y) {
  using T = typename X::value_type;
  using W = wide_t<T>;
  expect_shape("row_dots", x.extents(), y.extents());
  sums_of<X> sums(shape{detail::row_count("row_dots", x)});
  const index_t columns = x.extents().row_size();
  const T *const left = x.data(), *const right = y.data();
  X::backend_type::sum_rows(
      x.extent(0), columns,
      [=] JEM_LAMBDA(index_t i, index_t j) { return static_cast<W>(left[i * columns + j]) * static_cast<W>(right[i * columns + j]); },
      sums.data());
  return sums;
}

/// (n, …), (n, …), (n, …) → (n): Σⱼ f(x[i, j], y[i, j], z[i, j])
template <tensor_like X, compatible<X> Y, compatible<X> Z, class F>
tensor_of<X> sum_zip(const X& x, const Y& y, const Z& z, F f) {
  using T = typename X::value_type;
  expect_shape("sum_zip", x.extents(), y.extents());
  expect_shape("sum_zip", x.extents(), z.extents());
  tensor_of<X> sums(shape{detail::row_count("sum_zip", x)});
  const index_t columns = x.extents().row_size();
  const T *const a = x.data(), *const b = y.data(), *const c = z.data();
  X::backend_type::sum_rows(
      x.extent(0), columns, [=] JEM_LAMBDA(index_t i, index_t j) { return f(a[i * columns + j], b[i * columns + j], c[i * columns + j]); },
      sums.data());
  return sums;
}

/// (n, d), (d), (d) → (n): Σⱼ f(x[i, j], a[j], b[j])
template <tensor_like X, compatible<X> A, compatible<X> B, class F>
tensor_of<X> sum_zip_columns(const X& x, const A& a, const B& b, F f) {
  using T = typename X::value_type;
  tensor_of<X> sums(shape{detail::row_count("sum_zip_columns", x)});
  expect_shape("sum_zip_columns", shape{x.extent(0), a.size()}, x.extents());
  expect_shape("sum_zip_columns", a.extents(), b.extents());
  const index_t columns = a.size();
  const T *const from = x.data(), *const left = a.data(), *const right = b.data();
  X::backend_type::sum_rows(
      x.extent(0), columns, [=] JEM_LAMBDA(index_t i, index_t j) { return f(from[i * columns + j], left[j], right[j]); }, sums.data());
  return sums;
}

/// (…, c) → (c): the sum over all axes but the last.
template <tensor_like X>
sums_of<X> column_sums(const X& x) {
  using T = typename X::value_type;
  using V = number_of<X>;
  if (x.extents().rank() < 1) fail("column_sums", "at least one axis", to_string(x.extents()));
  const index_t columns = x.extent(x.extents().rank() - 1);
  const index_t rows    = columns == 0 ? 0 : x.size() / columns;
  sums_of<X> sums(shape{columns});
  const T* const from = x.data();
  X::backend_type::sum_columns(
      rows, columns, [=] JEM_LAMBDA(index_t i, index_t j) { return static_cast<V>(from[i * columns + j]); }, sums.data());
  return sums;
}

namespace detail {

/// The only element of a tensor, on the host.
template <tensor_like X>
typename X::value_type only_element(const X& x) {
  typename X::value_type value;
  X::backend_type::download(x.data(), 1, &value);
  return value;
}

}  // namespace detail

/// The sum of all elements, on the host.
template <tensor_like X>
double sum(const X& x) {
  using T = typename X::value_type;
  using W = wide_t<T>;
  tensor<W, typename X::backend_type> total(shape{1});
  const T* const from = x.data();
  X::backend_type::sum_rows(1, x.size(), [=] JEM_LAMBDA(index_t, index_t j) { return static_cast<W>(from[j]); }, total.data());
  return static_cast<double>(detail::only_element(total));
}

/// The mean of all elements, on the host; NaN if there are none.
template <tensor_like X>
double mean(const X& x) {
  return sum(x) / static_cast<double>(x.size());
}

/// The sum of the squares of all elements, on the host. Squares of doubles can leave their range: `norm` does not.
template <tensor_like X>
double squared_norm(const X& x) {
  using T = typename X::value_type;
  using W = wide_t<T>;
  tensor<W, typename X::backend_type> total(shape{1});
  const T* const from = x.data();
  X::backend_type::sum_rows(
      1, x.size(), [=] JEM_LAMBDA(index_t, index_t j) { return static_cast<W>(from[j]) * static_cast<W>(from[j]); }, total.data());
  return static_cast<double>(detail::only_element(total));
}

/// x[…, j] ← x[…, j] + b[j]: a bias, b is (c).
template <tensor_like B, summed_in<B> X>
  requires tensor_value<X>
void add_to_rows(X& x, const B& b) {
  using T               = typename X::value_type;
  using V               = number_of<X>;
  const index_t columns = b.size();
  if (x.extents().rank() < 1 || x.extent(x.extents().rank() - 1) != columns) {
    fail("add_to_rows", concat("(…, ", columns, ")"), to_string(x.extents()));
  }
  T* const to         = x.data();
  const V* const from = b.data();
  X::backend_type::for_each(columns == 0 ? 0 : x.size() / columns, columns, [=] JEM_LAMBDA(index_t i, index_t j) {
    to[i * columns + j] = static_cast<T>(static_cast<V>(to[i * columns + j]) + from[j]);
  });
}

/// y[i, j] = f(x[i, j], a[j], b[j]) for batches (n, d) and rows a, b of d elements.
template <tensor_value Y, compatible<Y> X, compatible<Y> A, compatible<Y> B, class F>
void zip_columns(Y& y, const X& x, const A& a, const B& b, F f) {
  using T = typename X::value_type;
  expect_shape("zip_columns", y.extents(), x.extents());
  expect_shape("zip_columns", shape{detail::row_count("zip_columns", x), a.size()}, x.extents());
  expect_shape("zip_columns", a.extents(), b.extents());
  const index_t columns = a.size();
  const T *const from = x.data(), *const left = a.data(), *const right = b.data();
  T* const to = y.data();
  X::backend_type::for_each(x.extent(0), columns,
                            [=] JEM_LAMBDA(index_t i, index_t j) { to[i * columns + j] = f(from[i * columns + j], left[j], right[j]); });
}

/// x[i, …] ← s[i]·x[i, …], s is (n).
template <tensor_value X, compatible<X> S>
void scale_rows(X& x, const S& s) {
  using T = typename X::value_type;
  expect_shape("scale_rows", shape{detail::row_count("scale_rows", x)}, s.extents());
  const index_t columns = x.extents().row_size();
  T* const to           = x.data();
  const T* const from   = s.data();
  X::backend_type::for_each(x.extent(0), columns, [=] JEM_LAMBDA(index_t i, index_t j) { to[i * columns + j] *= from[i]; });
}

/// Takes rows of `from` into `to` where chosen[i] ≠ 0: accepted proposals, restarted chains.
template <tensor_value X, compatible<X> Y, compatible<X> C>
void choose_rows(X& to, const Y& from, const C& chosen) {
  using T = typename X::value_type;
  expect_shape("choose_rows", to.extents(), from.extents());
  expect_shape("choose_rows", shape{detail::row_count("choose_rows", to)}, chosen.extents());
  const index_t columns = to.extents().row_size();
  T* const target       = to.data();
  const T *const source = from.data(), *const flag = chosen.data();
  for_each_span<typename X::backend_type>(to.extent(0), columns, [=] JEM_LAMBDA(index_t i, index_t begin, index_t end) {
    if (flag[i] == T{}) return;
    JEM_INDEPENDENT
    for (index_t j = i * columns + begin; j < i * columns + end; ++j) target[j] = source[j];
  });
}

/// (n, …)[rows (m)] → (m, …). The indices are the caller's: they are not read on the host.
template <tensor_like X, tensor_like I>
tensor_of<X> gather_rows(const X& x, const I& rows) {
  using E = typename X::value_type;
  expect_rank("gather_rows", 1, rows.extents());
  tensor_of<X> result(x.extents().with_rows(rows.extent(0)));
  const index_t columns           = x.extents().row_size();
  const E* const from             = x.data();
  const std::int32_t* const which = rows.data();
  E* const to                     = result.data();
  X::backend_type::for_each(rows.extent(0), columns,
                            [=] JEM_LAMBDA(index_t i, index_t j) { to[i * columns + j] = from[which[i] * columns + j]; });
  return result;
}

/// to[rows[i], …] ← from[i, …]; no row twice.
template <tensor_value X, compatible<X> Y, tensor_like I>
void scatter_rows(X& to, const I& rows, const Y& from) {
  using E = typename X::value_type;
  expect_shape("scatter_rows", to.extents().with_rows(rows.size()), from.extents());
  const index_t columns           = to.extents().row_size();
  E* const target                 = to.data();
  const std::int32_t* const which = rows.data();
  const E* const source           = from.data();
  X::backend_type::for_each(rows.extent(0), columns,
                            [=] JEM_LAMBDA(index_t i, index_t j) { target[which[i] * columns + j] = source[i * columns + j]; });
}

/// Batches of equal rows, one after the other.
template <tensor_like X, compatible<X>... Rest>
tensor_of<X> concatenate(const X& first, const Rest&... rest) {
  ((rest.extents() == first.extents().with_rows(rest.extent(0)) ? void() : expect_shape("concatenate", first.extents(), rest.extents())),
   ...);
  tensor_of<X> result(first.extents().with_rows((first.extent(0) + ... + rest.extent(0))));
  index_t at      = 0;
  const auto copy = [&](const auto& part) {
    copy_into(result.rows(at, part.extent(0)), part);
    at += part.extent(0);
  };
  copy(first);
  (copy(rest), ...);
  return result;
}

/// f(row) for each row of (n, d) → (n); f takes a pointer to d elements.
template <tensor_like X, class F>
tensor_of<X> map_rows(const X& x, F f) {
  using T = typename X::value_type;
  tensor_of<X> result(shape{detail::row_count("map_rows", x)});
  const index_t columns = x.extents().row_size();
  const T* const from   = x.data();
  T* const to           = result.data();
  for_each_row<typename X::backend_type>(x.extent(0), 8 * columns, [=] JEM_LAMBDA(index_t i) { to[i] = f(from + i * columns); });
  return result;
}

/// The same for a function that writes a row, too: f(row, row of `other`) → value. Energies write their gradients so.
template <tensor_like X, tensor_value Y, class F>
tensor_of<X> map_rows(const X& x, Y& other, F f) {
  using T = typename X::value_type;
  expect_shape("map_rows", x.extents(), other.extents());
  tensor_of<X> result(shape{detail::row_count("map_rows", x)});
  const index_t columns = x.extents().row_size();
  const T* const from   = x.data();
  T *const to = result.data(), *const written = other.data();
  for_each_row<typename X::backend_type>(x.extent(0), 8 * columns,
                                         [=] JEM_LAMBDA(index_t i) { to[i] = f(from + i * columns, written + i * columns); });
  return result;
}

}  // namespace jem::inline v0
