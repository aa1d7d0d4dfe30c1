// SPDX-License-Identifier: MIT
// Random changes of training images (n, h, w, c), different for each image, computed by the backend: the crop of an image padded by
// reflection, and the flip. The two streams of data can differ: SADA-JEM (Yang, Su and Ji 2023,
// arXiv:2209.07959) leaves the images of the p(x) term as they are.
#pragma once

#include <jem/core/setting.hpp>
#include <jem/tensor/images.hpp>
#include <jem/tensor/noise.hpp>
#include <jem/tensor/rows.hpp>

#include <tuple>
#include <utility>

namespace jem::inline v0::data {

/// A random change of a batch, in place.
template <class A, class T>
concept batch_augmentation = std::copy_constructible<A> && call_is_const<A, T, rng> && batch_is_a_reference<A, T, rng> &&
                             requires(const A& a, T& x, rng& g) { a(x, g); };

/// Leaves images as they are, and takes no random numbers.
struct no_augmentation {
  template <tensor_value T>
  void operator()(T&, rng&) const {}
};

/// A window of the image's own size from the image padded by reflection, the edge not repeated; all (2·padding + 1)² windows
/// are equally likely. Throws std::invalid_argument unless 0 ≤ padding < h, w.
struct reflect_crop {
  at_least<"reflect_crop", "padding", 0, largest_extent> padding = 4;  ///< pixels on each side

  template <tensor_value T>
  void operator()(T& x, rng& g) const {
    const auto top = random_indices<T>(x.extent(0), 2 * padding + 1, g), left = random_indices<T>(x.extent(0), 2 * padding + 1, g);
    x = reflect_crops(x, padding, top, left);
  }
};

/// Exchanges left and right of images at random.
struct random_flip {
  in_unit_interval<"random_flip", "probability"> probability = 0.5f;  ///< of each image

  template <tensor_value T>
  void operator()(T& x, rng& g) const {
    choose_rows(x, mirrored(x), happens(full<T>({x.extent(0)}, probability), g));
  }
};

/// Several augmentations, one after the other: `in_turn{reflect_crop{4}, random_flip{}}`.
template <class... Augmentations>
struct in_turn {
  std::tuple<Augmentations...> all;  ///< in the order in which they act

  /// Takes the augmentations in the order in which they act.
  constexpr explicit in_turn(Augmentations... each) : all(std::move(each)...) {}

  template <tensor_value T>
    requires(batch_augmentation<Augmentations, T> && ...)
  void operator()(T& x, rng& g) const {
    std::apply([&](const auto&... each) { (each(x, g), ...); }, all);
  }
};

/// The augmentations of a trainer's two streams of data: `augment{.labelled = …, .unlabelled = …}`. By default there are none.
template <class Labelled = no_augmentation, class Unlabelled = no_augmentation>
struct augment {
  Labelled labelled{};      ///< of the images with labels
  Unlabelled unlabelled{};  ///< of the images for p(x)
};

/// The augmentations that a trainer accepts: a type with the members of `augment`.
template <class A, class T>
concept stream_augmentation = requires(const A& a) {
  requires batch_augmentation<std::remove_cvref_t<decltype(a.labelled)>, T>;
  requires batch_augmentation<std::remove_cvref_t<decltype(a.unlabelled)>, T>;
};

}  // namespace jem::inline v0::data
