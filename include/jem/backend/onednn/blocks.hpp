// SPDX-License-Identifier: MIT
// Convolutions of blocks of images that stay in a core's cache, each block on one thread: the function f of the images, rounded as images
// are; oneDNN's product; then bias, addend and derivative in one pass over the block. Each result is rounded once, and the number of
// threads changes no bit.
#pragma once

#include <jem/backend/cpu/epilogue.hpp>
#include <jem/backend/cpu/gemm/blocked.hpp>

#include <algorithm>
#include <concepts>

namespace jem::inline v0::onednn_convolution {

using eigen_product::for_blocks;

/// What goes beside the products: f′(input) ⊙ sums + addend, rounded to T; either may be missing.
template <element T, fusable F = unchanged>
struct finish {
  F function{};               ///< f
  const T* input  = nullptr;  ///< as the output
  const T* addend = nullptr;  ///< as the output

  constexpr bool idle() const { return std::same_as<F, unchanged> && addend == nullptr; }  ///< sums stay as they are

  /// Of n elements from the first on; sums may be where the result is.
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

/// to = f(x), rounded to T, in the type that is multiplied in.
template <class Threads, element T, element Factor, fusable F>
void read(const T* x, index_t n, F f, Factor* to) {
  Threads::blocks(n, Threads::grain, [=](index_t begin, index_t end) {
    for_packs<float>(end - begin,
                     [=](index_t j, auto count) { store_pack(to + begin + j, factor_of<T>(f, load_pack(x + begin + j, count)), count); });
  });
}

/// One side of a convolution: so many elements for each image.
template <class T>
struct images {
  T* data;       ///< of the first
  index_t size;  ///< elements of each
};

/// Images in a block: what goes in and what comes out take some 512 KiB as floats, and there should be eight blocks.
constexpr index_t images_in_block(index_t n, index_t in, index_t out) {
  return std::clamp<index_t>((index_t{128} << 10) / std::max<index_t>(1, in + out), 1, std::max<index_t>(1, (n + 7) / 8));
}

/// to = finish(product(f(from))) of n images, `step` at a time, by product(images, factors, sums). A single block may have threads of
/// its own.
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
