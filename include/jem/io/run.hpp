// SPDX-License-Identifier: MIT
// A run of the `jem` tool in a program of your own: its network, the names of its classes, how to scale images, and the score above
// which an image looks like those of training.
//
//     const auto run = jem::io::load_run<tensor>("jem-run");
//     const auto x   = run.input(jem::io::read_png("image.png").pixels);   // (1, h, w, c)
//     jem::evaluate::log_px(run.network, x);                               // log p(x) + log Z
#pragma once

#include <jem/io/half_weights.hpp>
#include <jem/io/run_config.hpp>
#include <jem/io/safetensors.hpp>
#include <jem/nn/compute_in.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/wide_resnet.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace jem::inline v0::io {

/// The network of a run, which is one of six types, as one layer: images in, logits out, and the gradient by images that samplers and
/// attacks need. Its weights are constant: it has no parameters. To train the network further, get it by `visit`.
template <tensor_value T>
class run_network : public made_of<T> {
  template <class Net>
  using in_bfloat16 = computing_in<bfloat16, Net>;
  using small_net   = convnet<T>;
  using deep_net    = wide_resnet<T>;
  using smooth_net  = wide_resnet<T, swish>;

  template <class... Nets>
  struct one_of {
    using network = std::variant<Nets...>;
    template <class X>
    using cache = std::variant<typename Nets::template cache<X>...>;
  };
  using any = one_of<small_net, deep_net, smooth_net, in_bfloat16<small_net>, in_bfloat16<deep_net>, in_bfloat16<smooth_net>>;

 public:
  /// Takes one of the six networks.
  template <class Net>
    requires(!std::same_as<Net, run_network>)
  explicit run_network(Net net) : net_(std::move(net)) {}

  /// f(network), which takes any of the six.
  template <class F>
  decltype(auto) visit(F&& f) const {
    return std::visit(std::forward<F>(f), net_);
  }

  template <tensor_value X>
  struct cache {
    typename any::template cache<X> of;  ///< that of the network
  };

  static auto parameters(auto&) { return std::tuple<>{}; }

  /// (n, h, w, c) → logits (n, classes)
  T forward(const T& x, cache<T>& c) const {
    return visit([&]<class Net>(const Net& net) { return net.forward(x, c.of.template emplace<typename Net::template cache<T>>()); });
  }

  /// ∂L/∂logits (n, classes) → ∂L/∂x (n, h, w, c)
  T backward(const T& dy, cache<T>& c, run_network*) const {
    return visit([&]<class Net>(const Net& net) {
      return net.backward(dy, std::get<typename Net::template cache<T>>(c.of), static_cast<Net*>(nullptr));
    });
  }

 private:
  typename any::network net_;
};

/// The results of a run.
template <tensor_value T>
struct run {
  run_config config;       ///< its description
  run_network<T> network;  ///< with its weights

  /// The input of the network, (n, h, w, c), from bytes of images, one image after the other, row by row. Throws std::invalid_argument for
  /// bytes that are no whole number of images.
  T input(std::span<const std::uint8_t> bytes) const {
    const shape one{config.image[0], config.image[1], config.image[2]};
    const index_t size = one.size(), n = std::ssize(bytes) / size;
    if (n * size != std::ssize(bytes)) fail("run", concat("images ", one, " of ", size, " bytes each"), concat(bytes.size(), " bytes"));
    std::vector<float> values;
    values.reserve(bytes.size());
    for (const std::uint8_t each : bytes) values.push_back(static_cast<float>(each) / config.divisor + config.offset);
    return T(shape{n, one[0], one[1], one[2]}, values);
  }

  /// The name of a class, or its number if it has none. Throws std::invalid_argument for a number that is no class.
  std::string class_name(index_t number) const {
    if (number < 0 || number >= config.classes) fail("run", concat("a class below ", config.classes), std::to_string(number));
    return config.class_names.empty() ? std::to_string(number) : config.class_names[static_cast<std::size_t>(number)];
  }

  /// Whether an image of this log p(x) + log Z looks like those of training: 95 % of the images that were held out do. False for NaN.
  /// Throws std::invalid_argument for a run without a threshold.
  bool looks_familiar(double log_px) const {
    if (!config.threshold) fail("run", "one with a threshold", "one of an older version, or one that diverged");
    return log_px >= *config.threshold;
  }
};

/// Loads the weights of a run. `run` identifies it, see run_config. Throws std::runtime_error if the file says that its weights are those
/// of another run, and what load_parameters throws. Weights that do not name their run are accepted, and any weights if `run` is empty; so
/// are weights of bfloat16, see half_weights.hpp.
template <parameterised Net>
void load_run_weights(const std::filesystem::path& file, Net& net, const std::string& run) {
  const auto bytes    = read_file(file);
  const auto metadata = decode_metadata(bytes, file.string());
  const auto found    = metadata.find("run");
  if (!run.empty() && found != metadata.end() && found->second != run) {
    throw std::runtime_error(concat(file.string(), ": expected weights of the run ", run, " but found those of the run ", found->second));
  }
  assign_parameters(in_float32(decode_safetensors(bytes, file.string())), net, file.string());
}

namespace detail {

/// A network with these options and the weights of the file.
template <class Net>
Net network_from(const std::filesystem::path& weights, const std::string& run, const auto& options) {
  rng any;
  Net net(options, any);
  load_run_weights(weights, net, run);
  return net;
}

}  // namespace detail

/// The run that `jem train` or `jem demo` (its energy-based model) has written to a folder. Throws std::runtime_error, naming the file, for
/// a file that cannot be read or does not fit the others, and std::invalid_argument for a network that cannot be made.
template <tensor_value T>
  requires std::same_as<typename T::value_type, float>
run<T> load_run(const std::filesystem::path& folder) {
  run_config c       = read_run_config(folder);
  const auto weights = folder / c.weights;
  const auto made    = [&](auto net) -> run_network<T> {
    if (c.precision == "bfloat16") return run_network<T>(compute_in<bfloat16>(std::move(net)));
    return run_network<T>(std::move(net));
  };
  const auto network = [&]() -> run_network<T> {
    if (const auto deep = wide_resnet_named(c.network)) {
      const wide_resnet_options o{.depth = deep->first, .width = deep->second, .channels = c.image[2], .classes = c.classes};
      if (c.activation == "swish") return made(detail::network_from<wide_resnet<T, swish>>(weights, c.run, o));
      return made(detail::network_from<wide_resnet<T>>(weights, c.run, o));
    }
    return made(detail::network_from<convnet<T>>(
        weights, c.run,
        convnet_options{.height = c.image[0], .width = c.image[1], .channels = c.image[2], .classes = c.classes, .widths = c.widths}));
  };
  auto net = network();
  return {std::move(c), std::move(net)};
}

}  // namespace jem::inline v0::io
