// SPDX-License-Identifier: MIT
// A backend over xtensor 0.24. It uses xtensor's storage, in the library's recycled memory, and xtensor's reducers for sums over lazily
// generated sequences, in a fixed order. Loops that return nothing are openmp's, since an expression of xtensor has to have a value.
// Products and convolutions are eigen's: xtensor has none, and xtensor-blas calls a BLAS whose bits may depend on the number of threads.
// XTENSOR_USE_XSIMD may be defined or not: it changes no type here, and the functions that are summed are vectorised by the compiler.
#pragma once

#include <jem/backend/eigen.hpp>
#include <jem/core/concat.hpp>

#include <array>
#include <functional>
#include <limits>
#include <new>

#include <xtensor/xtensor_config.hpp>
#include <xtensor/xadapt.hpp>
#include <xtensor/xgenerator.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xoperation.hpp>
#include <xtensor/xreducer.hpp>
#include <xtensor/xstorage.hpp>

namespace jem::inline v0 {

/// An allocator for xtensor's containers. Like host_storage it gives recycled memory, aligned to cache lines. It has no state.
template <element T>
struct host_allocator {
  using value_type = T;  ///< of the elements

  host_allocator() = default;
  /// The same allocator for elements of another type.
  template <element U>
  constexpr explicit(false) host_allocator(const host_allocator<U>&) noexcept {}

  /// n elements, uninitialised. Throws std::bad_array_new_length if n is far too large, as a converted negative number is.
  static T* allocate(std::size_t n) {
    if (n > static_cast<std::size_t>((std::numeric_limits<index_t>::max)()) / 16) throw std::bad_array_new_length();
    return static_cast<T*>(host_pool::acquire(n * sizeof(T)));
  }

  /// Takes back memory that `allocate` returned for the same number of elements.
  static void deallocate(T* block, std::size_t n) noexcept { host_pool::release(block, n * sizeof(T)); }

  friend bool operator==(const host_allocator&, const host_allocator&) = default;  ///< each takes back memory of any other one
};

/// n uninitialised elements, in the storage type of xtensor's own arrays.
template <element T>
struct xtensor_storage : xt::uvector<T, host_allocator<T>> {
  xtensor_storage() = default;
  /// Throws std::bad_array_new_length if n is negative or far too large.
  explicit xtensor_storage(index_t n) : xt::uvector<T, host_allocator<T>>(static_cast<std::size_t>(n)) {}
};

namespace detail {

/// Neighbouring elements that are added at the same time. Their number, and so the order of a sum, is the same on every machine.
template <class A>
struct lanes {
  static constexpr index_t width = 16;
  A each[width]{};

  friend lanes operator+(lanes a, const lanes& b) {
    for (index_t k = 0; k < width; ++k) a.each[k] += b.each[k];
    return a;
  }

  A sum() const {
    lanes a = *this;
    for (index_t half = width / 2; half > 0; half /= 2) {
      for (index_t k = 0; k < half; ++k) a.each[k] += a.each[k + half];
    }
    return a.each[0];
  }
};

/// f(i, j), …, f(i, j + 15)
template <class A, class F>
lanes<A> lanes_at(const F& f, index_t i, index_t j) {
  lanes<A> values;
  vector_loop(0, lanes<A>::width, [&](index_t k) { values.each[k] = static_cast<A>(f(i, j + k)); });
  return values;
}

/// The functor from which a generator of xtensor gets its elements f(k).
template <class F>
struct element_of_sequence {
  F f;

  template <class Iterator>
  auto element(Iterator index, Iterator) const {
    return f(static_cast<index_t>(*index));
  }
};

/// The sum of an expression along one axis, evaluated lazily, element after element; R() if there are no elements.
template <class R, class E>
auto sum_along(std::size_t axis, E&& expression) {
  return xt::reduce(xt::make_xreducer_functor(std::plus<>{}, xt::const_value<R>(R{})), std::forward<E>(expression),
                    std::array<std::size_t, 1>{axis});
}

/// Σₖ f(k) for k < n
template <class R, class F>
R sum_of(index_t n, F f) {
  using sequence = xt::xgenerator<element_of_sequence<F>, R, std::array<std::size_t, 1>>;
  return sum_along<R>(0, sequence(element_of_sequence<F>{f}, {static_cast<std::size_t>(n)}))();
}

/// Σⱼ f(i, j) for first <= j < last: the sum over whole lanes, plus the sum of the remaining elements.
template <class A, class F>
A sum_of_row(const F& f, index_t i, index_t first, index_t last) {
  const index_t whole = (last - first) / lanes<A>::width, left = first + whole * lanes<A>::width;
  return sum_of<lanes<A>>(whole, [&f, i, first](index_t k) { return lanes_at<A>(f, i, first + k * lanes<A>::width); }).sum() +
         sum_of<A>(last - left, [&f, i, left](index_t k) { return static_cast<A>(f(i, left + k)); });
}

/// to[j − first] = Σᵢ f(i, j) for begin <= i < end, and for as many neighbouring columns j from `first` on as there are lanes, or for the
/// last few columns.
template <class A, class F>
void sum_few_columns(const F& f, index_t begin, index_t end, index_t first, index_t columns, A* to) {
  if (first + lanes<A>::width <= columns) {
    const auto sums = sum_of<lanes<A>>(end - begin, [&f, begin, first](index_t k) { return lanes_at<A>(f, begin + k, first); });
    std::copy_n(sums.each, lanes<A>::width, to);
    return;
  }
  for (index_t j = first; j < columns; ++j) {
    to[j - first] = sum_of<A>(end - begin, [&f, begin, j](index_t k) { return static_cast<A>(f(begin + k, j)); });
  }
}

/// to = the sums of a matrix (rows, columns) along an axis, each rounded once
template <class W, class A>
void sum_matrix_along(std::size_t axis, const W* from, index_t rows, index_t columns, A* to) {
  const std::array<std::size_t, 2> extents{static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)};
  const std::array<std::size_t, 1> left{extents[1 - axis]};
  auto sums         = xt::adapt(to, left[0], xt::no_ownership(), left);
  xt::noalias(sums) = xt::cast<A>(sum_along<W>(axis, xt::adapt(from, extents[0] * extents[1], xt::no_ownership(), extents)));
}

}  // namespace detail

struct xtensor : eigen {
  static constexpr const char* name = "xtensor";

  /// The libraries that it uses, with their versions.
  static std::string library() {
    return concat("xtensor ", XTENSOR_VERSION_MAJOR, ".", XTENSOR_VERSION_MINOR, ".", XTENSOR_VERSION_PATCH, ", ", eigen::library());
  }

  /// Memory for n elements.
  template <element T>
  using storage = xtensor_storage<T>;

  /// sums[i] = Σⱼ f(i, j), kept in wide_t<A>, long rows in blocks.
  template <class F, class A>
  static void sum_rows(index_t rows, index_t columns, F f, A* sums) {
    const index_t parts = std::max<index_t>(1, (columns + sum_block - 1) / sum_block);
    const index_t work  = std::clamp<index_t>(columns, 1, sum_block);
    using wide          = wide_t<A>;
    storage<wide> to_be_added(rows * parts);
    wide* const to = to_be_added.data();
    blocks(rows * parts, std::max<index_t>(1, grain / work), [f, columns, parts, to](index_t begin, index_t end) {
      for (index_t part = begin; part < end; ++part) {
        const index_t first = part % parts * sum_block;
        to[part]            = detail::sum_of_row<wide>(f, part / parts, first, (std::min)(first + sum_block, columns));
      }
    });
    detail::sum_matrix_along(1, to, rows, parts, sums);
  }

  /// sums[j] = Σᵢ f(i, j), kept in wide_t<A>, many rows in blocks.
  template <class F, class A>
  static void sum_columns(index_t rows, index_t columns, F f, A* sums) {
    constexpr index_t width = detail::lanes<A>::width;
    const index_t parts     = std::max<index_t>(1, (rows + sum_columns_rows - 1) / sum_columns_rows);
    const index_t groups    = (columns + width - 1) / width;
    const index_t work      = std::clamp<index_t>(rows, 1, sum_columns_rows) * width;
    using wide              = wide_t<A>;
    storage<wide> to_be_added(parts * columns);
    wide* const to = to_be_added.data();
    blocks(parts * groups, std::max<index_t>(1, grain / work), [f, rows, columns, groups, to](index_t begin, index_t end) {
      for (index_t group = begin; group < end; ++group) {
        const index_t part = group / groups, first = part * sum_columns_rows, column = group % groups * width;
        detail::sum_few_columns<wide>(f, first, (std::min)(first + sum_columns_rows, rows), column, columns, to + part * columns + column);
      }
    });
    detail::sum_matrix_along(0, to, parts, columns, sums);
  }
};

static_assert(backend<xtensor, float> && backend<xtensor, double>);

}  // namespace jem::inline v0
