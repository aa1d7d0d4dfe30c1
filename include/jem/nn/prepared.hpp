// SPDX-License-Identifier: MIT
// Weights do not change while a sampler runs. They are laid out once, in the order that the backend reads fastest, and used many times.
// A prepared network is another layer: the same function with the same bits, but without parameters. It refers to the network that it
// was made from, which has to outlive it and must not change.
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
  const L* inner = nullptr;       ///< the layer, which has to outlive it
  prepared_weights<X> weights{};  ///< the weights in the order of the backend, if it has one

  still_layer() = default;
  /// Takes a layer and its prepared weights.
  still_layer(const L* of, prepared_weights<X> laid_out = {}) : inner(of), weights(std::move(laid_out)) {}

  template <tensor_value Z>
  using cache = typename L::template cache<Z>;  ///< that of the layer

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

/// Prepares layers that follow each other, for inputs X, and keeps track of the extents of each layer's inputs. A layer that consists of
/// others prepares them in order, and a convolution tells the extents of its output. For any other layer zeros are passed through it once
/// to find the extents of its output, but only if a later layer asks for extents.
template <tensor_value X>
class preparation {
 public:
  /// Begins with the extents of the inputs of the first layer.
  explicit preparation(const shape& input) : at_(input) {}

  /// The next layer, prepared. If it has a function `prepared(walk)` or `prepared(x)`, this is the result of that function, where x are
  /// zeros of the extents of its inputs. Otherwise it is a copy of the layer if it has no parameters, and else a reference to it.
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
  /// A temporary is refused, since a reference to the layer is kept.
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

  /// The extents of the inputs of the layer that is being prepared. A layer's own `prepared(walk)` may call it.
  const shape& extents() {
    for (const auto& passed : between_) at_ = passed(zeros<X>(at_));
    between_.clear();
    return at_;
  }

  /// Tells the extents of the output of that layer.
  void continue_from(const shape& output) {
    between_.clear();
    at_ = output;
  }
  /// The same, but computed only if a later layer asks for extents: passed(x) returns the extents of that layer's output for an input x.
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
  std::vector<std::function<shape(X)>> between_;  // each from a layer's input to the extents of its output
};

/// A layer, prepared for inputs of the extents of x.
template <class L, tensor_value X>
  requires layer<L, X>
auto prepared_layer(const L& f, const X& x) {
  return preparation<X>(x.extents())(f);
}

template <class L, tensor_value X>
using prepared_t = decltype(std::declval<preparation<X>&>()(std::declval<const L&>()));  ///< the type that it returns

/// A network that is held by value, with the interface of a pointer. An energy that owns its prepared network uses it in place of a pointer
/// to a network.
template <class Net>
struct owned {
  Net net;  ///< the network

  const Net& operator*() const { return net; }    ///< as that of a pointer
  const Net* operator->() const { return &net; }  ///< as that of a pointer
};

}  // namespace jem::inline v0
