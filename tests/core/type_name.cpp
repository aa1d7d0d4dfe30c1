// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <jem/core/type_name.hpp>

namespace {

struct drift {};

template <class T, int N>
struct pair_of {};

}  // namespace

TEST_CASE("type_name gives the name of a type without the compiler's text around it") {
  CHECK(jem::type_name<int>() == "int");
  CHECK(jem::type_name<drift>().ends_with("drift"));
  const auto pair = jem::type_name<pair_of<float, 3>>();
  CHECK(pair.find("pair_of<float, 3>") != std::string_view::npos);
  CHECK(pair.back() == '>');
}
