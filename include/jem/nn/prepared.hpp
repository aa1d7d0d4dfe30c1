// SPDX-License-Identifier: MIT
// Weights do not change while a sampler runs. They are laid out once, in the order that the backend reads fastest, and used many times.
// A prepared network is another layer: the same function with the same bits, but without parameters. It refers to the network that it
// was made of, which has to outlive it and to stay as it is.
#pragma once

#include <jem/nn/parameters.hpp>
#include <jem/nn/passes.hpp>

#include <concepts>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace jem::inline v0 {

/// A reference to a layer with constant weights, for inputs X.
template <class L, tensor_value X>
struct still_layer : made_of<L> {
  const L* inner = nullptr;       ///< which has to outlive it
  prepared_weights<X> weights{};  ///< the weights in the order of the backend, if it has one

  still_layer() = default;
  /// Takes a layer and its prepared weights.
  still_layer(const L* of, prepared_weights<X> laid_out = {}) : inner(of), weights(std::move(laid_out)) {}

  template <tensor_value Z>
  using cache = typename L::template cache<Z>;  ///< the layer's

  static auto parameters(auto&) { return std::tie(); }

  /// The pass of the layer.
  template <fusable F = unchanged, stored_or_summed<X> Y = X>
    requires(takes_around<L, X, F, Y> || (std::same_as<F, unchanged> && layer<L, X>))
  Y forward(X x, cache<X>& c, const around<X, F, Y>& with = {}) const {
    const around<X, F, Y> standing{with.function, with.addend, &weights};
    if constexpr (std::same_as<F, unchanged>) {
      return forward_with(*inner, std::move(x), c, standing);
    } else {
      return inner->forward(std::move(x), c, standing);
    }
  }

  /// The pass of the layer, without parameters.
  template <class Y, fusable F = unchanged>
    requires(stored_or_summed<std::remove_cvref_t<Y>, X> && (takes_around<L, X, F> || (std::same_as<F, unchanged> && layer<L, X>)))
  X backward(Y&& dy, cache<X>& c, still_layer*, const around<X, F>& with = {}) const {
    const around<X, F> standing{with.function, with.addend, &weights};
    if constexpr (std::same_as<F, unchanged>) {
      return backward_with(*inner, std::forward<Y>(dy), c, static_cast<L*>(nullptr), standing);
    } else {
      return inner->backward(std::forward<Y>(dy), c, nullptr, standing);
    }
  }
};

/// Prepares layers that follow each other, for inputs X. It knows the extents of each layer's inputs: a layer that is made of others walks
/// through them, a convolution says what it makes of an image, and through any other layer that stands before one which asks, zeros are
/// passed once.
template <tensor_value X>
class preparation {
 public:
  /// Begins with the extents of the inputs of the first layer.
  explicit preparation(const shape& input) : at_(input) {}

  /// The next layer, prepared: what its own `prepared(walk)` returns; or what its `prepared(x)` does, where x are zeros of its inputs'
  /// extents; or the layer itself where it has no parameters, or a reference to it.
  template <class L>
    requires layer<L, X>
  auto operator()(const L& f) {
    if constexpr (requires {
                    { f.prepared(*this) } -> layer<X>;
                  }) {
      return f.prepared(*this);
    } else {
      auto still = alone(f);
      continue_from([&f](X x) -> shape {
        typename L::template cache<X> unused;
        return f.forward(std::move(x), unused).extents();
      });
      return still;
    }
  }
  /// It keeps a reference to the layer while it walks.
  template <class L>
    requires layer<L, X>
  void operator()(const L&&) = delete;
  /// Prepares a range of layers.
  template <class L>
  auto operator()(const std::vector<L>& layers) {
    std::vector<std::remove_cvref_t<decltype((*this)(layers.front()))>> still;
    still.reserve(layers.size());
    for (const L& f : layers) still.push_back((*this)(f));
    return still;
  }

  /// Of the inputs of the layer that is prepared, for its own `prepared(walk)`.
  const shape& extents() {
    for (const auto& passed : between_) at_ = passed(zeros<X>(at_));
    between_.clear();
    return at_;
  }

  /// Says the extents of what that layer makes of them.
  void continue_from(const shape& output) {
    between_.clear();
    at_ = output;
  }
  /// The same, asked only if a layer behind it wants to know: passed(x) are those of what it makes of x.
  void continue_from(std::function<shape(X)> passed) { between_.push_back(std::move(passed)); }

 private:
  template <class L>
  auto alone(const L& f) {
    if constexpr (requires(const X& x) {
                    { f.prepared(x) } -> layer<X>;
                  }) {
      return f.prepared(zeros<X>(extents()));
    } else if constexpr (std::tuple_size_v<decltype(L::parameters(f))> == 0) {
      return f;
    } else {
      return still_layer<L, X>(&f);
    }
  }

  shape at_;
  std::vector<std::function<shape(X)>> between_;  // from inputs of one layer to the extents of the next one's
};

/// The prepared value of a layer for inputs like x.
template <class L, tensor_value X>
  requires layer<L, X>
auto prepared_layer(const L& f, const X& x) {
  return preparation<X>(x.extents())(f);
}

template <class L, tensor_value X>
using prepared_t = decltype(std::declval<preparation<X>&>()(std::declval<const L&>()));  ///< what it returns

/// A network that is held by value where others hold a pointer: an energy's, when it owns what was prepared for it.
template <class Net>
struct owned {
  Net net;  ///< the network

  const Net& operator*() const { return net; }    ///< as a pointer's
  const Net* operator->() const { return &net; }  ///< as a pointer's
};

}  // namespace jem::inline v0
