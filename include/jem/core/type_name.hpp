// SPDX-License-Identifier: MIT
// The name of a type, for messages.
#pragma once

#include <jem/core/compiler.hpp>

#include <string_view>

namespace jem::inline v0 {

/// The name of a type as the compiler writes it: "drift", "jem::hamiltonian<>".
template <class T>
constexpr std::string_view type_name() {
  const std::string_view all = __PRETTY_FUNCTION__;  // "… type_name() [with T = drift; …]" of g++, "… type_name() [T = drift]" of clang
  const auto begin           = all.find("T = ") + 4;
  return all.substr(begin, all.find_first_of(";]", begin) - begin);
}

}  // namespace jem::inline v0
