// SPDX-License-Identifier: MIT
// The properties that a type derives from its parts: whether it is row-wise, and which tensors it computes with.
#pragma once

#include <jem/core/concepts.hpp>

namespace jem::inline v0 {

namespace detail {

/// The tensor type of the first part that has one. The tensor type of a tensor is its own type.
template <class... Parts>
struct first_tensor {};
template <class P, class... Rest>
  requires requires { typename P::tensor_type; }
struct first_tensor<P, Rest...> {
  using tensor_type = typename P::tensor_type;
};
template <tensor_like P, class... Rest>
struct first_tensor<P, Rest...> {
  using tensor_type = P;
};
template <class P, class... Rest>
struct first_tensor<P, Rest...> : first_tensor<Rest...> {};

}  // namespace detail

/// The base of the library's own layers and energies. The type is row-wise if all Parts are; tensors count as row-wise, and settings are
/// not listed as parts. A type of your own declares `row_wise` itself. Without the member it is not row-wise, since a wrong declaration
/// would change results.
template <class... Parts>
struct made_of : detail::first_tensor<Parts...> {
  static constexpr bool row_wise = ((tensor_like<Parts> || jem::row_wise<Parts>) && ...);  ///< see core/concepts.hpp
};

}  // namespace jem::inline v0
