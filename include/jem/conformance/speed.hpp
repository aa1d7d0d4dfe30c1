// SPDX-License-Identifier: MIT
// How fast a backend's dear verbs are on this machine: products, a convolution as networks have it, a loop over memory, noise. The best
// of repeated runs; each ends with a download of one element, for which a device has to be done.
#pragma once

#include <jem/tensor/convolution.hpp>
#include <jem/tensor/matmul.hpp>
#include <jem/tensor/noise.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

namespace jem::inline v0::conformance {

/// One figure.
struct speed {
  std::string of;    ///< "matrix product, 512 x 512 x 512"
  double value;      ///< in units a second
  const char* unit;  ///< "GFLOP/s", "GB/s", "million/s"
};

namespace detail {

/// The shortest of the runs of f() → tensor that fit into so many seconds, and of one in any case, after one that warms up.
template <class F>
double shortest_run(double seconds, F f) {
  using clock    = std::chrono::steady_clock;
  const auto run = [&] {
    const auto begin = clock::now();
    const auto x     = f();
    typename decltype(f())::value_type one{};
    decltype(f())::backend_type::download(x.data(), 1, &one);
    return std::chrono::duration<double>(clock::now() - begin).count();
  };
  const double first = run();
  double shortest = std::numeric_limits<double>::infinity(), spent = 0;
  do {
    const double now = run();
    shortest         = (std::min)(shortest, now);
    spent += now;
  } while (spent + first < seconds);
  return shortest;
}

}  // namespace detail

/// The dear verbs in float, about so many seconds for each.
template <backend<float> B>
std::vector<speed> speeds(double seconds = 0.2) {
  using T = tensor<float, B>;
  rng g{7};
  const T a = normal<T>({512, 512}, g), b = normal<T>({512, 512}, g);
  const T images = normal<T>({16, 32, 32, 64}, g), weights = normal<T>({3, 3, 64, 64}, g);
  const index_t many = index_t{1} << 23;
  const T x = normal<T>({many}, g), y = normal<T>({many}, g);
  const double product = 2.0 * 512 * 512 * 512, convolved = 2.0 * 16 * 32 * 32 * 9 * 64 * 64;
  const double of_product     = detail::shortest_run(seconds, [&] { return matmul(a, b); });
  const double of_convolution = detail::shortest_run(seconds, [&] { return convolution(images, weights, convolution_geometry{1, 1}); });
  const double of_loop        = detail::shortest_run(seconds, [&] { return x + y; });
  const double of_noise       = detail::shortest_run(seconds, [&] { return normal<T>({many}, g); });
  return {{"matrix product, 512 x 512 x 512", product / of_product * 1e-9, "GFLOP/s"},
          {"convolution 3 x 3, 16 images of 32 x 32, 64 to 64 channels", convolved / of_convolution * 1e-9, "GFLOP/s"},
          {"for_each, x + y of 8 million floats", 12.0 * static_cast<double>(many) / of_loop * 1e-9, "GB/s"},
          {"normals", static_cast<double>(many) / of_noise * 1e-6, "million/s"}};
}

}  // namespace jem::inline v0::conformance
