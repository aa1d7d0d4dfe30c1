// SPDX-License-Identifier: MIT
// Views of xtensor's arrays (xt::xarray, xt::xtensor, xt::adapt, xt::view) without a copy, if they are row-major and without
// gaps. They are recognised by their members, so that xtensor need not be included.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/tensor/view.hpp>

#include <cstddef>
#include <ranges>
#include <string>
#include <type_traits>

namespace jem::inline v0 {

namespace detail {

/// An array that says where its elements are: the element at i is data()[data_offset() + Σₖ iₖ·strides()[k]].
template <class A>
concept strided_array = requires(A& a) {
  { *(a.data() + a.data_offset()) } -> std::common_reference_with<const typename A::value_type&>;
  { *std::ranges::begin(a.shape()) } -> std::convertible_to<std::size_t>;
  { *std::ranges::begin(a.strides()) } -> std::convertible_to<std::ptrdiff_t>;
};

/// Whether the type of an array is column-major. Most types are row-major, and some choose the order at run time.
template <class A>
concept column_major_array = std::remove_cvref_t<A>::static_layout == decltype(std::remove_cvref_t<A>::static_layout)::column_major;

/// "(3, 1)", for messages.
template <std::ranges::input_range Strides>
std::string strides_to_string(const Strides& strides) {
  std::string text;
  for (const auto stride : strides) text += (text.empty() ? "" : ", ") + std::to_string(stride);
  return concat("(", text, ")");
}

}  // namespace detail

/// A view of an array, with the extents of the array. The elements have to be in row-major order without gaps. Throws
/// std::invalid_argument for other strides, such as those of a column, or for more than five axes.
template <tensor_like T, detail::strided_array A>
  requires(T::backend_type::host_memory && !detail::column_major_array<A> && holds<typename T::backend_type, typename A::value_type>)
auto view_of(A& array) {
  shape extents;
  for (const auto extent : array.shape()) extents.push_back(static_cast<index_t>(extent));
  bool follows   = true;
  index_t stride = extents.size();
  for (index_t axis = 0; const auto given : array.strides()) {
    if (stride == 0) break;  // there are no elements
    stride /= extents[axis];
    follows = follows && (extents[axis++] == 1 || given == stride);
  }
  if (!follows) {
    fail("view_of", concat("row-major elements without gaps for ", extents),
         concat("strides ", detail::strides_to_string(array.strides())));
  }
  auto* const data = array.data() + array.data_offset();
  return view<detail::pointee<decltype(array.data())>, typename T::backend_type>(data, extents);
}

}  // namespace jem::inline v0
