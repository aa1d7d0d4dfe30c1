// SPDX-License-Identifier: MIT
// Five updates of a small linear layer, as PyTorch 2.15 makes them in double precision. The numbers in the tests of optimisers
// were printed by
//
//     import math, torch
//     torch.set_default_dtype(torch.float64)
//     wave = lambda n, a, p: torch.tensor([a * math.sin(p * (i + 1)) for i in range(n)])
//     for name, make in [("adam", lambda p: torch.optim.Adam(p, lr=0.05)),
//                        ("adam-other", lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.5, 0.75), eps=0.125)),
//                        ("adamw", lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.5)),
//                        ("sgd", lambda p: torch.optim.SGD(p, lr=0.1)),
//                        ("momentum", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
//                        ("decay", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.25)),
//                        ("nesterov", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.25, nesterov=True))]:
//         w, b = wave(6, 1, 1).reshape(2, 3).requires_grad_(), wave(3, 1, 2).requires_grad_()
//         o = make([w, b])
//         for k in range(5):
//             w.grad, b.grad = wave(6, 2, 0.3 * (k + 1)).reshape(2, 3), wave(3, 0.01, 0.7 * (k + 1))
//             o.step()
//         print(name, ", ".join("%.9f" % v for v in torch.cat([w.flatten(), b]).tolist()))
#pragma once

#include "doubles.hpp"

#include <jem/nn/linear.hpp>

namespace test {

template <class T>
jem::linear<T> wave_layer(double weight_amplitude = 1, double weight_phase = 1, double bias_amplitude = 1, double bias_phase = 2) {
  return {waves<T>({2, 3}, weight_amplitude, weight_phase), waves<T>({3}, bias_amplitude, bias_phase)};
}

/// Weights, then biases.
template <class T>
std::vector<double> numbers(const jem::linear<T>& layer) {
  std::vector<double> all;
  for (const auto& part : {layer.weight.to_vector(), layer.bias.to_vector()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// The parameters after five updates with gradients that change.
template <class T, class Optimiser>
std::vector<double> five_updates(const Optimiser& optimiser) {
  auto net   = wave_layer<T>();
  auto state = optimiser.init(net);
  for (int k = 1; k <= 5; ++k) optimiser.step(state, net, wave_layer<T>(2, 0.3 * k, 0.01, 0.7 * k));
  return numbers(net);
}

}  // namespace test
