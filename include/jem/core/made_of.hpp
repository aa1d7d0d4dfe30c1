// SPDX-License-Identifier: MIT
// The properties that a type derives from its parts: whether it is row-wise, and which tensors it computes with.
#pragma once

#include <jem/core/concepts.hpp>

namespace jem::inline v0 {

namespace detail {

/// The tensor type of the first part that has one; a tensor is its own.
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

/// The base of the library's own layers and energies: row-wise if all parts are, which tensors and settings always are. A type of your
/// own declares `row_wise` itself. Without the member it is not row-wise, since a wrong declaration would change results.
template <class... Parts>
struct made_of : detail::first_tensor<Parts...> {
  static constexpr bool row_wise = ((tensor_like<Parts> || jem::row_wise<Parts>) && ...);  ///< see core/concepts.hpp
};

}  // namespace jem::inline v0
