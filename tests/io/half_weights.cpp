// SPDX-License-Identifier: MIT
#include "support/temporary_directory.hpp"

#include <jem/backend/reference.hpp>
#include <jem/io/half_weights.hpp>
#include <jem/nn/models/mlp.hpp>

#include <doctest/doctest.h>

#include <cmath>

using jem::io::tensor_map;
using tensor = jem::tensor<float, jem::reference>;

TEST_CASE("weights take half the bytes, and are the nearest numbers of bfloat16") {
  const tensor_map tensors{{"a", jem::io::to_named_tensor(tensor({4}, {1.0f, 1.00390625f, -3.14159265f, 1e-30f}))}};
  const auto half = jem::io::in_bfloat16(tensors);
  CHECK(half.at("a").dtype == "BF16");
  CHECK(half.at("a").bytes.size() == 8);
  const auto back = jem::io::from_named_tensor<tensor>(jem::io::in_float32(half), "a", "here").to_vector();
  CHECK(back[0] == 1.0f);
  CHECK(back[1] == 1.0f);  // half way between 1 and 1 + 2⁻⁷: the even one
  CHECK(back[2] == -3.140625f);
  CHECK(back[3] == doctest::Approx(1e-30f).epsilon(1.0 / 256));
}

TEST_CASE("tensors of other types stay as they are") {
  using doubles = jem::tensor<double, jem::reference>;
  const tensor_map tensors{{"a", jem::io::to_named_tensor(doubles({2}, {1.0 / 3, 2}))}};
  CHECK(jem::io::in_bfloat16(tensors).at("a").bytes == tensors.at("a").bytes);
  CHECK(jem::io::in_float32(tensors).at("a").dtype == "F64");
}

TEST_CASE("a network reads weights of bfloat16 from a file, and its numbers are those of the file") {
  const test::temporary_directory place;
  jem::rng g{1};
  const jem::mlp<tensor> net({3, 4, 2}, g);
  jem::io::write_safetensors(place / "half.safetensors", jem::io::in_bfloat16(jem::io::parameters_of(net)));
  jem::mlp<tensor> loaded({3, 4, 2}, g);
  jem::io::assign_parameters(jem::io::in_float32(jem::io::read_safetensors(place / "half.safetensors")), loaded, "half.safetensors");
  const auto right = net.layers[0].weight.to_vector(), found = loaded.layers[0].weight.to_vector();
  for (std::size_t i = 0; i < right.size(); ++i) {
    CHECK(found[i] == static_cast<float>(jem::bfloat16(right[i])));
    CHECK(std::abs(found[i] - right[i]) <= std::abs(right[i]) / 256);
  }
  CHECK(found != right);
}
