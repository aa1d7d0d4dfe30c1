// SPDX-License-Identifier: MIT
// Results have the same bits for 1, 2 and 7 threads, and inside a parallel region of the user.
#include "../support/gradients.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/backend/openmp.hpp>
#include <jem/data/augment.hpp>
#include <jem/nn/compute_in.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/convolution.hpp>
#include <jem/tensor/matmul.hpp>
#include <jem/tensor/noise.hpp>
#include <jem/tensor/logits.hpp>
#include <jem/tensor/rows.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace {

using jem::index_t;
using jem::transpose;

void use_threads([[maybe_unused]] int n) {
#ifdef _OPENMP
  omp_set_num_threads(n);
#endif
}

int threads_in_use() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

/// Checks that f() has the same bits for any number of threads, and on each of three threads that call it at the same time.
template <class F>
void check_same_bits(F f) {
  const int before    = threads_in_use();
  const auto expected = (use_threads(1), f());
  for (const int threads : {2, 7}) {
    CAPTURE(threads);
    CHECK(test::same_bits((use_threads(threads), f()), expected));
  }
  std::vector<decltype(f())> inside(3);
#pragma omp parallel for num_threads(3)
  for (int i = 0; i < 3; ++i) inside[static_cast<std::size_t>(i)] = f();
  for (const auto& each : inside) CHECK(test::same_bits(each, expected));
  use_threads(before);
}

template <class T>
void check_products() {
  for (const auto& [m, n, k] :
       {std::array<index_t, 3>{300, 200, 100}, {64, 10, 6000}, {3, 5, 20'000}, {2000, 32, 27}, {1, 500, 700}, {20, 20, 20}}) {
    CAPTURE(m);
    CAPTURE(n);
    CAPTURE(k);
    for (const auto& [ta, tb] :
         {std::pair{transpose::no, transpose::no}, {transpose::yes, transpose::no}, {transpose::no, transpose::yes}}) {
      const T a = test::random_tensor<T>(ta == transpose::yes ? jem::shape{k, m} : jem::shape{m, k}, 1);
      const T b = test::random_tensor<T>(tb == transpose::yes ? jem::shape{n, k} : jem::shape{k, n}, 2);
      check_same_bits([&] {
        T c = jem::full<T>({m, n}, 1);
        add_matmul(c, a, b, ta, tb);
        return c.to_vector();
      });
    }
  }
}

template <class T>
void check_sums() {
  for (const auto& extents : {jem::shape{3, 50'000}, {50'000, 3}, {700, 700}, {1, 100'000}}) {
    const T x = test::random_tensor<T>(extents, 3);
    check_same_bits([&] { return row_sums(x).to_vector(); });
    check_same_bits([&] { return row_dots(x, x).to_vector(); });
    check_same_bits([&] { return column_sums(x).to_vector(); });
    check_same_bits([&] { return std::vector{jem::sum(x), squared_norm(x)}; });
  }
  const T logits = test::random_tensor<T>({5001, 10}, 4);
  check_same_bits([&] { return softmax(logits).to_vector(); });
  check_same_bits([&] { return log_sum_exp(logits).to_vector(); });
}

template <class T>
void check_noise() {
  check_same_bits([] {
    jem::rng g{5};
    T x = jem::normal<T>({100'003}, g);
    add_normal(x, 0.3f, g);
    add_scaled(x, 1, jem::uniform<T>({100'003}, -1, 1, g));
    return x.to_vector();
  });
}

template <class T>
void check_augmentation() {
  const T x = test::random_tensor<T>({200, 12, 11, 3}, 12);
  check_same_bits([&] {
    jem::rng g{6};
    T y = x;
    jem::data::in_turn{jem::data::reflect_crop{4}, jem::data::random_flip{}}(y, g);
    return y.to_vector();
  });
}

template <class T>
void check_convolutions() {
  const T x = test::random_tensor<T>({30, 16, 15, 8}, 6);
  for (const auto& [kernel, geometry] : {std::pair<index_t, jem::convolution_geometry>{3, {1, 1}}, {4, {2, 1}}, {1, {1, 0}}}) {
    const T w  = test::random_tensor<T>({kernel, kernel, 8, 12}, 7);
    const T y  = convolution(x, w, geometry);
    const T dy = test::random_tensor<T>(y.extents(), 8);
    check_same_bits([&] { return convolution(x, w, geometry).to_vector(); });
    check_same_bits([&] { return convolution_input_gradient(dy, w, geometry, x.extents()).to_vector(); });
    check_same_bits([&] {
      T dw = jem::zeros<T>(w.extents());
      add_convolution_weight_gradient(dw, x, dy, geometry);
      return dw.to_vector();
    });
  }
}

template <class T>
jem::convnet<T> network() {
  jem::rng g{9};
  return jem::convnet<T>({.height = 12, .width = 12, .channels = 1, .classes = 10, .widths = {16, 32}}, g);
}

template <class T, class Net>
void check_network(const Net& net) {
  const T x = test::random_tensor<T>({37, 12, 12, 1}, 10), slope = test::random_tensor<T>({37, 10}, 11);
  check_same_bits([&] {
    typename Net::template cache<T> cache;
    auto gradient     = zeros_like(net);
    const T logits    = net.forward(x, cache);
    const T dx        = net.backward(slope, cache, &gradient);
    std::vector all   = logits.to_vector();
    const auto append = [&](const auto& tensor) {
      const auto values = tensor.to_vector();
      all.insert(all.end(), values.begin(), values.end());
    };
    append(dx);
    jem::for_each_parameter_of(append, std::as_const(gradient));
    return all;
  });
}

using openmp = jem::tensor<float, jem::openmp>;
using eigen  = jem::tensor<float, jem::eigen>;

}  // namespace

TEST_CASE("conformance: openmp: products have the same bits for 1, 2 and 7 threads") { check_products<openmp>(); }
TEST_CASE("conformance: openmp: sums and softmax have the same bits for 1, 2 and 7 threads") { check_sums<openmp>(); }
TEST_CASE("conformance: openmp: noise has the same bits for 1, 2 and 7 threads") { check_noise<openmp>(); }
TEST_CASE("conformance: openmp: augmented images have the same bits for 1, 2 and 7 threads") { check_augmentation<openmp>(); }
TEST_CASE("conformance: openmp: convolutions have the same bits for 1, 2 and 7 threads") { check_convolutions<openmp>(); }
TEST_CASE("conformance: openmp: a network's gradients have the same bits for 1, 2 and 7 threads") {
  check_network<openmp>(network<openmp>());
}
TEST_CASE("conformance: eigen: products have the same bits for 1, 2 and 7 threads") { check_products<eigen>(); }
TEST_CASE("conformance: eigen: sums and softmax have the same bits for 1, 2 and 7 threads") { check_sums<eigen>(); }
TEST_CASE("conformance: eigen: noise has the same bits for 1, 2 and 7 threads") { check_noise<eigen>(); }
TEST_CASE("conformance: eigen: augmented images have the same bits for 1, 2 and 7 threads") { check_augmentation<eigen>(); }
TEST_CASE("conformance: eigen: convolutions have the same bits for 1, 2 and 7 threads") { check_convolutions<eigen>(); }
TEST_CASE("conformance: eigen: a network's gradients have the same bits for 1, 2 and 7 threads") { check_network<eigen>(network<eigen>()); }
TEST_CASE("conformance: eigen: a network that computes in bfloat16 has the same bits for 1, 2 and 7 threads") {
  check_network<eigen>(jem::compute_in<jem::bfloat16>(network<eigen>()));
}
