// SPDX-License-Identifier: MIT
// The speed of a backend's expensive operations on this machine: matrix products, a convolution as in networks, a loop over memory, noise.
// The fastest of several runs counts. Each run ends with a download of one element, so that a device has to finish its work.
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

/// The speed of one operation.
struct speed {
  std::string of;    ///< "matrix product, 512 x 512 x 512"
  double value;      ///< in the unit below
  const char* unit;  ///< "GFLOP/s", "GB/s", "million/s"
};

namespace detail {

/// The time of the shortest run of f() → tensor, in seconds. After a first run that warms up, there are as many runs as fit into `seconds`,
/// but at least one.
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

/// The speeds of the expensive operations in float, each measured for about `seconds` seconds.
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
