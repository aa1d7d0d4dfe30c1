// SPDX-License-Identifier: MIT
// Operations on the rows of a batch: sums, selection, gathering. Row i of a batch x (n, …) is x[i, …]. `_per_row` takes one
// number for each row.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/tensor/elements.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/loops.hpp>

namespace jem::inline v0 {

/// (n, …) → (n): the sum of each row.
template <tensor_like X>
sums_of<X> row_sums(const X& x) {
  const auto from = read_rows("row_sums", x);
  sums_of<X> sums(shape{x.extent(0)});
  X::backend_type::sum_rows(x.extent(0), from.columns, [=] JEM_LAMBDA(index_t i, index_t j) { return from(i, j); }, sums.data());
  return sums;
}

/// (n, …), (n, …) → (n): the inner product of each pair of rows.
template <tensor_like X, compatible<X> Y>
sums_of<X> row_dots(const X& x, const Y& y) {
  using W = wide_t<std::remove_const_t<typename X::value_type>>;
  expect_shape("row_dots", x.extents(), y.extents());
  const auto left = read_rows("row_dots", x), right = read_rows("row_dots", y);
  sums_of<X> sums(shape{x.extent(0)});
  X::backend_type::sum_rows(
      x.extent(0), left.columns, [=] JEM_LAMBDA(index_t i, index_t j) { return W{left(i, j)} * W{right(i, j)}; }, sums.data());
  return sums;
}

/// (n, …), (n, …), (n, …) → (n): Σⱼ f(x[i, j], y[i, j], z[i, j])
template <tensor_like X, compatible<X> Y, compatible<X> Z, class F>
tensor_of<X> sum_zip(const X& x, const Y& y, const Z& z, F f) {
  expect_shape("sum_zip", x.extents(), y.extents());
  expect_shape("sum_zip", x.extents(), z.extents());
  const index_t columns = x.extents().row_size();  // captured once for all three tensors, to need few registers
  const auto a = read_elements(x), b = read_elements(y), c = read_elements(z);
  tensor_of<X> sums(shape{detail::row_count("sum_zip", x)});
  X::backend_type::sum_rows(
      x.extent(0), columns, [=] JEM_LAMBDA(index_t i, index_t j) { return f(a(i * columns + j), b(i * columns + j), c(i * columns + j)); },
      sums.data());
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
  using W = wide_t<std::remove_const_t<typename X::value_type>>;
  tensor<W, typename X::backend_type> total(shape{1});
  const auto from = read_elements(x);
  X::backend_type::sum_rows(1, x.size(), [=] JEM_LAMBDA(index_t, index_t j) { return W{from(j)}; }, total.data());
  return static_cast<double>(detail::only_element(total));
}

/// The mean of all elements, on the host; NaN if there are none.
template <tensor_like X>
double mean(const X& x) {
  return sum(x) / static_cast<double>(x.size());
}

/// The sum of the squares of all elements, on the host. Squares of doubles can overflow or underflow; `norm` avoids this.
template <tensor_like X>
double squared_norm(const X& x) {
  using W = wide_t<std::remove_const_t<typename X::value_type>>;
  tensor<W, typename X::backend_type> total(shape{1});
  const auto from = read_elements(x);
  X::backend_type::sum_rows(1, x.size(), [=] JEM_LAMBDA(index_t, index_t j) { return W{from(j)} * W{from(j)}; }, total.data());
  return static_cast<double>(detail::only_element(total));
}

/// x[i, …] ← s[i]·x[i, …], s is (n).
template <tensor_value X, compatible<X> S>
void scale_per_row(X& x, const S& s) {
  const auto to = write_rows("scale_per_row", x);
  expect_shape("scale_per_row", shape{x.extent(0)}, s.extents());
  const auto factor = read_elements(s);
  X::backend_type::for_each(x.extent(0), to.columns, [=] JEM_LAMBDA(index_t i, index_t j) { to(i, j) = factor(i) * to(i, j); });
}

/// x[i, …] ← x[i, …] + s[i], s is (n).
template <tensor_value X, compatible<X> S>
void add_per_row(X& x, const S& s) {
  const auto to = write_rows("add_per_row", x);
  expect_shape("add_per_row", shape{x.extent(0)}, s.extents());
  const auto addend = read_elements(s);
  X::backend_type::for_each(x.extent(0), to.columns, [=] JEM_LAMBDA(index_t i, index_t j) { to(i, j) = to(i, j) + addend(i); });
}

/// x[i, k] ← c[i] for one column k of x (n, m); c is (n). Throws std::invalid_argument for a column that x does not have.
template <tensor_value X, compatible<X> C>
void set_column(X& x, index_t k, const C& c) {
  expect_rank("set_column", 2, x.extents());
  expect_shape("set_column", shape{x.extent(0)}, c.extents());
  if (k < 0 || k >= x.extent(1)) fail("set_column", concat("a column of ", x.extents()), std::to_string(k));
  const auto to   = write_rows("set_column", x);
  const auto from = read_elements(c);
  X::backend_type::for_each(x.extent(0), [=] JEM_LAMBDA(index_t i) { to(i, k) = from(i); });
}

/// x[i, …] ← x[i, …] + w[i, k]·y[i, …] for one column k of weights w (n, m). A weight of 0 adds nothing, even if y is NaN.
template <tensor_value X, compatible<X> W, compatible<X> Y>
void add_weighted_rows(X& x, const W& w, index_t k, const Y& y) {
  using T = typename X::value_type;
  expect_shape("add_weighted_rows", x.extents(), y.extents());
  const auto to = write_rows("add_weighted_rows", x);
  expect_shape("add_weighted_rows", shape{x.extent(0), w.extent(1)}, w.extents());
  if (k < 0 || k >= w.extent(1)) fail("add_weighted_rows", concat("a column of ", w.extents()), std::to_string(k));
  const auto weight = read_rows("add_weighted_rows", w), from = read_rows("add_weighted_rows", y);
  X::backend_type::for_each(x.extent(0), to.columns, [=] JEM_LAMBDA(index_t i, index_t j) {
    const T factor = weight(i, k);
    to(i, j) += factor != T{} ? factor * from(i, j) : T{};
  });
}

/// Copies row i of `from` to row i of `to` where chosen[i] ≠ 0, for accepted proposals and restarted chains. chosen is (n).
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

/// x (n, …), rows (m) → (m, …): row i of the result is x[rows[i], …]. The indices are not checked.
template <tensor_like X, tensor_like I>
tensor_of<X> gather_rows(const X& x, const I& rows) {
  expect_rank("gather_rows", 1, rows.extents());
  tensor_of<X> result(x.extents().with_rows(rows.extent(0)));
  const auto from = read_rows("gather_rows", x);
  const auto to   = write_rows("gather_rows", result);
  const auto row  = read_elements(rows);
  X::backend_type::for_each(rows.extent(0), to.columns, [=] JEM_LAMBDA(index_t i, index_t j) { to(i, j) = from(row(i), j); });
  return result;
}

/// to[rows[i], …] ← from[i, …]; no index may occur twice in rows (m). The indices are not checked.
template <tensor_value X, compatible<X> Y, tensor_like I>
void scatter_rows(X& to, const I& rows, const Y& from) {
  expect_shape("scatter_rows", to.extents().with_rows(rows.size()), from.extents());
  const auto target = write_rows("scatter_rows", to);
  const auto source = read_rows("scatter_rows", from);
  const auto row    = read_elements(rows);
  X::backend_type::for_each(from.extent(0), source.columns, [=] JEM_LAMBDA(index_t i, index_t j) { target(row(i), j) = source(i, j); });
}

/// Joins batches whose rows have the same extents, one after the other.
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

/// The same for a function that also writes a row: f(row, row of `other`) → value. Energies write their gradients to `other`.
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

/// f(row of x, row of y) → value for each row, (n, …), (n, …) → (n). The rows may have different sizes; f may write into y.
template <tensor_like X, tensor_value Y, class F>
  requires compatible<Y, X>
tensor_of<X> zip_rows(const X& x, Y& y, F f) {
  using T = typename X::value_type;
  tensor_of<X> result(shape{detail::row_count("zip_rows", x)});
  expect_shape("zip_rows", y.extents().with_rows(x.extent(0)), y.extents());
  const index_t columns = x.extents().row_size(), others = y.extents().row_size();
  const T* const from = x.data();
  T *const to = result.data(), *const written = y.data();
  for_each_row<typename X::backend_type>(x.extent(0), 8 * (columns + others),
                                         [=] JEM_LAMBDA(index_t i) { to[i] = f(from + i * columns, written + i * others); });
  return result;
}

/// f(row of x, row of y, row of z) → value for each row, three (n, …) → (n). The rows may have different sizes; f may write into z.
template <tensor_like X, compatible<X> Y, tensor_value Z, class F>
  requires compatible<Z, X>
tensor_of<X> zip_rows(const X& x, const Y& y, Z& z, F f) {
  using T = typename X::value_type;
  tensor_of<X> result(shape{detail::row_count("zip_rows", x)});
  expect_shape("zip_rows", y.extents().with_rows(x.extent(0)), y.extents());
  expect_shape("zip_rows", z.extents().with_rows(x.extent(0)), z.extents());
  const index_t columns = x.extents().row_size(), seconds = y.extents().row_size(), thirds = z.extents().row_size();
  const T *const from = x.data(), *const second = y.data();
  T *const to = result.data(), *const written = z.data();
  for_each_row<typename X::backend_type>(x.extent(0), 8 * (columns + seconds + thirds), [=] JEM_LAMBDA(index_t i) {
    to[i] = f(from + i * columns, second + i * seconds, written + i * thirds);
  });
  return result;
}

}  // namespace jem::inline v0
