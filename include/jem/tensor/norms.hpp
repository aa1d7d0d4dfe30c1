// SPDX-License-Identifier: MIT
// Euclidean norms of rows, and functions that scale rows to a norm. Results do not suffer from overflow or underflow of squares: squares of
// floats are computed in double. If the sum of squares of doubles is out of range, it is computed again from the elements divided by the
// largest one (Blue 1978, doi:10.1145/355769.355771, describes the problem). A row with an infinite element has an infinite norm; when it
// is scaled to a norm, its infinite elements get equal absolute values and all others become 0, which is the limit for growing elements. A
// row with NaN has the norm NaN and is not scaled.
#pragma once

#include <jem/core/math.hpp>
#include <jem/tensor/rows.hpp>

#include <cmath>
#include <limits>
#include <type_traits>

namespace jem::inline v0 {

/// The tensor type in which norms of X's rows are returned: its elements are doubles, which can hold the norm of any row of floats.
template <tensor_like X>
using norms_of =
    tensor<wide_t<std::remove_const_t<typename std::remove_cvref_t<X>::value_type>>, typename std::remove_cvref_t<X>::backend_type>;

namespace detail {

/// The largest absolute value of a row without NaN, and the sum of squares of the elements divided by it. If there are infinite elements,
/// each of them counts as ±1 and all others as 0.
template <class W>
struct scaled_squares {
  W largest{}, sum{};

  template <class T>
  constexpr scaled_squares(const T* row, index_t columns) {
    for (index_t j = 0; j < columns; ++j) largest = magnitude(row[j]) > largest ? magnitude(row[j]) : largest;
    for (index_t j = 0; j < columns; ++j) sum += part(row[j]) * part(row[j]);
  }

  /// x / largest, in [−1, 1]
  template <class T>
  constexpr W part(T x) const {
    const auto value = static_cast<W>(x);
    if (largest == std::numeric_limits<W>::infinity()) return magnitude(x) < largest ? W(0) : (value > W(0) ? W(1) : W(-1));
    return largest > W(0) ? value / largest : W(0);
  }

 private:
  template <class T>
  static constexpr W magnitude(T x) {
    const auto value = static_cast<W>(x);
    return value < W(0) ? -value : value;
  }
};

/// Whether a sum of squares may have overflowed or underflowed, so that it has to be computed again by scaled_squares.
template <class W>
constexpr bool out_of_range(W squares) {
  return squares < W(1e-280) || squares > W(1e300);  // false for NaN
}

/// norm[i] = ‖x[i]‖₂, given Σⱼ x[i, j]²
template <class T, class W>
struct norm_of_row {
  const T* from;
  index_t columns;
  W* norm;

  JEM_HOST_DEVICE void operator()(index_t i) const {
    if (std::is_same_v<T, W> && out_of_range(norm[i])) {
      const scaled_squares<W> s(from + i * columns, columns);
      norm[i] = s.largest * math::sqrt(s.sum);
    } else {
      norm[i] = math::sqrt(norm[i]);
    }
  }
};

/// Replaces norm[i] by the number that row i has to be divided by; 0 for a row that stays as it is, because its norm is at most `longest`
/// or NaN. A row whose norm is infinite is divided by its largest element here.
template <class T, class W>
struct divisor_of_row {
  T* to;
  index_t columns;
  W longest;
  W* norm;

  JEM_HOST_DEVICE void operator()(index_t i) const {
    if (norm[i] == std::numeric_limits<W>::infinity()) {
      T* const row = to + i * columns;
      const scaled_squares<W> s(row, columns);
      for (index_t j = 0; j < columns; ++j) row[j] = static_cast<T>(s.part(row[j]));
      norm[i] = math::sqrt(s.sum);
    } else if (!(norm[i] > longest)) {
      norm[i] = W(0);
    }
  }
};

/// Scales rows whose norm is above `longest` to the norm `length`.
template <tensor_value X>
void resize_rows(X& x, norms_of<X> norms, wide_t<typename X::value_type> longest, wide_t<typename X::value_type> length) {
  using T               = typename X::value_type;
  using W               = wide_t<T>;
  const index_t columns = x.extents().row_size();
  T* const to           = x.data();
  W* const divisor      = norms.data();
  for_each_row<typename X::backend_type>(x.extent(0), 1, divisor_of_row<T, W>{to, columns, longest, divisor});
  for_each_span<typename X::backend_type>(x.extent(0), columns, [=] JEM_LAMBDA(index_t i, index_t begin, index_t end) {
    const W by = divisor[i];
    if (by == W(0)) return;
    JEM_INDEPENDENT
    for (index_t j = i * columns + begin; j < i * columns + end; ++j) to[j] = static_cast<T>(static_cast<W>(to[j]) / by * length);
  });
}

}  // namespace detail

/// (n, …) → (n): the Euclidean norm of each row, in double.
template <tensor_like X>
norms_of<X> row_norms(const X& x) {
  using T         = std::remove_const_t<typename X::value_type>;
  using W         = wide_t<T>;
  const auto from = read_rows("row_norms", x);
  norms_of<X> norms(shape{x.extent(0)});
  X::backend_type::sum_rows(
      x.extent(0), from.columns, [=] JEM_LAMBDA(index_t i, index_t j) { return W{from(i, j)} * W{from(i, j)}; }, norms.data());
  for_each_row<typename X::backend_type>(x.extent(0), 1, detail::norm_of_row<T, W>{from.data, from.columns, norms.data()});
  return norms;
}

/// The Euclidean norm of all elements, on the host.
template <tensor_like X>
double norm(const X& x) {
  using T = const std::remove_const_t<typename X::value_type>;
  return detail::only_element(row_norms(view<T, typename X::backend_type>(x.data(), shape{1, x.size()})));
}

/// Scales rows (n, …) whose norm is above `longest` down to that norm; the others stay as they are.
template <tensor_value X>
void shorten_rows(X& x, std::type_identity_t<wide_t<typename X::value_type>> longest) {
  detail::resize_rows(x, row_norms(x), longest, longest);
}

/// Scales each row (n, …) to norm 1; a row of zeros, which has no direction, stays as it is.
template <tensor_value X>
void normalise_rows(X& x) {
  detail::resize_rows(x, row_norms(x), 0, 1);
}

}  // namespace jem::inline v0
