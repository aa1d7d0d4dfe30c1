// SPDX-License-Identifier: MIT
// Joins texts and numbers into one text, for messages. It is used in place of "text" + std::string, for which g++ 12 falsely warns about
// a copy between overlapping memory (PR 105651).
#pragma once

#include <jem/core/compiler.hpp>

#include <concepts>
#include <string>
#include <string_view>

namespace jem::inline v0 {

/// The parts one after the other: texts unchanged, numbers by std::to_string, all else by `to_string`.
template <class... Parts>
std::string concat(const Parts&... parts) {
  using std::to_string;
  std::string all;
  [[maybe_unused]] const auto add = [&all](const auto& part) {
    if constexpr (requires { std::string_view(part); }) {
      all.append(std::string_view(part));
    } else {
      all.append(to_string(part));
    }
  };
  (add(parts), ...);
  return all;
}

}  // namespace jem::inline v0
