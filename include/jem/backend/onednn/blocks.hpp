// SPDX-License-Identifier: MIT
// Convolutions of blocks of images that stay in a core's cache, each block on one thread. For each block, f is applied to the images and
// rounded to their type, then the products are computed, and then derivative and addend are applied in one pass. Each result is rounded
// once, and its bits do not depend on the number of threads.
#pragma once

#include <jem/backend/cpu/epilogue.hpp>
#include <jem/backend/cpu/gemm/blocked.hpp>

#include <algorithm>
#include <concepts>

namespace jem::inline v0::onednn_convolution {

using eigen_product::for_blocks;

/// The operations after the products: f′(input) ⊙ sums + addend, rounded to T. Derivative and addend may be missing.
template <element T, fusable F = unchanged>
struct finish {
  F function{};               ///< f
  const T* input  = nullptr;  ///< of the output's extents
  const T* addend = nullptr;  ///< of the output's extents

  constexpr bool idle() const { return std::same_as<F, unchanged> && addend == nullptr; }  ///< whether it changes nothing

  /// Writes the results for n elements, from number `first` of the output on. `sums` and `to` may be the same memory.
  template <class Threads>
  void operator()(const float* sums, index_t first, index_t n, T* to) const {
    Threads::blocks(n, Threads::grain, [=, this](index_t begin, index_t end) {
      for_packs<float>(end - begin, [=, this](index_t j, auto count) {
        const index_t i = begin + j;
        pack<float> v   = load_pack(sums + i, count);
        if constexpr (!std::same_as<F, unchanged>) v *= function.derivative(load_pack(input + first + i, count));
        if (addend != nullptr) v += load_pack(addend + first + i, count);
        store_pack(to + i, v, count);
      });
    });
  }
};

/// to = f(x), rounded to T and stored as Factor, the type of the factors of products.
template <class Threads, element T, element Factor, fusable F>
void read(const T* x, index_t n, F f, Factor* to) {
  Threads::blocks(n, Threads::grain, [=](index_t begin, index_t end) {
    for_packs<float>(end - begin,
                     [=](index_t j, auto count) { store_pack(to + begin + j, factor_of<T>(f, load_pack(x + begin + j, count)), count); });
  });
}

/// The input or the output of a convolution: images of `size` elements each.
template <class T>
struct images {
  T* data;       ///< of the first image
  index_t size;  ///< elements of each image
};

/// The number of images in a block: inputs and outputs take at most about 512 KiB as floats, and there should be eight blocks.
constexpr index_t images_in_block(index_t n, index_t in, index_t out) {
  return std::clamp<index_t>((index_t{128} << 10) / std::max<index_t>(1, in + out), 1, std::max<index_t>(1, (n + 7) / 8));
}

/// to = finish(product(f(from))) for n images, in blocks of `step` images. product(number of images, factors, sums) computes the sums of a
/// block. If there is a single block, product may use several threads.
template <element Factor, element Sum, class Threads, element T, fusable F, class Product, class Finish>
void in_blocks(index_t n, index_t step, images<const T> from, F f, images<T> to, const Product& product, const Finish& beside) {
  constexpr bool as_it_is = std::same_as<Factor, T> && std::same_as<F, unchanged>;
  const auto block        = [&](index_t number) {
    const index_t first = number * step, count = (std::min)(step, n - first), size = count * to.size;
    const T* const x = from.data + first * from.size;
    T* const y       = to.data + first * to.size;
    host_storage<Factor> factors(as_it_is ? 0 : count * from.size);
    if constexpr (!as_it_is) read<Threads>(x, count * from.size, f, factors.data());
    const auto multiply = [&](Sum* sums) {
      if constexpr (as_it_is) {
        product(count, x, sums);
      } else {
        product(count, static_cast<const Factor*>(factors.data()), sums);
      }
    };
    if constexpr (std::same_as<Sum, T>) {
      multiply(y);
      if constexpr (std::same_as<T, float>) {
        if (!beside.idle()) beside.template operator()<Threads>(y, first * to.size, size, y);
      }
    } else {
      host_storage<Sum> sums(size);
      multiply(sums.data());
      beside.template operator()<Threads>(sums.data(), first * to.size, size, y);
    }
  };
  if (step >= n) return block(0);
  for_blocks<Threads>((n + step - 1) / step, block);
}

}  // namespace jem::inline v0::onednn_convolution
