// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/numbers.hpp"
#include "support/temporary_directory.hpp"

#include <jem/io/safetensors.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/normalize.hpp>
#include <jem/nn/sequential.hpp>

#include <doctest/doctest.h>

#include <limits>

using jem::shape;
using test::temporary_directory;
using tensor = jem::tensor<float, jem::reference>;

namespace {

template <class T>
jem::convnet<T> small_net(std::uint64_t seed) {
  jem::rng g{seed};
  return jem::convnet<T>({.height = 4, .width = 4, .classes = 3, .widths = {2, 3}}, g);
}

template <class Net>
bool same_parameters(const Net& a, const Net& b) {
  bool same = true;
  jem::for_each_parameter(
      [&](const auto& x, const auto& y) { same = same && x.extents() == y.extents() && x.to_vector() == y.to_vector(); }, a, b);
  return same;
}

}  // namespace

TEST_CASE("a network's parameters are unchanged when they are saved and loaded, on every backend") {
  test::on_every_tensor([]<class T>() {
    const temporary_directory place;
    const auto net = small_net<T>(1);
    auto other     = small_net<T>(2);
    REQUIRE(!same_parameters(net, other));
    jem::io::save_parameters(place / "w.safetensors", net);
    jem::io::load_parameters(place / "w.safetensors", other);
    CHECK(same_parameters(net, other));
    CHECK(place.size() == 1);
  });
}

TEST_CASE("a network of doubles is saved as F64, one of floats as F32, under the parameters' names and shapes") {
  const temporary_directory place;
  jem::io::save_parameters(place / "w", small_net<jem::tensor<double, jem::reference>>(1));
  const auto doubles = jem::io::read_safetensors(place / "w");
  CHECK(doubles.size() == 8);
  CHECK(doubles.at("convolutions.0.weight").dtype == "F64");
  CHECK(doubles.at("convolutions.0.weight").extents == shape{3, 3, 1, 2});
  CHECK(doubles.at("head.bias").extents == shape{3});
  CHECK(jem::io::parameters_of(small_net<tensor>(1)).at("head.weight").dtype == "F32");
  auto net = small_net<jem::tensor<double, jem::reference>>(2);
  jem::io::load_parameters(place / "w", net);
  CHECK(same_parameters(net, small_net<jem::tensor<double, jem::reference>>(1)));
}

TEST_CASE("every value keeps its bits, also NaN and infinity") {
  const temporary_directory place;
  const tensor x(shape{5}, {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity(), -0.0f, 1e-45f, 3.4e38f});
  jem::io::write_safetensors(place / "x", {{"x", jem::io::to_named_tensor(x)}});
  const auto back = jem::io::read_safetensors(place / "x");
  CHECK(back.at("x") == jem::io::to_named_tensor(x));
  CHECK(jem::io::to_named_tensor(jem::io::from_named_tensor<tensor>(back, "x", "f")) == back.at("x"));
}

TEST_CASE("a file of parameters may contain other tensors, too") {
  const temporary_directory place;
  auto tensors      = jem::io::parameters_of(small_net<tensor>(1));
  tensors["buffer"] = jem::io::to_named_tensor(tensor(shape{2, 1}, {5, 6}).rows(0, 2));
  tensors["labels"] = jem::io::to_named_tensor(jem::labels<tensor>(shape{2}, {-1, 2}));
  tensors["none"]   = jem::io::to_named_tensor(tensor(shape{0, 3}));
  jem::io::write_safetensors(place / "w", tensors);
  auto net        = small_net<tensor>(2);
  const auto back = jem::io::read_safetensors(place / "w");
  jem::io::assign_parameters(back, net, "w");
  CHECK(same_parameters(net, small_net<tensor>(1)));
  CHECK(jem::io::from_named_tensor<tensor>(back, "buffer", "f").to_vector() == std::vector<float>{5, 6});
  CHECK(jem::io::from_named_tensor<jem::labels<tensor>>(back, "labels", "f").to_vector() == std::vector<std::int32_t>{-1, 2});
  CHECK(jem::io::from_named_tensor<tensor>(back, "none", "f").extents() == shape{0, 3});
}

TEST_CASE("a tensor that is missing or of another shape or type is named, and the network stays as it was") {
  const temporary_directory place;
  const auto path     = (place / "w").string();
  const auto original = small_net<tensor>(1);
  const auto good     = jem::io::parameters_of(small_net<tensor>(2));
  auto net            = original;
  const auto refusal  = [&](const jem::io::tensor_map& tensors) {
    jem::io::write_safetensors(path, tensors);
    const auto message = test::message_of<std::runtime_error>([&] { jem::io::load_parameters(path, net); });
    CHECK(same_parameters(net, original));
    return message;
  };
  auto missing = good;
  missing.erase("head.weight");
  CHECK(refusal(missing) == path + ", tensor head.weight: expected it in the file but found no tensor of this name");
  auto reshaped                      = good;
  reshaped.at("head.weight").extents = shape{3, 12};
  CHECK(refusal(reshaped) == path + ", tensor head.weight: expected (12, 3) but found (3, 12)");
  auto retyped                  = good;
  retyped.at("head.bias").dtype = "I32";
  CHECK(refusal(retyped) == path + ", tensor head.bias: expected F32 but found I32");
}

TEST_CASE("weights of another architecture are refused by name, and the network stays as it was") {
  const temporary_directory place;
  const auto path     = (place / "w").string();
  const auto original = small_net<tensor>(1);
  const auto refusal  = [&](const jem::convnet_options& other) {
    jem::rng g{3};
    jem::io::save_parameters(path, jem::convnet<tensor>(other, g));
    auto net           = original;
    const auto message = test::message_of<std::runtime_error>([&] { jem::io::load_parameters(path, net); });
    CHECK(same_parameters(net, original) == !message.empty());
    return message;
  };
  CHECK(refusal({.height = 4, .width = 4, .classes = 3, .widths = {2, 3}}).empty());
  CHECK(refusal({.height = 4, .width = 4, .classes = 3, .widths = {2, 3, 3}}) ==
        path + ", tensor head.weight: expected (12, 3) but found (3, 3)");
  CHECK(refusal({.height = 4, .width = 4, .classes = 3, .widths = {2}}) ==
        path + ", tensor convolutions.1.weight: expected it in the file but found no tensor of this name");
  CHECK(refusal({.height = 4, .width = 4, .classes = 3, .widths = {2, 4}}) ==
        path + ", tensor convolutions.1.weight: expected (4, 4, 2, 3) but found (4, 4, 2, 4)");
  CHECK(refusal({.height = 4, .width = 4, .classes = 5, .widths = {2, 3}}) ==
        path + ", tensor head.weight: expected (12, 3) but found (12, 5)");
  jem::io::save_parameters(path, small_net<jem::tensor<double, jem::reference>>(1));
  auto net = original;
  CHECK_THROWS_WITH_AS(jem::io::load_parameters(path, net), (path + ", tensor convolutions.0.weight: expected F32 but found F64").c_str(),
                       std::runtime_error);
}

TEST_CASE("statistics are saved and loaded with the parameters") {
  test::on_every_tensor([]<class T>() {
    const temporary_directory place;
    jem::rng g{1};
    jem::sequential net(jem::make_linear<T>(3, 2, g), jem::normalize<T>(2));
    auto other = net;
    jem::update_statistics(net, test::random_tensor<T>({8, 3}, 1), 1.0f);
    jem::io::save_parameters(place / "w", net);
    jem::io::load_parameters(place / "w", other);
    const auto& [linear, normalize] = other.layers;
    CHECK(normalize.mean.to_vector() == std::get<1>(net.layers).mean.to_vector());
    CHECK(normalize.variance.to_vector() == std::get<1>(net.layers).variance.to_vector());
    CHECK(jem::io::read_safetensors(place / "w").size() == 6);
  });
}

TEST_CASE("weights of a deeper network are refused, since the network lacks some of its layers") {
  const temporary_directory place;
  const auto path = (place / "w").string();
  jem::rng g{1};
  jem::io::save_parameters(path, jem::convnet<tensor>({.height = 4, .width = 4, .classes = 3, .widths = {2, 3, 3}}, g));
  auto net            = jem::convnet<tensor>({.height = 2, .width = 2, .classes = 3, .widths = {2, 3}}, g);
  const auto original = net;
  CHECK(test::message_of<std::runtime_error>([&] { jem::io::load_parameters(path, net); }) ==
        path + ", tensor convolutions.3.bias: expected no such tensor for this network but found (3)");
  CHECK(same_parameters(net, original));
}

TEST_CASE("a file that cannot be read or written is named") {
  const temporary_directory place;
  auto net = small_net<tensor>(1);
  CHECK_THROWS_WITH_AS(
      jem::io::load_parameters(place / "none", net),
      ((place / "none").string() + ": expected a file that can be read but received \"No such file or directory\"").c_str(),
      std::runtime_error);
  CHECK_THROWS_AS(jem::io::save_parameters(place / "no" / "file", net), std::runtime_error);
  test::put_file(place / "bad", {1, 2, 3});
  CHECK_THROWS_WITH_AS(jem::io::load_parameters(place / "bad", net),
                       doctest::Contains((place / "bad, byte 3: expected the length").c_str()), std::runtime_error);
}

TEST_CASE("a single layer has parameters, too") {
  const temporary_directory place;
  jem::rng g{1};
  const auto layer = jem::make_linear<tensor>(3, 2, g);
  auto other       = jem::make_linear<tensor>(3, 2, g);
  jem::io::save_parameters(place / "w", layer);
  jem::io::load_parameters(place / "w", other);
  CHECK(same_parameters(layer, other));
}
