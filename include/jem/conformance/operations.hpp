// SPDX-License-Identifier: MIT
// The conformance suite, part five: the operations of tensor/ for classifiers, images and samplers, compared with reference. Indices, crops
// and copies have the same values. Exponentials and logarithms of logits up to 40 may differ by 400 units in the last place of 1;
// uniforms by 4, since low + u·(high − low) is rounded once or twice; normals, which use polynomials, by 2e-5.
#pragma once

#include <jem/conformance/outcome.hpp>
#include <jem/conformance/rounding.hpp>
#include <jem/tensor/images.hpp>
#include <jem/tensor/cross_entropy.hpp>
#include <jem/tensor/logits.hpp>
#include <jem/tensor/matmul.hpp>
#include <jem/tensor/noise.hpp>
#include <jem/tensor/pooling.hpp>

namespace jem::inline v0::conformance {

inline constexpr double normals_tolerance = 2e-5;  ///< of a standard normal, |ξ| ≤ 6.7: 40 units in the last place of the largest

namespace detail {

/// Operations on logits, with 10 classes and values up to 40.
template <class T>
std::vector<outcome> logit_outcomes(index_t n) {
  using V           = typename T::value_type;
  const double ulps = ulps_of_one<V>(40);
  const T x         = V(40) * random_tensor<T>({n, 10}, 8);
  std::vector<std::int32_t> classes;
  for (index_t i = 0; i < n; ++i) classes.push_back(static_cast<std::int32_t>(7 * i % 10));
  const labels<T> y(shape{n}, classes);
  std::vector<outcome> out;
  T z = x;
  add_at(z, y, V(-1));
  out.push_back({"log_sum_exp", 10 * ulps, values_of(log_sum_exp(x))});
  out.push_back({"wide_log_sum_exp", 10 * ulps, values_of(wide_log_sum_exp(x))});
  out.push_back({"softmax", 10 * ulps, values_of(softmax(x))});
  const auto at_once = softmax_and_log_sum_exp(x);
  out.push_back({"softmax_and_log_sum_exp: softmax", 10 * ulps, values_of(at_once.softmax)});
  out.push_back({"softmax_and_log_sum_exp: log_sum_exp", 10 * ulps, values_of(at_once.log_sum_exp)});
  out.push_back({"softmax_and_log_sum_exp: wide_log_sum_exp", 10 * ulps, values_of(at_once.wide_log_sum_exp)});
  out.push_back({"log_odds_against", 10 * ulps, values_of(log_odds_against(x, y))});
  out.push_back({"cross_entropies", 10 * ulps, values_of(cross_entropies(x, y))});
  out.push_back({"cross_entropy_slope", 10 * ulps, values_of(cross_entropy_slope(x, y))});
  T slope;
  out.push_back({"cross_entropies beside their slope", 10 * ulps, values_of(cross_entropies(x, y, slope))});
  out.push_back({"cross_entropy_slope beside its values", 10 * ulps, values_of(slope)});
  out.push_back({"rival_slope", 10 * ulps, values_of(rival_slope(x, y))});
  out.push_back({"row_argmax", 0, values_of(row_argmax(x))});
  out.push_back({"label_is_largest", 0, values_of(label_is_largest(x, y))});
  out.push_back({"pick", 0, values_of(pick(x, y))});
  out.push_back({"add_at", 0, values_of(z)});
  set_column(z, 7, pick(x, y));
  out.push_back({"set_column", 0, values_of(z)});
  add_weighted_rows(z, x, 3, x);
  out.push_back({"add_weighted_rows", 160 * ulps, values_of(z)});  // products up to 1600
  return out;
}

/// Images (n, 6, 4, 3) and matrix products.
template <class T>
std::vector<outcome> image_outcomes(index_t n) {
  using V           = typename T::value_type;
  const double ulps = ulps_of_one<V>(4);
  const T images = random_tensor<T>({n, 6, 4, 3}, 9), means = random_tensor<T>({n, 3, 2, 3}, 10);
  const T weight = random_tensor<T>({3, 5}, 11), left = random_tensor<T>({n, 3}, 12);
  std::vector<outcome> out;
  rng offsets{98};
  const auto top = random_indices<T>(n, 7, offsets), left_edge = random_indices<T>(n, 7, offsets);
  out.push_back({"reflect_crops", 0, values_of(reflect_crops(images, 3, top, left_edge))});
  out.push_back({"mirrored", 0, values_of(mirrored(images))});
  out.push_back({"window_means", ulps, values_of(window_means(images, 2, 2))});
  out.push_back({"window_means over images", 2 * ulps, values_of(window_means(images, 6, 4))});
  out.push_back({"spread_means", ulps, values_of(spread_means(means, 2, 2, images.extents()))});
  out.push_back({"matmul", bound_of_sum<V>(3), values_of(matmul(left, weight))});
  T gram = full<T>({3, 3}, 1);
  add_matmul(gram, left, left, transpose::yes);
  out.push_back({"add_matmul", bound_of_sum<V>(n + 1), values_of(gram)});
  return out;
}

/// Random numbers for a whole batch, and for the rows from number 7 on of a larger batch.
template <class T>
std::vector<outcome> noise_outcomes(index_t n) {
  std::vector<outcome> out;
  for (const index_t row : {0, 7}) {
    rng g{99};
    g.row = row;
    out.push_back({"random_indices", 0, values_of(random_indices<T>(n, 7, g))});
    T x = uniform<T>({n, 5}, -1, 1, g);
    out.push_back({"uniform", ulps_of_one<typename T::value_type>(4), values_of(x)});
    out.push_back({"normal", normals_tolerance, values_of(normal<T>({n, 5}, g))});
    add_normal(x, 0.5f, g);
    out.push_back({"add_normal", normals_tolerance, values_of(x)});
  }
  return out;
}

}  // namespace detail

/// The operations of tensor/logits.hpp.
template <class B, class V>
evidence operations_on_logits_agree_with_reference() {
  return agreement<B>(detail::logit_outcomes<tensor<V, B>>, detail::logit_outcomes<tensor<V, reference>>);
}

/// The operations of tensor/images.hpp, pooling.hpp and matmul.hpp.
template <class B, class V>
evidence operations_on_images_agree_with_reference() {
  return agreement<B>(detail::image_outcomes<tensor<V, B>>, detail::image_outcomes<tensor<V, reference>>);
}

/// The operations of tensor/noise.hpp.
template <class B, class V>
evidence random_numbers_agree_with_reference() {
  return agreement<B>(detail::noise_outcomes<tensor<V, B>>, detail::noise_outcomes<tensor<V, reference>>);
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_operations{
    check{"operations on logits agree with reference in float", operations_on_logits_agree_with_reference<B, float>},
    check{"operations on logits agree with reference in double", operations_on_logits_agree_with_reference<B, double>},
    check{"operations on images and products agree with reference in float", operations_on_images_agree_with_reference<B, float>},
    check{"operations on images and products agree with reference in double", operations_on_images_agree_with_reference<B, double>},
    check{"random numbers agree with reference in float", random_numbers_agree_with_reference<B, float>},
    check{"random numbers agree with reference in double", random_numbers_agree_with_reference<B, double>}};

}  // namespace jem::inline v0::conformance
