// SPDX-License-Identifier: MIT
// Labels on the host. Labels are kept in the backend's memory, and operations there do not check that each label is a valid class. It is
// checked here, on the host, once when labels are passed to the library.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/tensor/pooled_vector.hpp>
#include <jem/tensor/tensor.hpp>

#include <string>

namespace jem::inline v0 {

/// Labels on the host, downloaded once for all functions that read them.
class host_labels {
 public:
  /// Downloads labels (n).
  template <tensor_like Y>
    requires std::same_as<std::remove_const_t<typename Y::value_type>, std::int32_t>
  explicit host_labels(const Y& y) : values_(static_cast<std::size_t>(y.size())) {
    Y::backend_type::download(y.data(), y.size(), values_.data());
  }

  /// The labels (n).
  const pooled_vector<std::int32_t>& values() const { return values_; }

  /// Throws std::invalid_argument unless every label is in [0, classes).
  void check(std::string_view where, index_t classes) const {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (values_[i] < 0 || values_[i] >= classes) {
        fail(where, concat("labels in [0, ", classes, ")"), std::to_string(values_[i]) + " at index " + std::to_string(i));
      }
    }
  }

 private:
  pooled_vector<std::int32_t> values_;
};

/// Labels on the host. Throws std::invalid_argument unless every label is in [0, classes).
template <tensor_like Y>
host_labels checked_labels(std::string_view where, const Y& y, index_t classes) {
  host_labels read(y);
  read.check(where, classes);
  return read;
}

/// Throws std::invalid_argument unless every label is in [0, classes). It downloads the labels, so call it once for each data set.
template <tensor_like Y>
void check_labels(std::string_view where, const Y& y, index_t classes) {
  (void)checked_labels(where, y, classes);
}

}  // namespace jem::inline v0
