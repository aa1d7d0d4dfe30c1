// SPDX-License-Identifier: MIT
#include <jem/backend/reference.hpp>
#include <jem/core/made_of.hpp>
#include <jem/tensor/tensor.hpp>

#include <doctest/doctest.h>

#include <concepts>

using floats  = jem::tensor<float, jem::reference>;
using doubles = jem::tensor<double, jem::reference>;

struct of_nothing : jem::made_of<> {};
struct of_floats : jem::made_of<floats> {};
struct of_doubles : jem::made_of<doubles> {};
struct silent {};
struct says_no : jem::made_of<> {
  static constexpr bool row_wise = false;
};

template <class P>
concept has_tensors = requires { typename P::tensor_type; };

TEST_CASE("made_of is row-wise if all its parts say that they are") {
  static_assert(jem::row_wise<of_nothing> && jem::row_wise<of_floats> && jem::row_wise<jem::made_of<of_nothing, floats>>);
  static_assert(!jem::row_wise<jem::made_of<of_nothing, silent>> && !jem::row_wise<jem::made_of<silent>>);
  static_assert(!jem::row_wise<says_no> && !jem::row_wise<jem::made_of<says_no, of_floats>>);
  CHECK(of_floats::row_wise);
}

TEST_CASE("the tensor type of made_of is that of the first part that has one") {
  static_assert(!has_tensors<of_nothing> && !has_tensors<jem::made_of<silent, of_nothing>>);
  static_assert(std::same_as<of_floats::tensor_type, floats>);
  static_assert(std::same_as<jem::made_of<silent, of_doubles, of_floats>::tensor_type, doubles>);
  CHECK(has_tensors<of_floats>);
}
