// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/tensor/columns.hpp>
#include <jem/tensor/elementwise.hpp>
#include <jem/tensor/rows.hpp>
#include <jem/tensor/view.hpp>

#include <Eigen/Core>

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <type_traits>
#include <vector>

using jem::shape;
using eigen_tensor = jem::tensor<float, jem::eigen>;

TEST_CASE("rows of a tensor, and rows of rows, are views without a copy") {
  test::on_every_tensor([]<class T>() {
    T a({4, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
    const auto middle = a.rows(1, 3);
    CHECK(middle.data() == a.data() + 2);
    CHECK(middle.extents() == shape{3, 2});
    CHECK(T(middle.rows(1, 1)).to_vector() == std::vector<float>{4, 5});
    CHECK(a.rows(4, 0).size() == 0);
    copy_into(a.rows(0, 1), T({1, 2}, {8, 9}));
    CHECK(a.to_vector() == std::vector<float>{8, 9, 2, 3, 4, 5, 6, 7});
  });
}

TEST_CASE("rows outside the batch are refused, and so are huge counts") {
  const eigen_tensor a(shape{4, 2});
  CHECK_THROWS_WITH_AS(a.rows(2, 3), "[rows] expected rows within (4, 2) but received 2 to 5", std::invalid_argument);
  CHECK_THROWS_AS(a.rows(-1, 1), std::invalid_argument);
  CHECK_THROWS_AS(a.rows(0, -1), std::invalid_argument);
  CHECK_THROWS_AS(a.rows(5, 0), std::invalid_argument);
  CHECK_THROWS_AS(eigen_tensor(shape{}, {1}).rows(0, 1), std::invalid_argument);
}

TEST_CASE("rows of a const tensor are read-only") {
  eigen_tensor a(shape{2, 2});
  static_assert(std::is_same_v<decltype(a.rows(0, 1).data()), float*>);
  static_assert(std::is_same_v<decltype(std::as_const(a).rows(0, 1).data()), const float*>);
  static_assert(!std::is_constructible_v<jem::view<float, jem::eigen>, const eigen_tensor&>);
  static_assert(std::is_constructible_v<jem::view<const float, jem::eigen>, const eigen_tensor&>);
  CHECK(true);
}

TEST_CASE("operations accept views like tensors") {
  test::on_every_tensor([]<class T>() {
    const T a({3, 2}, {1, 2, 3, 4, 5, 6});
    CHECK((a.rows(0, 2) + a.rows(1, 2)).to_vector() == std::vector<float>{4, 6, 8, 10});
    CHECK(row_sums(a.rows(1, 2)).to_vector() == std::vector<float>{7, 11});
    CHECK(jem::sum(a.rows(2, 1)) == 11);
  });
}

TEST_CASE("contiguous memory of a user can be viewed as a tensor without a copy") {
  std::vector<float> memory{1, 2, 3, 4, 5, 6};
  const auto seen = jem::view_of<eigen_tensor>(memory, {2, 3});
  CHECK(seen.data() == memory.data());
  CHECK(column_sums(seen).to_vector() == std::vector<float>{5, 7, 9});
  const std::array<float, 2> fixed{7, 8};
  CHECK(jem::sum(jem::view_of<eigen_tensor>(fixed, {2})) == 15);
  CHECK(jem::sum(jem::view_of<eigen_tensor>(std::span<const float>(memory).first(3), {3})) == 6);
  copy_into(jem::view_of<eigen_tensor>(std::span(memory).last(2), {2}), eigen_tensor({2}, {-1, -2}));
  CHECK(memory == std::vector<float>{1, 2, 3, 4, -1, -2});
}

TEST_CASE("a view of another number of elements is refused, and a view of a temporary does not compile") {
  std::vector<float> memory(5);
  CHECK_THROWS_WITH_AS(jem::view_of<eigen_tensor>(memory, {2, 3}), "[view_of] expected 6 elements for (2, 3) but received 5",
                       std::invalid_argument);
  constexpr auto of_temporary = []<class M>(std::type_identity<M>) { return requires { jem::view_of<eigen_tensor>(M{}, shape{2}); }; };
  static_assert(!of_temporary(std::type_identity<std::vector<float>>{}));
  static_assert(of_temporary(std::type_identity<std::span<float>>{}));
}

TEST_CASE("Eigen's row-major matrices and maps can be viewed without a copy") {
  using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  row_major m(2, 3);
  m << 1, 2, 3, 4, 5, 6;
  const auto seen = jem::view_of<eigen_tensor>(m);
  CHECK(seen.data() == m.data());
  CHECK(seen.extents() == shape{2, 3});
  CHECK(row_sums(seen).to_vector() == std::vector<float>{6, 15});
  std::vector<float> memory{1, 2, 3, 4};
  Eigen::Map<row_major> map(memory.data(), 2, 2);
  CHECK(column_sums(jem::view_of<eigen_tensor>(map)).to_vector() == std::vector<float>{4, 6});
  const Eigen::Map<const row_major> read_only(memory.data(), 2, 2);
  static_assert(std::is_same_v<decltype(jem::view_of<eigen_tensor>(read_only).data()), const float*>);
  copy_into(jem::view_of<eigen_tensor>(m), eigen_tensor({2, 3}, {6, 5, 4, 3, 2, 1}));
  CHECK(m(1, 0) == 3);
}

TEST_CASE("Eigen's column-major matrices and maps with gaps are refused") {
  using row_major         = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  constexpr auto viewable = []<class M>(std::type_identity<M>) { return requires(M m) { jem::view_of<eigen_tensor>(m); }; };
  static_assert(viewable(std::type_identity<row_major>{}));
  static_assert(!viewable(std::type_identity<Eigen::MatrixXf>{}));
  std::vector<float> memory(12);
  Eigen::Map<row_major, 0, Eigen::OuterStride<>> gaps(memory.data(), 3, 2, Eigen::OuterStride<>(4));
  CHECK_THROWS_WITH_AS(jem::view_of<eigen_tensor>(gaps), "[view_of] expected rows without gaps, 2 elements apart but received 4",
                       std::invalid_argument);
  using strided = Eigen::Map<row_major, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;
  strided one_row(memory.data(), 1, 3, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(12, 2));
  CHECK_THROWS_AS(jem::view_of<eigen_tensor>(one_row), std::invalid_argument);
}

TEST_CASE("copy_into refuses other extents") {
  eigen_tensor a(shape{2, 2});
  CHECK_THROWS_WITH_AS(copy_into(a.rows(0, 1), eigen_tensor(shape{2, 2})), "[copy_into] expected (1, 2) but received (2, 2)",
                       std::invalid_argument);
}
