// SPDX-License-Identifier: MIT
#include "../support/golden_wide_resnet.hpp"

using namespace test;

TEST_CASE_TEMPLATE("a wide ResNet with PyTorch's weights has PyTorch's logits, energies and input gradients", T, eigen_double,
                   guarded_double, eigen_float) {
  const auto file = golden_file<T>();
  const auto net = golden_network<T>(file), with_energy = golden_network<T>(file, true);
  const T x = golden<T>(file, "x");
  typename jem::wide_resnet<T>::template cache<T> cache;
  CHECK(largest_difference(net.forward(x, cache).to_vector(), golden<T>(file, "logits").to_vector()) < tolerance<T>);
  T slope(x.extents());
  jem::marginal_energy{net}.value_and_grad(x, slope);
  CHECK(largest_difference(slope.to_vector(), golden<T>(file, "input_gradient").to_vector()) < tolerance<T>);
  CHECK(largest_difference(jem::marginal_energy{with_energy}.value(x).to_vector(), golden<T>(file, "energy").to_vector()) < tolerance<T>);
  CHECK(largest_difference(softmax(with_energy.forward(x, cache)).to_vector(), softmax(golden<T>(file, "logits")).to_vector()) <
        tolerance<T>);
}
