// SPDX-License-Identifier: MIT
// Weights that stand still, as they do while a sampler runs, are laid out once for the backend's convenience and used many times.
// A prepared network is another layer: the same function with the same bits, but without parameters. It refers to the network that it
// was made of, which has to outlive it and to stay as it is.
#pragma once

#include <jem/nn/parameters.hpp>
#include <jem/nn/sums.hpp>

#include <concepts>
#include <tuple>
#include <utility>
#include <vector>

namespace jem::inline v0 {

/// A layer that has nothing to prepare, by reference.
template <class L>
struct still_layer : detail::first_tensor<L> {
  static constexpr bool row_wise = jem::row_wise<L>;  ///< see core/concepts.hpp
  const L* inner                 = nullptr;           ///< which has to outlive it

  template <tensor_value X>
  using cache = typename L::template cache<X>;  ///< the layer's

  static auto parameters(auto&) { return std::tie(); }

  /// As the layer's.
  template <tensor_value T>
    requires layer<L, T>
  T forward(T x, cache<T>& c) const {
    return inner->forward(std::move(x), c);
  }

  /// As the layer's, without parameters.
  template <tensor_value T>
    requires layer<L, T>
  T backward(T dy, cache<T>& c, still_layer*) const {
    return inner->backward(std::move(dy), c, nullptr);
  }

  /// See sums.hpp.
  template <tensor_value T>
    requires returns_sums<L, T>
  sums_of<T> forward_sums(T x, cache<T>& c) const {
    return inner->forward_sums(std::move(x), c);
  }

  /// See sums.hpp.
  template <tensor_value T>
    requires returns_sums<L, T>
  T backward_sums(const sums_of<T>& dy, cache<T>& c, still_layer*) const {
    return inner->template backward_sums<T>(dy, c, nullptr);
  }
};

/// The extents of what a layer makes of inputs of such extents, as its own `output(input)` says; none, of rank 0, where it has none or
/// those of its inputs are not known.
template <class L>
shape output_of([[maybe_unused]] const L& f, [[maybe_unused]] const shape& input) {
  if constexpr (requires {
                  { f.output(input) } -> std::same_as<shape>;
                }) {
    if (input.rank() > 0) return f.output(input);
  }
  return {};
}

/// The prepared value of a layer for inputs of such extents: what its own `prepared(x, input)` or `prepared(x)` returns, or the layer
/// itself where it has no parameters, or a reference to it. x is of the tensors that it will be given, such as the network's input; the
/// extents are the layer's own, of rank 0 where they are not known: behind a layer that has no `output`.
template <class L, tensor_value T>
  requires layer<L, T>
auto prepared_layer(const L& f, [[maybe_unused]] const T& x, [[maybe_unused]] const shape& input) {
  if constexpr (requires {
                  { f.prepared(x, input) } -> layer<T>;
                }) {
    return f.prepared(x, input);
  } else if constexpr (requires {
                         { f.prepared(x) } -> layer<T>;
                       }) {
    return f.prepared(x);
  } else if constexpr (std::tuple_size_v<decltype(L::parameters(f))> == 0) {
    return f;
  } else {
    still_layer<L> still;
    still.inner = &f;
    return still;
  }
}

/// The same for inputs like x.
template <class L, tensor_value T>
  requires layer<L, T>
auto prepared_layer(const L& f, const T& x) {
  return prepared_layer(f, x, x.extents());
}

template <class L, tensor_value T>
using prepared_t = decltype(prepared_layer(std::declval<const L&>(), std::declval<const T&>()));  ///< what prepared_layer returns

/// Prepares layers that follow each other, from the extents of the first one's inputs on.
template <tensor_value T>
class preparation {
 public:
  /// Of tensors like x, which has to outlive it.
  preparation(const T& x, const shape& input) : x_(&x), at_(input) {}

  /// The next layer, prepared.
  template <class L>
  prepared_t<L, T> operator()(const L& f) {
    return prepared_layer(f, *x_, std::exchange(at_, output_of(f, at_)));
  }
  /// A range of them.
  template <class L>
  std::vector<prepared_t<L, T>> operator()(const std::vector<L>& layers) {
    std::vector<prepared_t<L, T>> still;
    still.reserve(layers.size());
    for (const L& f : layers) still.push_back((*this)(f));
    return still;
  }

 private:
  const T* x_;
  shape at_;
};

/// A network that is held by value where others hold a pointer: an energy's, when it owns what was prepared for it.
template <class Net>
struct owned {
  Net net;  ///< the network

  const Net& operator*() const { return net; }    ///< as a pointer's
  const Net* operator->() const { return &net; }  ///< as a pointer's
};

}  // namespace jem::inline v0
