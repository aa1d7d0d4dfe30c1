// SPDX-License-Identifier: MIT
// Backends with one fault each, which the conformance suite has to find. All else is reference's.
#pragma once

#include <jem/backend/reference.hpp>
#include <jem/core/convolution_shape.hpp>

#include <algorithm>
#include <concepts>
#include <limits>

namespace test::wrong {

using jem::index_t, jem::reference, jem::transpose;

struct uploads_one_short : reference {
  template <jem::element T>
  static void upload(const T* from, index_t n, T* to) {
    reference::upload(from, n > 0 ? n - 1 : 0, to);
  }
};

struct downloads_one_short : reference {
  template <jem::element T>
  static void download(const T* from, index_t n, T* to) {
    reference::download(from, n > 0 ? n - 1 : 0, to);
  }
};

/// Rounds doubles to floats, as if the device had no wider type.
struct keeps_floats : reference {
  template <jem::element T>
  static void upload(const T* from, index_t n, T* to) {
    for (index_t i = 0; i < n; ++i) to[i] = static_cast<T>(static_cast<float>(from[i]));
  }
};

/// Leaves out the last indices of a loop, as if the size of a grid had been rounded down.
struct skips_an_index : reference {
  using reference::for_each;
  template <class F>
  static void for_each(index_t n, F f) {
    reference::for_each(n > 4096 ? n / 64 * 64 : n, f);
  }
};

struct visits_one_too_many : reference {
  using reference::for_each;
  template <class F>
  static void for_each(index_t n, F f) {
    reference::for_each(n + 1, f);
  }
};

struct visits_twice : reference {
  using reference::for_each;
  template <class F>
  static void for_each(index_t n, F f) {
    reference::for_each(n, f);
    if (n > 0) f(n - 1);
  }
};

struct exchanges_rows_and_columns : reference {
  using reference::for_each;
  template <class F>
  static void for_each(index_t rows, index_t columns, F f) {
    reference::for_each(columns, rows, f);
  }
};

struct skips_the_last_column : reference {
  using reference::for_each;
  template <class F>
  static void for_each(index_t rows, index_t columns, F f) {
    reference::for_each(rows, columns > 1 ? columns - 1 : columns, f);
  }
};

struct sums_rows_without_the_last_column : reference {
  template <class F, class A>
  static void sum_rows(index_t rows, index_t columns, F f, A* sums) {
    reference::sum_rows(rows, columns > 2 ? columns - 1 : columns, f, sums);
  }
};

struct sums_columns_without_the_last_row : reference {
  template <class F, class A>
  static void sum_columns(index_t rows, index_t columns, F f, A* sums) {
    reference::sum_columns(rows > 2 ? rows - 1 : rows, columns, f, sums);
  }
};

struct adds_to_what_was_there : reference {
  template <class F, class A>
  static void sum_rows(index_t rows, index_t columns, F f, A* sums) {
    for (index_t i = 0; i < rows; ++i) {
      for (index_t j = 0; j < columns; ++j) sums[i] += f(i, j);
    }
  }
};

struct leaves_sums_of_nothing : reference {
  template <class F, class A>
  static void sum_columns(index_t rows, index_t columns, F f, A* sums) {
    if (rows > 0) reference::sum_columns(rows, columns, f, sums);
  }
};

struct sums_in_float : reference {
  template <class F, class A>
  static void sum_rows(index_t rows, index_t columns, F f, A* sums) {
    for (index_t i = 0; i < rows; ++i) {
      float sum = 0;
      for (index_t j = 0; j < columns; ++j) sum += static_cast<float>(f(i, j));
      sums[i] = static_cast<A>(sum);
    }
  }
};

/// Sums are right, but in another order each time, as with atomics on a device.
struct sums_in_any_order : reference {
  template <class F, class A>
  static void sum_columns(index_t rows, index_t columns, F f, A* sums) {
    static bool backwards = false;
    backwards             = !backwards;
    for (index_t j = 0; j < columns; ++j) {
      A sum{};
      for (index_t i = 0; i < rows; ++i) sum += f(backwards ? rows - 1 - i : i, j);
      sums[j] = sum;
    }
  }
};

/// Matrix products with one fault each.
enum class fault { ignores_beta, reads_c_for_beta_zero, ignores_alpha, ignores_a_turned, ignores_b_turned, cuts_long_sums, tf32, in_float };

template <fault f>
struct multiplies_wrongly : reference {
  template <jem::scalar T>
  static void gemm(transpose ta, transpose tb, index_t m, index_t n, index_t k, T alpha, const T* a, const T* b, T beta, T* c) {
    if constexpr (f == fault::ignores_beta) beta = T(0);
    if constexpr (f == fault::ignores_alpha) alpha = T(1);
    if constexpr (f == fault::ignores_a_turned) ta = m == k ? transpose::no : ta;
    if constexpr (f == fault::ignores_b_turned) tb = n == k ? transpose::no : tb;
    const index_t terms = f == fault::cuts_long_sums && k > 4096 ? 4096 : k;
    for (index_t i = 0; i < m; ++i) {
      for (index_t j = 0; j < n; ++j) {
        T sum{};
        for (index_t p = 0; p < terms; ++p) {
          sum = rounded(sum + rounded(a[ta == transpose::yes ? p * m + i : i * k + p]) *
                                  rounded(b[tb == transpose::yes ? j * k + p : p * n + j]));
        }
        const bool reads = f == fault::reads_c_for_beta_zero || beta != T{};
        c[i * n + j]     = reads ? alpha * sum + beta * c[i * n + j] : alpha * sum;
      }
    }
  }

 private:
  template <class T>
  static T rounded(T x) {
    if constexpr (f == fault::in_float) return static_cast<T>(static_cast<float>(x));
    if constexpr (f == fault::tf32) {  // 10 bits after the binary point, for a number below 2
      const T scaled = x * T(1024);
      return static_cast<T>(static_cast<std::int32_t>(scaled < T(0) ? scaled - T(0.5) : scaled + T(0.5))) / T(1024);
    }
    return x;
  }
};

/// The optional verb of tensor/loops.hpp, without the last row of many.
struct skips_a_row : reference {
  template <class F>
  static void for_each_row(index_t rows, index_t, F f) {
    reference::for_each(rows > 8 ? rows - 1 : rows, f);
  }
};

/// The optional verb of tensor/loops.hpp, with wrong tiles: those after the first one are left out, or all begin where the first one does.
template <bool all_are_the_first>
struct runs_wrong_tiles : reference {
  template <class F>
  static void for_each_tile(index_t rows, index_t size, const F& f) {
    for (index_t begin = 0; begin < rows; begin += size) {
      const index_t count = begin + size < rows ? size : rows - begin;
      if (all_are_the_first) {
        f(0, count);
      } else if (begin == 0) {
        f(begin, count);
      }
    }
  }
};

/// A convolution that rotates the kernel by 180°, as the mathematical definition does.
struct turns_kernels : reference {
  template <jem::scalar T>
  static void convolve(const jem::convolution_shape& s, const T* x, const T* w, T* y) {
    for (index_t pixel = 0; pixel < s.pixels(); ++pixel) {
      const index_t image = pixel / (s.oh() * s.ow()), top = pixel / s.ow() % s.oh() * s.stride - s.padding,
                    left = pixel % s.ow() * s.stride - s.padding;
      for (index_t o = 0; o < s.f; ++o) {
        T sum{};
        for (index_t a = 0; a < s.kh; ++a) {
          for (index_t b = 0; b < s.kw; ++b) {
            if (top + a < 0 || top + a >= s.h || left + b < 0 || left + b >= s.w) continue;
            for (index_t c = 0; c < s.c; ++c) {
              sum +=
                  x[((image * s.h + top + a) * s.w + left + b) * s.c + c] * w[(((s.kh - 1 - a) * s.kw + s.kw - 1 - b) * s.c + c) * s.f + o];
            }
          }
        }
        y[pixel * s.f + o] = sum;
      }
    }
  }
};

/// A gradient of the weights that is never computed.
struct forgets_the_gradient_of_weights : reference {
  template <jem::scalar T>
  static void convolve_weight_gradient(const jem::convolution_shape&, const T*, const T*, T*) {}
};

/// A backend that only compiles. Its memory holds NaN, so that no result is right by chance.
struct does_nothing : reference {
  static constexpr const char* name = "does_nothing";

  template <jem::element T>
  struct storage : jem::host_storage<T> {
    storage() = default;
    explicit storage(index_t n) : jem::host_storage<T>(n) {
      if constexpr (!std::integral<T>) std::fill_n(this->data(), n, T(std::numeric_limits<float>::quiet_NaN()));
    }
  };

  template <jem::element T>
  static void upload(const T*, index_t, T*) {}
  template <jem::element T>
  static void download(const T*, index_t, T*) {}
  template <class F>
  static void for_each(index_t, F) {}
  template <class F>
  static void for_each(index_t, index_t, F) {}
  template <class F, class A>
  static void sum_rows(index_t, index_t, F, A*) {}
  template <class F, class A>
  static void sum_columns(index_t, index_t, F, A*) {}
  template <jem::scalar T>
  static void gemm(transpose, transpose, index_t, index_t, index_t, T, const T*, const T*, T, T*) {}
};

}  // namespace test::wrong
