// SPDX-License-Identifier: MIT
// The conformance suite compares convolutions with the definition, for every kernel, stride and padding.
#include "../../../support/numbers.hpp"

#include <jem/backend/cpu/convolution/direct.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace product = jem::window_product;
using jem::index_t;
using values = std::vector<double>;

namespace {

const std::vector<jem::convolution_shape> shapes{{2, 5, 7, 3, 3, 3, 4, 1, 1}, {3, 6, 4, 2, 4, 4, 1, 2, 1}, {1, 4, 4, 1, 1, 1, 1, 1, 2},
                                                 {2, 7, 3, 1, 2, 3, 2, 3, 2}, {1, 3, 3, 2, 5, 5, 1, 1, 2}, {4, 9, 8, 2, 3, 2, 2, 2, 0}};

/// Element (a, b, channel) of the window of an output pixel, by the definition.
double window_element(const jem::convolution_shape& s, const values& x, index_t image, index_t row, index_t column, index_t a, index_t b,
                      index_t channel) {
  const index_t ih = row * s.stride - s.padding + a, iw = column * s.stride - s.padding + b;
  if (ih < 0 || ih >= s.h || iw < 0 || iw >= s.w) return 0;
  return x[static_cast<std::size_t>(((image * s.h + ih) * s.w + iw) * s.c + channel)];
}

}  // namespace

TEST_CASE("bands are rows of one image or whole small images, and cover every window once") {
  for (const auto& s : shapes) {
    for (const index_t pixels : {1, 10, 30, 1000}) {
      const auto v = product::windows_of(s);
      const product::bands cut(v, pixels);
      std::vector<int> seen(static_cast<std::size_t>(s.n * s.oh()));
      for (index_t number = 0; number < cut.count; ++number) {
        const auto here = cut.at(v, number);
        CHECK((here.images == 1 || here.rows == s.oh()));
        for (index_t i = 0; i < here.images; ++i) {
          for (index_t j = 0; j < here.rows; ++j) ++seen[static_cast<std::size_t>((here.image + i) * s.oh() + here.row + j)];
        }
      }
      CHECK(seen == std::vector<int>(seen.size(), 1));
    }
  }
}

TEST_CASE("windows are read in place without padding, and otherwise from a copy with zeros around it") {
  for (const auto& s : shapes) {
    CAPTURE(jem::to_string(s.input()));
    CAPTURE(s.padding);
    const auto x = test::random_values(s.input().size(), 5);
    const auto v = product::windows_of(s);
    const product::bands cut(v, 10);
    for (index_t number = 0; number < cut.count; ++number) {
      const auto here = cut.at(v, number);
      const product::source<double> from(v, x.data(), here);
      CHECK((from.data() >= x.data() && from.data() < x.data() + x.size()) == (s.padding == 0));
      for (index_t i = 0; i < here.images * here.rows * s.ow(); ++i) {
        const index_t image = i / (here.rows * s.ow()), row = i / s.ow() % here.rows, column = i % s.ow();
        for (index_t j = 0; j < s.patch(); ++j) {
          const index_t a = j / (s.kw * s.c), rest = j % (s.kw * s.c);
          const double* const at = from.data() + image * from.image() + (row * s.stride + a) * from.line() + column * s.stride * s.c + rest;
          CHECK(*at == window_element(s, x, here.image + image, here.row + row, column, a, rest / s.c, rest % s.c));
        }
      }
    }
  }
}
