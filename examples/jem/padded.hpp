// Text in columns of a terminal.
#pragma once

#include <algorithm>
#include <string>

namespace tool {

/// The number of characters in a text in UTF-8: of the bytes that do not continue another one.
inline std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// The text with blanks up to that width: on its right if `left` is true, else on its left.
inline std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string blanks(width > columns(text) ? width - columns(text) : 0, ' ');
  return left ? text + blanks : blanks + text;
}

}  // namespace tool
