// SPDX-License-Identifier: MIT
#include <jem/conformance/bfloat16.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

using namespace jem::conformance;

namespace {

using jem::bfloat16, jem::index_t;

/// A backend with its own convolution of images in bfloat16. It is right if it rounds weights to bfloat16, and otherwise wrong.
template <bool rounds>
struct with_verbs : jem::reference {
  static inline int calls = 0;

  template <std::same_as<bfloat16> T>
  static std::pair<index_t, index_t> prepared_sizes(const jem::convolution_shape& s) {
    return {s.weight().size(), s.weight().size()};
  }
  static void prepare_weights(const jem::convolution_shape& s, const float* w, bfloat16* forward, bfloat16* backward) {
    for (index_t i = 0; i < s.weight().size(); ++i) forward[i] = backward[i] = bfloat16(w[i]);
  }

  template <jem::fusable F>
  static void convolve(const jem::convolution_shape& s, const bfloat16* x, const float* w, bfloat16* y, const bfloat16* prepared,
                       const jem::convolution_terms<bfloat16, F, float>& terms) {
    ++calls;
    std::vector<float> sums(static_cast<std::size_t>(s.output().size()));
    jem::conformance::detail::for_each_product(s, [&](std::size_t out, std::size_t in, std::size_t weight) {
      const float factor = prepared != nullptr ? float{prepared[weight]} : rounds ? float{bfloat16(w[weight])} : w[weight];
      sums[out] += float{bfloat16(terms.function(float{x[in]}))} * factor;
    });
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const float bias = terms.bias == nullptr ? 0 : terms.bias[static_cast<index_t>(i) % s.f];
      y[i]             = bfloat16(sums[i] + bias + (terms.addend == nullptr ? 0 : float{terms.addend[i]}));
    }
  }
};

}  // namespace

TEST_CASE("the suite checks a backend's own convolutions in bfloat16, with and without prepared weights") {
  const auto found = convolutions_in_bfloat16_are_right<with_verbs<true>>();
  INFO(found.where);
  CHECK(found.passed);
  CHECK(with_verbs<true>::calls == 2 * 18);
}

TEST_CASE("the suite finds weights that were not rounded before the product, and says where") {
  const auto found = convolutions_in_bfloat16_are_right<with_verbs<false>>();
  CHECK_FALSE(found.passed);
  CHECK(found.where.starts_with("the output, images = ("));
}

TEST_CASE("the suite finds sums in bfloat16 that are rounded after each term") {
  bounded_sums sums(1);
  float sum = 0;
  for (int i = 0; i < 40; ++i) {
    sums.add(0, 1, 1.015625);
    sum = jem::conformance::detail::stored(sum + 1.015625f);
  }
  CHECK(jem::conformance::detail::excess_of_stored(sums, {jem::conformance::detail::stored(40 * 1.015625f)}, 40) <= 1);
  CHECK(jem::conformance::detail::excess_of_stored(sums, {sum}, 40) > 1);
}
