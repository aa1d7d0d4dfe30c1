// SPDX-License-Identifier: MIT
// A tensor: extents and the storage of a backend. Copies are deep, moves copy no elements, and storage is recycled.
#pragma once

#include <jem/core/concepts.hpp>
#include <jem/core/error.hpp>
#include <jem/tensor/view.hpp>

#include <span>
#include <utility>
#include <vector>

namespace jem::inline v0 {

/// Elements of type T in row-major order in the memory of a backend; the last axis is contiguous.
template <element T, holds<T> Backend>
class tensor {
 public:
  using value_type   = T;
  using backend_type = Backend;

  /// The tensor type of the same backend for elements of type U, such as labels for logits.
  template <element U>
  using rebind = tensor<U, Backend>;

  /// No elements: extents (0).
  tensor() : tensor(shape{0}) {}

  /// Uninitialised elements.
  explicit tensor(const shape& extents) : extents_(extents), storage_(extents.size()) {}

  /// A copy of host memory. Throws std::invalid_argument unless there are as many values as elements.
  tensor(const shape& extents, std::span<const T> values) : tensor(checked(extents, values)) {
    Backend::upload(values.data(), size(), data());
  }

  /// The same for a list of numbers.
  tensor(const shape& extents, std::initializer_list<T> values) : tensor(extents, std::span<const T>(values.begin(), values.size())) {}

  /// A copy of a view or of another tensor of this backend.
  template <tensor_like X>
    requires(std::same_as<typename X::value_type, T> && std::same_as<typename X::backend_type, Backend> && !std::same_as<X, tensor>)
  explicit tensor(const X& other) : tensor(other.extents()) {
    copy(other.data());
  }

  tensor(const tensor& other) : tensor(other.extents_) { copy(other.data()); }
  tensor(tensor&& other) noexcept : extents_(std::exchange(other.extents_, shape{0})), storage_(std::move(other.storage_)) {}

  tensor& operator=(const tensor& other) {
    if (this == &other) return *this;
    if (size() != other.size()) storage_ = typename Backend::template storage<T>(other.size());
    extents_ = other.extents_;
    copy(other.data());
    return *this;
  }

  tensor& operator=(tensor&& other) noexcept {
    std::swap(extents_, other.extents_);
    std::swap(storage_, other.storage_);
    return *this;
  }

  ~tensor() = default;

  const shape& extents() const { return extents_; }              ///< outermost axis first
  index_t extent(index_t axis) const { return extents_[axis]; }  ///< the extent of one axis
  index_t size() const { return extents_.size(); }               ///< the number of elements

  /// Memory of the backend: the host may access it only if Backend::host_memory is true.
  T* data() { return storage_.data(); }
  const T* data() const { return storage_.data(); }  ///< the same, to be read

  /// The elements with other extents. Throws std::invalid_argument unless the sizes agree.
  tensor reshaped(const shape& extents) && {
    if (extents.size() != size()) fail("reshape", std::to_string(size()) + " elements", to_string(extents));
    tensor other(std::move(*this));
    other.extents_ = extents;
    return other;
  }
  /// The same for a copy.
  tensor reshaped(const shape& extents) const& { return tensor(*this).reshaped(extents); }

  /// Rows [first, first + count) of the outermost axis, without a copy. Throws std::invalid_argument outside it.
  view<const T, Backend> rows(index_t first, index_t count) const { return view<const T, Backend>(*this).rows(first, count); }
  /// The same, to be written.
  view<T, Backend> rows(index_t first, index_t count) { return view<T, Backend>(*this).rows(first, count); }

  /// The elements on the host, in row-major order.
  std::vector<T> to_vector() const {
    std::vector<T> values(static_cast<std::size_t>(size()));
    Backend::download(data(), size(), values.data());
    return values;
  }

 private:
  static const shape& checked(const shape& extents, std::span<const T> values) {
    if (extents.size() != std::ssize(values)) {
      fail("tensor", std::to_string(extents.size()) + " values for " + to_string(extents), std::to_string(values.size()));
    }
    return extents;
  }

  void copy(const T* from) {
    T* const to = data();
    copy_elements<Backend>(from, size(), to);
  }

  shape extents_;
  typename Backend::template storage<T> storage_;
};

/// The owning tensor of the same backend and element type as a view or tensor.
template <tensor_like X>
using tensor_of = tensor<std::remove_const_t<typename std::remove_cvref_t<X>::value_type>, typename std::remove_cvref_t<X>::backend_type>;

/// The type of labels (n) for tensors of type T.
template <tensor_like T>
using labels = tensor<std::int32_t, typename std::remove_cvref_t<T>::backend_type>;

}  // namespace jem::inline v0
