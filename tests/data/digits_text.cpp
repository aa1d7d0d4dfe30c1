// SPDX-License-Identifier: MIT
#include <jem/data/digits_text.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace text = jem::data::digits_text;

TEST_CASE("the alphabet of the digits has enough characters, each once, and none that a string literal would have to escape") {
  CHECK(text::alphabet.size() == 71);
  CHECK(71 * 71 >= 17 * 17 * 17);
  CHECK(std::set<char>(text::alphabet.begin(), text::alphabet.end()).size() == text::alphabet.size());
  CHECK(text::alphabet.find_first_of("\"\\?") == std::string_view::npos);
}

TEST_CASE("the text of the digits is 599 lines of three images and 1797 labels") {
  CHECK(std::size(text::pixels) == 599);
  CHECK(std::ranges::all_of(text::pixels, [](std::string_view line) { return line.size() == 3 * 64 / 3 * 2; }));
  CHECK(std::ranges::all_of(text::pixels,
                            [](std::string_view line) { return line.find_first_not_of(text::alphabet) == std::string_view::npos; }));
  CHECK(text::labels.size() == 1797);
  CHECK(text::labels.find_first_not_of("0123456789") == std::string_view::npos);
}
