// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"
#include "../support/temporary_directory.hpp"

#include <jem/tensor/columns.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/rows.hpp>
#include <jem/tensor/xtensor_view.hpp>

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <doctest/doctest.h>

#include <array>
#include <type_traits>
#include <vector>

using jem::shape;
using tensor = jem::tensor<float, jem::eigen>;

namespace {

template <class A, class T = tensor>
constexpr bool viewable = requires(A a) { jem::view_of<T>(a); };

template <class A>
constexpr bool temporary_viewable = requires(A (*make)()) { jem::view_of<tensor>(make()); };

template <class A>
std::string refusal(A&& array) {
  return test::message_of<std::invalid_argument>([&] { jem::view_of<tensor>(array); });
}

}  // namespace

TEST_CASE("xtensor's arrays can be viewed without a copy, and the view has their extents") {
  xt::xarray<float> dynamic{{1, 2, 3}, {4, 5, 6}};
  const auto seen = jem::view_of<tensor>(dynamic);
  CHECK(seen.data() == dynamic.data());
  CHECK(seen.extents() == shape{2, 3});
  CHECK(row_sums(seen).to_vector() == std::vector<float>{6, 15});
  xt::xtensor<double, 3> fixed_rank = xt::ones<double>({2, 1, 4});
  using doubles                     = jem::tensor<double, jem::eigen>;
  CHECK(jem::view_of<doubles>(fixed_rank).extents() == shape{2, 1, 4});
  CHECK(jem::sum(jem::view_of<doubles>(fixed_rank)) == 8);
  xt::xtensor_fixed<float, xt::xshape<2, 2>> fixed{{1, 2}, {3, 4}};
  CHECK(column_sums(jem::view_of<tensor>(fixed)).to_vector() == std::vector<float>{4, 6});
  xt::xarray<std::int32_t> classes{3, 1, 2};
  CHECK(jem::labels<tensor>(jem::view_of<tensor>(classes)).to_vector() == std::vector<std::int32_t>{3, 1, 2});
}

TEST_CASE("memory adapted by xtensor can be viewed without a copy, too") {
  std::vector<float> memory{1, 2, 3, 4, 5, 6};
  auto whole = xt::adapt(memory, std::vector<std::size_t>{3, 2});
  CHECK(jem::view_of<tensor>(whole).data() == memory.data());
  auto part = xt::adapt(memory.data() + 2, 4, xt::no_ownership(), std::array<std::size_t, 2>{2, 2});
  CHECK(jem::view_of<tensor>(part).data() == memory.data() + 2);
  CHECK(row_sums(jem::view_of<tensor>(part)).to_vector() == std::vector<float>{7, 11});
}

TEST_CASE("results are copied into xtensor's arrays") {
  xt::xtensor<float, 2> result = xt::zeros<float>({2, 2});
  copy_into(jem::view_of<tensor>(result), tensor({2, 2}, {1, 2, 3, 4}));
  CHECK(result == xt::xtensor<float, 2>{{1, 2}, {3, 4}});
  auto second_row = xt::row(result, 1);
  copy_into(jem::view_of<tensor>(second_row), tensor({2}, {5, 6}));
  CHECK(result == xt::xtensor<float, 2>{{1, 2}, {5, 6}});
  CHECK_THROWS_WITH_AS(copy_into(jem::view_of<tensor>(result), tensor({4}, {1, 2, 3, 4})), "[copy_into] expected (2, 2) but received (4)",
                       std::invalid_argument);
}

TEST_CASE("a const array of xtensor's is read-only") {
  const xt::xarray<float> read_only{1, 2};
  const auto seen = jem::view_of<tensor>(read_only);
  static_assert(std::is_same_v<decltype(seen.data()), const float*>);
  CHECK(jem::sum(seen) == 3);
}

TEST_CASE("views of rows of an xtensor array begin at the right element, and columns are refused") {
  xt::xarray<float> a{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  auto rows = xt::view(a, xt::range(1, 3), xt::all());
  CHECK(jem::view_of<tensor>(rows).data() == a.data() + 3);
  CHECK(row_sums(jem::view_of<tensor>(rows)).to_vector() == std::vector<float>{15, 24});
  auto row_of_rows = xt::row(rows, 1);
  CHECK(jem::sum(jem::view_of<tensor>(row_of_rows)) == 24);
  auto column = xt::col(a, 1);
  CHECK(refusal(column) == "[view_of] expected row-major elements without gaps for (3) but received strides (3)");
  auto left = xt::view(a, xt::all(), xt::range(0, 2));
  CHECK(refusal(left) == "[view_of] expected row-major elements without gaps for (3, 2) but received strides (3, 1)");
  auto one_of_a_column = xt::view(a, xt::range(2, 3), xt::range(1, 2));
  CHECK(jem::sum(jem::view_of<tensor>(one_of_a_column)) == 8);
}

TEST_CASE("xtensor's arrays that are not row-major are refused, by the compiler if their type shows it") {
  static_assert(viewable<xt::xarray<float>> && viewable<xt::xtensor<float, 2>>);
  static_assert(!viewable<xt::xarray<float, xt::layout_type::column_major>>);
  static_assert(!viewable<xt::xtensor<float, 2, xt::layout_type::column_major>>);
  using chosen = xt::xarray<float, xt::layout_type::dynamic>;
  static_assert(viewable<chosen>);
  const std::vector<std::size_t> extents{2, 3};
  CHECK(refusal(chosen(extents, xt::layout_type::row_major)) == "");
  CHECK(refusal(chosen(extents, xt::layout_type::column_major)) ==
        "[view_of] expected row-major elements without gaps for (2, 3) but received strides (1, 2)");
  xt::xarray<float> a{{1, 2, 3}, {4, 5, 6}};
  CHECK(refusal(xt::transpose(a)) == "[view_of] expected row-major elements without gaps for (3, 2) but received strides (1, 3)");
  CHECK(refusal(xt::flip(a, 0)) == "[view_of] expected row-major elements without gaps for (2, 3) but received strides (-3, 1)");
}

TEST_CASE("expressions, temporaries, arrays of other elements, and arrays for a guarded backend cannot be viewed") {
  xt::xarray<float> a{1, 2};
  const auto expression = a + 1.0f;
  static_assert(!viewable<decltype(expression)>);
  static_assert(!temporary_viewable<xt::xarray<float>>);
  static_assert(!viewable<xt::xarray<long>> && !viewable<xt::xarray<bool>>);
  static_assert(!viewable<xt::xarray<float>, jem::tensor<float, test::guarded>>);
  CHECK(xt::xarray<float>(expression)(1) == 3);
}

TEST_CASE("xtensor's arrays of one element or none can be viewed, and those of too many axes are refused") {
  xt::xarray<float> scalar(2.5f);
  CHECK(jem::view_of<tensor>(scalar).extents() == shape{});
  CHECK(jem::sum(jem::view_of<tensor>(scalar)) == 2.5f);
  xt::xarray<float> none = xt::zeros<float>({2, 0, 3});
  CHECK(jem::view_of<tensor>(none).extents() == shape{2, 0, 3});
  auto none_of_columns = xt::view(none, xt::all(), xt::all(), xt::range(0, 2));
  CHECK(jem::view_of<tensor>(none_of_columns).size() == 0);
  xt::xarray<float> line = xt::ones<float>({1, 1, 1, 1, 4});
  CHECK(jem::sum(jem::view_of<tensor>(line)) == 4);
  xt::xarray<float> six = xt::ones<float>({1, 1, 1, 1, 1, 1});
  CHECK(refusal(six) == "[shape] expected at most 5 axes");
}
