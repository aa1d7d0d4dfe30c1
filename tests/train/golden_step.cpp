// SPDX-License-Identifier: MIT
// One whole training step of a joint energy-based model with given weights, images and samples: cross-entropy, contrastive
// divergence and energy penalty through a convnet, then an update of Adam. The numbers were printed by this script for PyTorch
// 2.15, in double precision:
//
//     import math, torch
//     import torch.nn.functional as F
//     torch.set_default_dtype(torch.float64)
//     wave = lambda shape, a, p: torch.tensor([a * math.sin(p * (i + 1)) for i in range(math.prod(shape))]).reshape(shape)
//     # ours: (kh, kw, c, f), (in, out) and images (n, h, w, c); theirs: (f, c, kh, kw), (out, in) and (n, c, h, w)
//     shapes = [(3, 3, 2, 3), (4, 4, 3, 4), (3, 3, 4, 4)]
//     own = []
//     for i, s in enumerate(shapes): own += [wave(s, 0.3, 1 + 0.1 * i), wave(s[-1:], 0.1, 2)]
//     own += [wave((3 * 2 * 4, 3), 0.3, 1.7), wave((3,), 0.1, 3)]
//     own = [p.requires_grad_() for p in own]
//     def net(x):
//         x = x.permute(0, 3, 1, 2)
//         for i, stride in enumerate([1, 2, 1]):
//             x = F.silu(F.conv2d(x, own[2 * i].permute(3, 2, 0, 1), own[2 * i + 1], stride=stride, padding=1))
//         return x.permute(0, 2, 3, 1).flatten(1) @ own[6] + own[7]
//     x, y = wave((4, 6, 4, 2), 1, 0.9), torch.tensor([0, 2, 1, 2])
//     u, s = wave((3, 6, 4, 2), 1, 1.3), wave((5, 6, 4, 2), 1, 2.1)
//     fx, eu, es = net(x), -torch.logsumexp(net(u), 1), -torch.logsumexp(net(s), 1)
//     loss = F.cross_entropy(fx, y) + eu.mean() - es.mean() + 0.01 * ((eu ** 2).mean() + (es ** 2).mean())
//     loss.backward()
//     print("loss %.9f" % loss.item())
//     print("norms", ", ".join("%.9f" % p.grad.norm().item() for p in own))
//     print("first and last", ", ".join("%.9f, %.9f" % (p.grad.flatten()[0].item(), p.grad.flatten()[-1].item()) for p in own))
//     torch.optim.Adam(own, lr=0.01).step()
//     print("after", ", ".join("%.9f, %.9f" % (p.flatten()[1].item(), p.flatten()[-1].item()) for p in own))
//     print("sums", ", ".join("%.9f" % p.sum().item() for p in own))
#include "../support/compiled_convolutions.hpp"
#include "../support/doubles.hpp"

#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/energy_penalty.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/optim/adam.hpp>
#include <jem/train/value_and_grad.hpp>

#include <numeric>

using namespace test;

namespace {

template <class T>
jem::convnet<T> wave_convnet() {
  jem::rng g{1};
  jem::convnet<T> net({.height = 6, .width = 4, .channels = 2, .classes = 3, .widths = {3, 4}}, g);
  for (std::size_t i = 0; i < 3; ++i) {
    auto& [weight, bias, geometry] = net.convolutions[i];
    weight                         = waves<T>(weight.extents(), 0.3, 1 + 0.1 * static_cast<double>(i));
    bias                           = waves<T>(bias.extents(), 0.1, 2);
  }
  net.head = {waves<T>({24, 3}, 0.3, 1.7), waves<T>({3}, 0.1, 3)};
  return net;
}

template <class T>
jem::phases<T> wave_batches() {
  return {.x          = waves<T>({4, 6, 4, 2}, 1, 0.9),
          .y          = jem::labels<T>({4}, {0, 2, 1, 2}),
          .unlabelled = waves<T>({3, 6, 4, 2}, 1, 1.3),
          .samples    = waves<T>({5, 6, 4, 2}, 1, 2.1)};
}

constexpr auto loss = jem::cross_entropy{} + jem::contrastive_divergence{} + 0.01f * jem::energy_penalty{};

/// The results of f for the elements of each parameter, one after the other.
template <class Net, class F>
std::vector<double> of_each_parameter(const Net& net, F f) {
  std::vector<double> all;
  jem::for_each_parameter_of(
      [&](const auto& parameter) {
        const auto host = parameter.to_vector();
        for (const double number : f(std::vector<double>(host.begin(), host.end()))) all.push_back(number);
      },
      net);
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("a whole training step agrees with PyTorch in loss, gradients and the parameters after adam", T, reference_double,
                   eigen_double, eigen_float) {
  auto net                     = wave_convnet<T>();
  const auto [value, gradient] = jem::value_and_grad(loss, net, wave_batches<T>());
  CHECK(value == doctest::Approx(1.097819009).epsilon(1e-6));

  const auto norm = [](const std::vector<double>& g) {
    return std::vector{std::sqrt(std::inner_product(g.begin(), g.end(), g.begin(), 0.0))};
  };
  const std::vector<double> norms{0.112751156, 0.033007772, 0.067042627, 0.032148896, 0.050572354, 0.057448859, 0.078469570, 0.170303858};
  CHECK(largest_difference(of_each_parameter(gradient, norm), norms) < 1e-6);

  const auto ends = [](const std::vector<double>& g) { return std::vector{g.front(), g.back()}; };
  const std::vector<double> first_and_last{-0.007375991, 0.005661538,  0.021075522,  -0.024206660, 0.003704671, 0.000570498,
                                           -0.016524903, -0.017451328, -0.007049998, -0.001718618, 0.006553545, -0.032424956,
                                           -0.007733596, -0.008794471, 0.084246761,  -0.122755855};
  CHECK(largest_difference(of_each_parameter(gradient, ends), first_and_last) < 1e-6);

  const jem::adam optimiser{.learning_rate = jem::linear_warm_up{.rate = 0.01f}};
  auto moments = optimiser.init(net);
  optimiser.step(moments, net, gradient);
  const auto some = [](const std::vector<double>& p) { return std::vector{p[1], p.back()}; };
  const std::vector<double> after{0.282789211,  -0.177636697, -0.065680263, -0.017941554, 0.232548957,  -0.206297901,
                                  -0.085680241, 0.108935819,  0.212637906,  0.006278821,  -0.085680247, 0.108935822,
                                  -0.066662376, 0.046543057,  -0.037941549, 0.051211848};
  CHECK(largest_difference(of_each_parameter(net, some), after) < 1e-5);
  const auto sum = [](const std::vector<double>& p) { return std::vector{std::accumulate(p.begin(), p.end(), 0.0)}; };
  const std::vector<double> sums{0.438461116, -0.002692069, 0.291525334, 0.086243770, 0.476626969, 0.066243787, 0.360832960, 0.017382301};
  CHECK(largest_difference(of_each_parameter(net, sum), sums) < 1e-5);
}
