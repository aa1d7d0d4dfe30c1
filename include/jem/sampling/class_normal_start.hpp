// SPDX-License-Identifier: MIT
// Chains that start near the data: from a normal law for each class, with the mean and the covariance of the class's images,
//
//     x = μ + L·ξ,   L·Lᵀ = Σ + 10⁻⁴·I,   ξ ~ N(0, I).
//
// The informative initialisation of JEM++ (Yang and Ji 2021, arXiv:2109.09032), whose code clamps these starts to the range of pixels.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/sampling/constraint.hpp>
#include <jem/sampling/start.hpp>
#include <jem/tensor/cholesky.hpp>
#include <jem/tensor/columns.hpp>
#include <jem/tensor/logits.hpp>
#include <jem/tensor/matmul.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace jem::inline v0 {

/// Where chains start: one normal law for each class, fitted once. Means, covariances and factors are computed in double; the covariance
/// is divided by the number of images. Each class keeps D² numbers of T: 38 MB for 3072 floats. Copies share them. They are no part of a
/// checkpoint: fit again to the same images to go on with the same bits. Starts of chains without classes are from the mixture of the laws
/// with the frequencies of the classes. The constraint is applied to each start: unconstrained, or box{-1, 1} to clamp it.
template <tensor_value T, class Constraint = unconstrained>
  requires batch_transform<Constraint, T>
class class_normal_start {
 public:
  /// Added to the variance of each number, > 0: it makes the law definite if there are fewer images than numbers in an image.
  using more_variance = positive<"class_normal_start", "added_variance">;

  /// Fits to images x (n, …) with labels y (n) in [0, classes). Throws std::invalid_argument for other extents or labels, for a class
  /// without images, and for numbers that are not finite.
  class_normal_start(const T& x, const labels<T>& y, index_t classes, Constraint constraint = {}, more_variance added_variance = 1e-4f)
      : constraint_(std::move(constraint)) {
    if (x.extents().rank() < 2) fail("class_normal_start", "images (n, …)", to_string(x.extents()));
    expect_shape("class_normal_start", shape{x.extent(0)}, y.extents());
    expect_at_least("class_normal_start", "classes", 1, classes);
    const auto known = checked_labels("class_normal_start", y, classes);
    const index_t d  = x.extents().row_size();
    fitted own{x.extents(), {}, T(shape{classes, d}), T(shape{classes * d, d})};
    for (index_t c = 0; c < classes; ++c) {
      const auto rows = rows_of(known.values(), c);
      if (rows.empty()) fail("class_normal_start", "an image of each class", concat("none of class ", c));
      own.last.push_back((c > 0 ? own.last.back() : 0) + std::ssize(rows));
      fit(own, c, converted<double>(gather_rows(x, labels<T>(shape{std::ssize(rows)}, rows))), added_variance);
    }
    laws_ = std::make_shared<const fitted>(std::move(own));
  }

  /// The number of classes.
  index_t classes() const { return std::ssize(laws_->last); }

  /// (n, …), each row of a random class, which is drawn with the frequencies of the classes among the images that the laws were fitted
  /// to. Throws std::invalid_argument, before it draws, for rows of other extents than these images have.
  template <std::same_as<T> X = T>
  X operator()(const shape& extents, rng& g) const {
    check(extents);
    const random_stream stream = g.next();
    pooled_vector<std::int32_t> y(static_cast<std::size_t>(extents[0]));
    for (std::size_t i = 0; i < y.size(); ++i) {
      const index_t image = index_below(stream, g.row + static_cast<index_t>(i), laws_->last.back());
      y[i]                = static_cast<std::int32_t>(std::ranges::upper_bound(laws_->last, image) - laws_->last.begin());
    }
    return drawn(extents, y, g);
  }

  /// (n, …), row i of class y[i]. Throws std::invalid_argument, before it draws, for rows of other extents, for another number of
  /// labels, and for a label that is no class.
  template <std::same_as<T> X = T>
  X operator()(const shape& extents, const pooled_vector<std::int32_t>& y, rng& g) const {
    check(extents);
    expect_shape("class_normal_start", shape{extents[0]}, shape{std::ssize(y)});
    for (const auto c : y) {
      if (c < 0 || c >= classes()) fail("class_normal_start", concat("labels in [0, ", classes(), ")"), std::to_string(c));
    }
    return drawn(extents, y, g);
  }

 private:
  struct fitted {
    shape extents;              // of the images (n, …)
    std::vector<index_t> last;  // images of this class and of those before it
    T means;                    // (classes, d)
    T factors;                  // (classes·d, d): L of each class
  };

  void check(const shape& extents) const {
    if (extents.rank() < 1) fail("class_normal_start", "a batch (n, …)", to_string(extents));
    expect_shape("class_normal_start", laws_->extents.with_rows(extents[0]), extents);
  }

  static pooled_vector<std::int32_t> rows_of(const pooled_vector<std::int32_t>& y, index_t c) {
    pooled_vector<std::int32_t> rows;
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (y[i] == c) rows.push_back(static_cast<std::int32_t>(i));
    }
    return rows;
  }

  /// The law of class c from its images (m, …).
  template <class Wide>
  static void fit(fitted& to, index_t c, Wide images, float added_variance) {
    using V         = typename T::value_type;
    const index_t m = images.extent(0), d = images.extents().row_size();
    Wide x    = std::move(images).reshaped({m, d});
    Wide mean = column_sums(x);
    scale(mean, 1 / static_cast<double>(m));
    add_per_column(x, -mean);
    auto covariance = matmul(x, x, transpose::yes, transpose::no).to_vector();
    for (double& each : covariance) each /= static_cast<double>(m);
    for (index_t i = 0; i < d; ++i) covariance[static_cast<std::size_t>(i * d + i)] += added_variance;
    detail::cholesky("class_normal_start", "finite images with a definite covariance", covariance, d);
    copy_into(to.means.rows(c, 1), converted<V>(std::move(mean)).reshaped({1, d}));
    copy_into(to.factors.rows(c * d, d), converted<V>(Wide(shape{d, d}, covariance)));
  }

  T drawn(const shape& extents, const pooled_vector<std::int32_t>& y, rng& g) const {
    const index_t d = laws_->means.extent(1);
    T x             = normal<T>({extents[0], d}, g);
    for (index_t c = 0; c < classes(); ++c) {
      const auto own = rows_of(y, c);
      if (own.empty()) continue;
      const labels<T> rows(shape{std::ssize(own)}, own);
      T part = matmul(gather_rows(x, rows), laws_->factors.rows(c * d, d), transpose::no, transpose::yes);
      add_per_column(part, laws_->means.rows(c, 1));
      scatter_rows(x, rows, part);
    }
    x = std::move(x).reshaped(extents);
    constraint_(x);
    return x;
  }

  Constraint constraint_;
  std::shared_ptr<const fitted> laws_;
};

}  // namespace jem::inline v0
