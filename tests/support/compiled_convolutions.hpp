// SPDX-License-Identifier: MIT
// The convolutions and products of eigen that the tests' networks use, compiled once, in compiled_convolutions.cpp. Folders that are
// compiled without optimisation use these optimised ones: a test of a network compiles in three quarters of the time, and tests that
// train take a third of the time.
#pragma once

#include <jem/backend/eigen.hpp>
#include <jem/nn/activation.hpp>

#define TEST_CONVOLUTIONS_OF(EXTERN, T, F)                                                                                           \
  EXTERN template void jem::eigen_convolution::forward<jem::openmp>(const jem::convolution_shape&, const T*, const T*, T*, const T*, \
                                                                    const jem::convolution_terms<T, F>&);                            \
  EXTERN template void jem::eigen_convolution::input_gradient<jem::openmp>(const jem::convolution_shape&, const T*, const T*, T*,    \
                                                                           const T*, const jem::gradient_terms<T, F>&);              \
  EXTERN template void jem::eigen_convolution::weight_gradient<jem::openmp>(const jem::convolution_shape&, const T*, const T*, T*, F);

#define TEST_CONVOLUTIONS(EXTERN, T)                                                                                                      \
  TEST_CONVOLUTIONS_OF(EXTERN, T, jem::unchanged)                                                                                         \
  TEST_CONVOLUTIONS_OF(EXTERN, T, jem::functions::leaky_relu)                                                                             \
  EXTERN template void jem::eigen_convolution::prepare_weights<jem::openmp, T>(const jem::convolution_shape&, const T*, T*, T*);          \
  EXTERN template void jem::eigen_product::gemm<jem::openmp>(jem::transpose, jem::transpose, jem::index_t, jem::index_t, jem::index_t, T, \
                                                             const T*, const T*, T, T*);

TEST_CONVOLUTIONS(extern, float)
TEST_CONVOLUTIONS(extern, double)
