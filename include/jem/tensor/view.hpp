// SPDX-License-Identifier: MIT
// Views: rows of a tensor, or a user's own array, read and written as a tensor without a copy.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/concepts.hpp>
#include <jem/core/error.hpp>
#include <jem/core/platform.hpp>

#include <ranges>
#include <span>
#include <type_traits>

namespace jem::inline v0 {

/// to[i] = from[i], both in the backend's memory.
template <class Backend, element T>
void copy_elements(const T* from, index_t n, T* to) {
  Backend::for_each(n, [=] JEM_LAMBDA(index_t i) { to[i] = from[i]; });
}

/// Extents and memory that the view does not own; T is const for memory that may only be read.
template <class T, holds<std::remove_const_t<T>> Backend>
class view {
 public:
  using value_type   = std::remove_const_t<T>;
  using backend_type = Backend;

  /// Memory of the backend with as many elements as the extents say; it has to outlive the view.
  view(T* data, const shape& extents) : data_(data), extents_(extents) {}

  /// All of a tensor, which has to outlive the view.
  template <tensor_like X>
    requires(std::same_as<typename X::backend_type, Backend> && requires(X& x, T*& to) { to = x.data(); })
  explicit(false) view(X& owner) : view(owner.data(), owner.extents()) {}

  const shape& extents() const { return extents_; }              ///< outermost axis first
  index_t extent(index_t axis) const { return extents_[axis]; }  ///< the extent of one axis
  index_t size() const { return extents_.size(); }               ///< the number of elements
  T* data() const { return data_; }                              ///< memory of the backend

  /// Rows [first, first + count) of the outermost axis. Throws std::invalid_argument outside it.
  view rows(index_t first, index_t count) const {
    if (extents_.rank() == 0 || first < 0 || count < 0 || first > extents_[0] - count) {
      fail("rows", concat("rows within ", extents_), std::to_string(first) + " to " + std::to_string(first + count));
    }
    return {data_ + first * extents_.row_size(), extents_.with_rows(count)};
  }

 private:
  T* data_;
  shape extents_;
};

namespace detail {

/// Eigen's matrices, arrays and maps, recognised by their members, so that Eigen need not be included.
template <class M>
concept dense_matrix = requires(M& m) {
  m.data();
  { m.rows() } -> std::convertible_to<index_t>;
  { m.cols() } -> std::convertible_to<index_t>;
  { m.outerStride() } -> std::convertible_to<index_t>;
  { m.innerStride() } -> std::convertible_to<index_t>;
  { std::bool_constant<static_cast<bool>(std::remove_cvref_t<M>::IsRowMajor)>{} };
};

template <class Pointer>
using pointee = std::remove_pointer_t<Pointer>;

/// A vector in the memory of a device, recognised by its members: thrust::device_vector.
template <class V>
concept device_vector = requires(V& v) {
  { v.size() } -> std::convertible_to<std::size_t>;
  raw_pointer_cast(v.data());
};

}  // namespace detail

/// A view of contiguous memory of the host, for backends that compute there: std::span, std::vector, std::array.
/// Throws std::invalid_argument unless it holds as many elements as the extents say.
template <tensor_like T, std::ranges::contiguous_range R>
  requires(T::backend_type::host_memory && std::ranges::borrowed_range<R>)
auto view_of(R&& memory, const shape& extents) {
  if (extents.size() != std::ranges::ssize(memory)) {
    fail("view_of", std::to_string(extents.size()) + " elements for " + to_string(extents), std::to_string(std::ranges::ssize(memory)));
  }
  using pointed = detail::pointee<decltype(std::ranges::data(memory))>;
  return view<pointed, typename T::backend_type>(std::ranges::data(memory), extents);
}

/// A view of a thrust::device_vector, for backends of that device. Throws std::invalid_argument unless it holds as many elements as
/// the extents say.
template <tensor_like T, detail::device_vector V>
  requires(!T::backend_type::host_memory)
auto view_of(V& memory, const shape& extents) {
  if (extents.size() != static_cast<index_t>(memory.size())) {
    fail("view_of", std::to_string(extents.size()) + " elements for " + to_string(extents), std::to_string(memory.size()));
  }
  using pointed = detail::pointee<decltype(raw_pointer_cast(memory.data()))>;
  return view<pointed, typename T::backend_type>(raw_pointer_cast(memory.data()), extents);
}

/// A view (rows, columns) of an Eigen row-major matrix or map whose rows follow each other without gaps.
template <tensor_like T, detail::dense_matrix M>
  requires(T::backend_type::host_memory && static_cast<bool>(std::remove_cvref_t<M>::IsRowMajor))
auto view_of(M& matrix) {
  if (matrix.cols() > 1 && matrix.innerStride() != 1)
    fail("view_of", "rows of neighbouring elements", std::to_string(matrix.innerStride()) + " apart");
  if (matrix.rows() > 1 && matrix.outerStride() != matrix.cols()) {
    fail("view_of", concat("rows without gaps, ", matrix.cols(), " elements apart"), std::to_string(matrix.outerStride()));
  }
  using pointed = detail::pointee<decltype(matrix.data())>;
  return view<pointed, typename T::backend_type>(matrix.data(), shape{matrix.rows(), matrix.cols()});
}

/// Copies a tensor into a view of equal extents, such as a user's own array.
template <tensor_like X, class T, class Backend>
  requires(!std::is_const_v<T> && std::same_as<typename X::value_type, T> && std::same_as<typename X::backend_type, Backend>)
void copy_into(const view<T, Backend>& to, const X& from) {
  expect_shape("copy_into", to.extents(), from.extents());
  copy_elements<Backend>(static_cast<const T*>(from.data()), from.size(), to.data());
}

}  // namespace jem::inline v0
