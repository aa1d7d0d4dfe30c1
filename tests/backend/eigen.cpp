// SPDX-License-Identifier: MIT
#include <jem/backend/eigen.hpp>

#include <doctest/doctest.h>

#include <type_traits>

TEST_CASE("eigen inherits from openmp, with its storage") {
  static_assert(std::is_base_of_v<jem::openmp, jem::eigen>);
  static_assert(jem::eigen::host_memory);
  static_assert(std::is_same_v<jem::eigen::storage<float>, jem::openmp::storage<float>>);
  CHECK(std::string(jem::eigen::name) == "eigen");
}

TEST_CASE("eigen adds the three verbs of convolution") {
  constexpr auto convolves = []<class B>(B) {
    return requires(const jem::convolution_shape& s, const float* x, float* y) {
      B::convolve(s, x, x, y);
      B::convolve_input_gradient(s, x, x, y);
      B::convolve_weight_gradient(s, x, x, y);
    };
  };
  static_assert(convolves(jem::eigen{}));
  static_assert(!convolves(jem::openmp{}));
  CHECK(true);
}
