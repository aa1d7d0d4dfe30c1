// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/temporary_directory.hpp"

#include <jem/io/safetensors.hpp>
#include <jem/io/weight_layout.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/wide_resnet.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using jem::shape;
using tensor     = jem::tensor<float, jem::reference>;
using normalised = jem::wide_resnet<tensor, jem::leaky_relu, jem::normalize<tensor>>;

namespace {

constexpr jem::wide_resnet_options small{.depth = 10, .width = 2, .classes = 3, .stem = 2};

template <class Net = jem::wide_resnet<tensor>>
Net make(const jem::wide_resnet_options& o, std::uint64_t seed = 1) {
  jem::rng g{seed};
  return Net(o, g);
}

template <class Net>
jem::io::tensor_map torch_parameters(const Net& net) {
  return jem::io::parameters_of(net, jem::io::torch_wide_resnet());
}

/// The message when these tensors are loaded in PyTorch's layout; empty if they are accepted.
template <class Net>
std::string refusal(const jem::io::tensor_map& tensors, Net net) {
  return test::message_of<std::runtime_error>([&] { jem::io::assign_parameters(tensors, net, "w", jem::io::torch_wide_resnet()); });
}

}  // namespace

TEST_CASE("convolutions (kh, kw, c, f) are (f, c, kh, kw) in PyTorch's layout, linear layers (in, out) are (out, in)") {
  const jem::io::torch_layout layout{};
  // 100 kh + 10 kw + 1000 c + 10 000 f, so that each value shows its indices
  std::vector<float> own, theirs;
  const auto value = [](int kh, int kw, int c, int f) { return static_cast<float>(100 * kh + 10 * kw + 1'000 * c + 10'000 * f); };
  for (int kh = 0; kh < 2; ++kh)
    for (int kw = 0; kw < 3; ++kw)
      for (int c = 0; c < 4; ++c)
        for (int f = 0; f < 5; ++f) own.push_back(value(kh, kw, c, f));
  for (int f = 0; f < 5; ++f)
    for (int c = 0; c < 4; ++c)
      for (int kh = 0; kh < 2; ++kh)
        for (int kw = 0; kw < 3; ++kw) theirs.push_back(value(kh, kw, c, f));
  const auto ours = jem::io::to_named_tensor(tensor({2, 3, 4, 5}, own)), file = jem::io::to_named_tensor(tensor({5, 4, 2, 3}, theirs));
  CHECK(layout.to_file(ours) == file);
  CHECK(layout.from_file(file) == ours);
  CHECK(layout.extents({2, 3, 4, 5}) == shape{5, 4, 2, 3});

  const auto matrix = jem::io::to_named_tensor(tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
  CHECK(layout.to_file(matrix) == jem::io::to_named_tensor(tensor({3, 2}, {1, 4, 2, 5, 3, 6})));
  CHECK(layout.from_file(layout.to_file(matrix)) == matrix);
  const auto bias = jem::io::to_named_tensor(tensor({3}, {1, 2, 3}));
  CHECK(layout.to_file(bias) == bias);
  CHECK(layout.extents({3}) == shape{3});
  const auto empty = jem::io::to_named_tensor(tensor(shape{0, 3}));
  CHECK(layout.to_file(empty).extents == shape{3, 0});
}

TEST_CASE("values of any size are transposed, and bytes that do not fit their extents are refused") {
  const jem::io::torch_layout layout{};
  const jem::io::named_tensor halves{"F16", {2, 1}, {1, 2, 3, 4}}, wrong{"F16", {2, 2}, {1, 2, 3, 4}};
  CHECK(layout.to_file(halves) == jem::io::named_tensor{"F16", {1, 2}, {1, 2, 3, 4}});
  const jem::io::named_tensor bytes{"U8", {2, 2}, {1, 2, 3, 4}};
  CHECK(layout.to_file(bytes).bytes == std::vector<std::uint8_t>{1, 3, 2, 4});
  CHECK_THROWS_WITH_AS(layout.to_file(wrong), "[weight_layout] expected 8 bytes of F16 (2, 2) but received 4", std::invalid_argument);
}

TEST_CASE("parts of names are replaced at the beginning of a path or after a dot, each pair once") {
  const jem::io::torch_layout layout{{{"norm.", "bn."}, {"a.", "b."}, {"b.", "c."}}};
  CHECK(layout.name("norm.weight") == "bn.weight");
  CHECK(layout.name("groups.norm.x") == "groups.bn.x");
  CHECK(layout.name("prenorm.x") == "prenorm.x");
  CHECK(layout.name("prenorm.norm.x") == "prenorm.bn.x");
  CHECK(layout.name("a.a.x") == "c.a.x");
  CHECK(layout.name("weight") == "weight");
}

TEST_CASE("a wide ResNet in PyTorch's layout has the names of the paper's code") {
  auto options        = small;
  options.depth       = 16;
  options.energy_head = true;
  const auto net      = make<normalised>(options);
  const auto tensors  = torch_parameters(net);
  for (const char* name :
       {"f.conv1.weight", "f.conv1.bias", "f.layer1.0.bn1.weight", "f.layer1.0.bn1.running_mean", "f.layer1.0.bn2.running_var",
        "f.layer1.0.conv1.weight", "f.layer1.0.shortcut.0.weight", "f.layer2.0.shortcut.0.bias", "f.layer3.1.conv2.weight",
        "f.layer3.1.bn2.bias", "f.bn1.running_mean", "f.bn1.weight", "class_output.weight", "class_output.bias", "energy_output.weight"}) {
    CAPTURE(name);
    CHECK(tensors.contains(name));
  }
  CHECK(!tensors.contains("f.layer1.1.shortcut.0.weight"));
  CHECK(tensors.at("f.layer2.0.shortcut.0.weight").extents == shape{8, 4, 1, 1});
  CHECK(tensors.at("class_output.weight").extents == shape{3, 16});
  std::size_t count = 0;
  jem::for_each_named_tensor([&](const std::string&, const auto&) { ++count; }, net);
  CHECK(tensors.size() == count);
}

TEST_CASE("weights are unchanged when they are saved in PyTorch's layout and loaded, on every backend") {
  test::on_every_tensor([]<class T>() {
    const test::temporary_directory place;
    const auto net = make<jem::wide_resnet<T>>(small, 1);
    auto other     = make<jem::wide_resnet<T>>(small, 2);
    jem::io::save_parameters(place / "w", net, jem::io::torch_wide_resnet());
    jem::io::load_parameters(place / "w", other, jem::io::torch_wide_resnet());
    jem::for_each_parameter([](const T& a, const T& b) { CHECK(a.to_vector() == b.to_vector()); }, net, other);
  });
}

TEST_CASE("tensors of a published checkpoint that are no parameters are ignored") {
  auto options               = small;
  options.energy_head        = true;
  auto tensors               = torch_parameters(make<normalised>(options));
  tensors["f.linear.weight"] = tensors["replay_buffer"] = jem::io::to_named_tensor(jem::zeros<tensor>({3, 16}));
  tensors["f.bn1.num_batches_tracked"]                  = {"I64", shape{}, std::vector<std::uint8_t>(8)};
  tensors["f.layer1.0.bn1.num_batches_tracked"]         = tensors["f.bn1.num_batches_tracked"];
  CHECK(refusal(tensors, make<normalised>(small)).empty());
}

TEST_CASE("weights of another architecture are refused, with the tensor, what was expected and what was found") {
  const auto with = [](auto change) {
    auto options = small;
    change(options);
    return options;
  };
  const auto wider    = make(with([](auto& o) { o.width = 3; }));
  const auto deeper   = make(with([](auto& o) { o.depth = 16; }));
  const auto grey     = make(with([](auto& o) { o.channels = 1; }));
  const auto sorting  = make(with([](auto& o) { o.classes = 5; }));
  const auto energy   = make(with([](auto& o) { o.energy_head = true; }));
  const auto net      = make(small);
  const auto of_small = torch_parameters(net);
  CHECK(refusal(of_small, net).empty());
  CHECK(refusal(of_small, wider) == "w, tensor f.layer1.0.conv1.weight: expected (6, 2, 3, 3) but found (4, 2, 3, 3)");
  CHECK(refusal(of_small, grey) == "w, tensor f.conv1.weight: expected (2, 1, 3, 3) but found (2, 3, 3, 3)");
  CHECK(refusal(of_small, sorting) == "w, tensor class_output.weight: expected (5, 16) but found (3, 16)");
  CHECK(refusal(of_small, deeper) == "w, tensor f.layer1.1.conv1.weight: expected it in the file but found no tensor of this name");
  CHECK(refusal(torch_parameters(deeper), net) ==
        "w, tensor f.layer1.1.conv1.bias: expected no such tensor for this network but found (4)");
  CHECK(refusal(torch_parameters(make<normalised>(small)), net) ==
        "w, tensor f.layer1.0.bn1.bias: expected no such tensor for this network but found (2)");
  CHECK(refusal(of_small, make<normalised>(small)) ==
        "w, tensor f.layer1.0.bn1.weight: expected it in the file but found no tensor of this name");
  CHECK(refusal(of_small, energy) == "w, tensor energy_output.weight: expected it in the file but found no tensor of this name");
}

TEST_CASE("a type that converts names only is no layout") {
  struct names_only {
    std::string name(const std::string& own) const { return own; }
  };
  static_assert(jem::io::weight_layout<jem::io::own_layout> && jem::io::weight_layout<jem::io::torch_layout>);
  static_assert(!jem::io::weight_layout<names_only>);
  CHECK(jem::io::own_layout{}.part("groups.0.0.conv1.weight") == "groups");
}
