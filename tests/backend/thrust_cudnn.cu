// SPDX-License-Identifier: MIT
#include <jem/backend/reference.hpp>
#include <jem/backend/thrust_cudnn.hpp>
#include <jem/tensor/convolution.hpp>
#include <jem/tensor/noise.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

/// The largest difference of a convolution, its input's and its weights' gradient from reference's, by their largest element.
template <class Backend>
double convolution_error(jem::index_t n, jem::index_t size, jem::index_t c, jem::index_t f, jem::convolution_geometry geometry) {
  const auto run = [&]<class T>(std::type_identity<T>) {
    jem::rng g{11};
    const auto x = jem::uniform<T>({n, size, size, c}, -1, 1, g), w = jem::uniform<T>({3, 3, c, f}, -1, 1, g);
    const auto prepared = jem::prepare_convolution<T>(w, geometry, x.extents());
    const jem::around<T> with{.weights = &prepared};
    const auto y  = jem::convolution(x, w, geometry, nullptr, with);
    const auto dx = jem::convolution_input_gradient(y, w, geometry, x.extents(), nullptr, with);
    auto dw       = w;
    jem::add_convolution_weight_gradient(dw, x, y, geometry);
    return std::vector{y.to_vector(), dx.to_vector(), dw.to_vector()};
  };
  const auto mine = run(std::type_identity<jem::tensor<float, Backend>>{});
  const auto full = run(std::type_identity<jem::tensor<float, jem::reference>>{});
  double worst    = 0;
  for (std::size_t k = 0; k < mine.size(); ++k) {
    double difference = 0, largest = 0;
    for (std::size_t i = 0; i < mine[k].size(); ++i) {
      difference = std::max(difference, std::abs(static_cast<double>(mine[k][i]) - static_cast<double>(full[k][i])));
      largest    = std::max(largest, std::abs(static_cast<double>(full[k][i])));
    }
    worst = std::max(worst, difference / largest);
  }
  return worst;
}

}  // namespace

TEST_CASE("thrust_cudnn: convolutions with prepared weights agree with reference, in full float32") {
  CHECK(convolution_error<jem::thrust_cudnn>(3, 9, 16, 24, {1, 1}) < 2e-6);
  CHECK(convolution_error<jem::thrust_cudnn>(3, 9, 3, 16, {1, 1}) < 2e-6);
  CHECK(convolution_error<jem::thrust_cudnn>(2, 8, 16, 8, {2, 1}) < 2e-6);
}

TEST_CASE("thrust_cudnn_tf32: convolutions have the error of factors with 10 bits, and no more") {
  const double error = convolution_error<jem::thrust_cudnn_tf32>(3, 9, 16, 24, {1, 1});
  CHECK(error < 2e-3);
  CHECK(error > 1e-6);  // or tf32 was not used at all
}
