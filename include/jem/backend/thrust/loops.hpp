// SPDX-License-Identifier: MIT
// The verbs of all backends that use Thrust, as functions of the system that they run on. The system is named explicitly, since one
// program may use several. The same code runs on the host's systems and on CUDA.
//
// A system has a policy(), and a `segment`: the number of columns of a row that one call of a loop's body processes. Host systems have
// many, so that compilers can vectorise; a device has one, so that neighbouring threads access neighbouring elements.
#pragma once

#if !defined(__CUDACC__) && !defined(THRUST_DEVICE_SYSTEM)
#error \
    "jem: without nvcc Thrust has to be told that its device is the host: link jem::thrust, or compile with -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP"
#endif

#include <jem/backend/cpu/first_failure.hpp>
#include <jem/core/concat.hpp>
#include <jem/core/concepts.hpp>
#include <jem/core/platform.hpp>
#include <jem/core/vector_loop.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/version.h>

namespace jem::inline v0::thrust_verbs {

/// "Thrust 1.17.2"
template <int version = THRUST_VERSION>
std::string library() {
  return concat("Thrust ", version / 100'000, ".", version / 100 % 1'000, ".", version % 100);
}

/// A position in a loop over the segments of all rows.
struct place {
  index_t row, segment;  ///< in [0, rows), [0, segments of a row)
};

/// The position of iteration `at` of a loop over rows of `segments` segments. `small` says that 32 bits are enough for a division, which
/// is then several times faster on a device.
JEM_HOST_DEVICE inline place place_of(index_t at, index_t segments, bool small) {
  if (small) {
    const auto n = static_cast<std::uint32_t>(at), d = static_cast<std::uint32_t>(segments);
    return {static_cast<index_t>(n / d), static_cast<index_t>(n % d)};
  }
  return {at / segments, at % segments};
}

/// f(i)
template <class F>
struct call {
  F f;
  JEM_HOST_DEVICE void operator()(index_t i) const { f(i); }
};

/// f(i) on a thread of the host. Keeps an exception, since none may leave the thread.
template <class F>
struct guarded_call {
  F f;
  first_failure* failure;
  void operator()(index_t i) const {
    failure->guard(i, [&] { f(i); });
  }
};

/// f(i, j) for the columns of one segment.
template <class F, index_t segment>
struct call_segment {
  F f;
  index_t columns, segments;
  bool small;

  JEM_HOST_DEVICE void operator()(index_t at) const {
    const place p     = place_of(at, segments, small);
    const index_t end = p.segment * segment + segment < columns ? p.segment * segment + segment : columns;
    vector_loop(p.segment * segment, end, [this, &p](index_t j) { f(p.row, j); });
  }
};

/// to[part, j] = Σ f(i, j) over the rows of a part, for the columns of one segment, kept in wide_t<A>.
template <class F, class A, index_t segment>
struct sum_segment {
  F f;
  A* to;
  index_t rows, columns, segments, rows_of_part;
  bool small;

  JEM_HOST_DEVICE void operator()(index_t at) const {
    const place p       = place_of(at, segments, small);
    const index_t begin = p.segment * segment;
    const index_t count = begin + segment < columns ? segment : columns - begin;
    const index_t last  = (p.row + 1) * rows_of_part < rows ? (p.row + 1) * rows_of_part : rows;
    wide_t<A> sums[segment]{};
    for (index_t i = p.row * rows_of_part; i < last; ++i) {
      vector_loop(0, count, [&](index_t j) { sums[j] += static_cast<wide_t<A>>(f(i, begin + j)); });
    }
    for (index_t j = 0; j < count; ++j) to[p.row * columns + begin + j] = static_cast<A>(sums[j]);
  }
};

/// to[i, block] = Σ f(i, j) over a block of a row, kept in wide_t<A>.
template <class F, class A>
struct sum_block {
  F f;
  A* to;
  index_t columns, blocks, size;

  JEM_HOST_DEVICE void operator()(index_t at) const {
    const index_t i = at / blocks, first = at % blocks * size;
    const index_t end = first + size < columns ? first + size : columns;
    wide_t<A> sum{};
    for (index_t j = first; j < end; ++j) sum += static_cast<wide_t<A>>(f(i, j));
    to[at] = static_cast<A>(sum);
  }
};

/// x[i, j] of a matrix in memory.
template <class A>
struct matrix_element {
  const A* from;
  index_t columns;
  JEM_HOST_DEVICE A operator()(index_t i, index_t j) const { return from[i * columns + j]; }
};

/// A system of the host with threads. Exceptions that a function throws there reach the caller of the verb.
template <class System>
concept carries_exceptions = requires { requires System::carries_exceptions; };

/// f(i) for i < n.
template <class System, class F>
void for_each(index_t n, F f) {
  const ::thrust::counting_iterator<index_t> first(0);
  if constexpr (carries_exceptions<System>) {
    first_failure failure;
    ::thrust::for_each_n(System::policy(), first, n, guarded_call<F>{f, &failure});
    failure.rethrow();
  } else {
    ::thrust::for_each_n(System::policy(), first, n, call<F>{f});
  }
}

constexpr index_t ceiling(index_t n, index_t d) { return (n + d - 1) / d; }
constexpr bool fits_in_32_bits(index_t n) { return n <= (std::numeric_limits<std::int32_t>::max)(); }

/// f(i, j) for i < rows, j < columns.
template <class System, class F>
void for_each(index_t rows, index_t columns, F f) {
  if (rows == 0 || columns == 0) return;
  const index_t segments = ceiling(columns, System::segment), calls = rows * segments;
  for_each<System>(calls, call_segment<F, System::segment>{f, columns, segments, fits_in_32_bits(calls)});
}

/// sums[i] = Σⱼ f(i, j): sums of blocks of 4096, then sums of those in the same way. It is for hosts; on a device threads share a row.
template <class System, class F, class A>
void sum_rows(index_t rows, index_t columns, F f, A* sums) {
  constexpr index_t size = 4096;
  const index_t blocks   = std::max<index_t>(1, ceiling(columns, size));
  if (blocks == 1) return for_each<System>(rows, sum_block<F, A>{f, sums, columns, 1, size});
  using wide = wide_t<A>;
  typename System::template storage<wide> partial(rows * blocks);
  for_each<System>(rows * blocks, sum_block<F, wide>{f, partial.data(), columns, blocks, size});
  sum_rows<System>(rows, blocks, matrix_element<wide>{partial.data(), blocks}, sums);
}

/// sums[j] = Σᵢ f(i, j): sums of parts of 64 rows, then sums of those in the same way, in an order that depends on the shape alone.
template <class System, class F, class A>
void sum_columns(index_t rows, index_t columns, F f, A* sums) {
  constexpr index_t rows_of_part = 64;
  constexpr index_t segment      = std::min<index_t>(System::segment, 64);  // so few that each call keeps its sums in a local array
  if (columns == 0) return;
  const index_t parts = std::max<index_t>(1, ceiling(rows, rows_of_part)), segments = ceiling(columns, segment);
  const auto add = [&]<class S>(S* to) {
    const index_t calls = parts * segments;
    for_each<System>(calls, sum_segment<F, S, segment>{f, to, rows, columns, segments, rows_of_part, fits_in_32_bits(calls)});
  };
  if (parts == 1) return add(sums);
  using wide = wide_t<A>;
  typename System::template storage<wide> partial(parts * columns);
  add(partial.data());
  sum_columns<System>(parts, columns, matrix_element<wide>{partial.data(), columns}, sums);
}

}  // namespace jem::inline v0::thrust_verbs
