// SPDX-License-Identifier: MIT
// Layouts of weights in a file: their names and the order of their axes. The library's own layout, and PyTorch's.
#pragma once

#include <jem/io/safetensors_format.hpp>

#include <concepts>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jem::inline v0::io {

/// A layout of weights. `name` and `extents` return those of a tensor in the file, given those of the library. to_file and from_file
/// convert the tensor itself. `part` returns the top-level part of the network that a tensor of the file belongs to; empty for one that
/// is no weight.
template <class L>
concept weight_layout = requires(const L& layout, const std::string& name, const shape& extents, const named_tensor& tensor) {
  { layout.name(name) } -> std::same_as<std::string>;
  { layout.extents(extents) } -> std::same_as<shape>;
  { layout.to_file(tensor) } -> std::same_as<named_tensor>;
  { layout.from_file(tensor) } -> std::same_as<named_tensor>;
  { layout.part(name) } -> std::same_as<std::string>;
};

namespace detail {

/// The transpose (a, b, c) → (c, b, a), as a tensor of the given extents. Throws std::invalid_argument for another number of bytes.
inline named_tensor turned(const named_tensor& from, index_t a, index_t b, index_t c, const shape& extents) {
  const std::uint64_t size = dtype_size(from.dtype);
  if (from.bytes.size() != static_cast<std::uint64_t>(a * b * c) * size) {
    fail("weight_layout",
         std::to_string(static_cast<std::uint64_t>(a * b * c) * size) + " bytes of " + from.dtype + " " + to_string(from.extents),
         std::to_string(from.bytes.size()));
  }
  named_tensor to{from.dtype, extents, std::vector<std::uint8_t>(from.bytes.size())};
  std::uint8_t* at = to.bytes.data();
  for (index_t k = 0; k < c; ++k) {
    for (index_t j = 0; j < b; ++j) {
      for (index_t i = 0; i < a; ++i, at += size)
        std::memcpy(at, &from.bytes[static_cast<std::uint64_t>((i * b + j) * c + k) * size], size);
    }
  }
  return to;
}

/// "groups" of "groups.0.0.conv1.weight".
inline std::string first_step(const std::string& path) { return path.substr(0, path.find('.')); }

}  // namespace detail

/// The library's own names, "groups.0.0.conv1.weight", and shapes: convolutions (kh, kw, c, f), linear layers (in, out).
struct own_layout {
  std::string name(const std::string& own) const { return own; }                        ///< the name in the file
  shape extents(const shape& own) const { return own; }                                 ///< the shape in the file
  named_tensor to_file(const named_tensor& own) const { return own; }                   ///< the tensor for the file
  named_tensor from_file(const named_tensor& file) const { return file; }               ///< the tensor of the library
  std::string part(const std::string& file) const { return detail::first_step(file); }  ///< the top-level part that it belongs to
};

/// PyTorch's axes: convolutions (f, c, kh, kw), linear layers (out, in), all else unchanged. A linear layer after a flattened image
/// is not supported: its inputs are ordered (h, w, c) here and (c, h, w) in PyTorch. PyTorch's names: for each pair the first `own` in
/// a path, at its beginning or after a dot, is replaced by `theirs`, one pair after the other.
struct torch_layout {
  /// A replacement of a name in a path.
  struct replacement {
    std::string own, theirs;  ///< the library's name, and the name in the file
  };
  std::vector<replacement> names;  ///< in this order
  std::string root{};              ///< for example "f.", if the parts of the network are members of a member f

  /// The name in the file.
  std::string name(std::string path) const {
    for (const auto& [own, theirs] : names) {
      std::size_t at = path.find(own);
      while (at != std::string::npos && at != 0 && path[at - 1] != '.') at = path.find(own, at + 1);
      if (at != std::string::npos) path.replace(at, own.size(), theirs);
    }
    return path;
  }

  /// The shape in the file.
  shape extents(const shape& own) const {
    if (own.rank() == 4) return {own[3], own[2], own[0], own[1]};
    return own.rank() == 2 ? shape{own[1], own[0]} : own;
  }

  /// The tensor for the file.
  named_tensor to_file(const named_tensor& own) const {
    const shape& s = own.extents;
    if (s.rank() == 4) return detail::turned(own, s[0] * s[1], s[2], s[3], extents(s));
    return s.rank() == 2 ? detail::turned(own, s[0], 1, s[1], extents(s)) : own;
  }

  /// The tensor of the library's layout.
  named_tensor from_file(const named_tensor& file) const {
    const shape& s = file.extents;
    if (s.rank() == 4) return detail::turned(file, s[0], s[1], s[2] * s[3], {s[2], s[3], s[1], s[0]});
    return s.rank() == 2 ? detail::turned(file, s[0], 1, s[1], {s[1], s[0]}) : file;
  }

  /// The top-level part, below the root, that it belongs to; empty for what is no weight.
  std::string part(const std::string& file) const {
    if (file.ends_with("num_batches_tracked")) return {};  // a counter of batch normalisation, which is not used
    return file.starts_with(root) ? root + detail::first_step(file.substr(root.size())) : detail::first_step(file);
  }
};

/// The names of jem::wide_resnet in the published code of Grathwohl et al. (2020), whose checkpoints become safetensors files by
///
///     safetensors.torch.save_file(torch.load("CIFAR10_MODEL.pt", map_location="cpu")["model_state_dict"], "jem.safetensors")
///
/// Such a file has an energy_output, trained or not, and an unused f.linear. They are ignored for a network without these parts.
inline torch_layout torch_wide_resnet() {
  return {.names = {{"stem.", "f.conv1."},
                    {"groups.0.", "f.layer1."},
                    {"groups.1.", "f.layer2."},
                    {"groups.2.", "f.layer3."},
                    {"shortcut.", "shortcut.0."},
                    {"norm1.", "bn1."},
                    {"norm2.", "bn2."},
                    {"norm.", "f.bn1."},
                    {"mean", "running_mean"},
                    {"variance", "running_var"},
                    {"head.classes.", "class_output."},
                    {"head.energy.", "energy_output."}},
          .root  = "f."};
}

}  // namespace jem::inline v0::io
