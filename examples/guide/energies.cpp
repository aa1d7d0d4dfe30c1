// The program of energies.md.
#include "expect.hpp"

#include <jem/jem.hpp>

#include <cmath>

using tensor = jem::tensor<float, jem::eigen>;

struct banana {  // a function of two numbers; its gradient is automatic
  constexpr auto operator()(auto x, auto y) const { return square(1 - x) / 2 + 2 * square(y - x * x); }
};

struct least_squares {  // E(x) = ‖x·W − b‖² / 2
  tensor weight;        // (d, k)
  tensor target;        // (k)

  tensor residual(const tensor& x) const {
    tensor r = matmul(x, weight);  // (n, k)
    add_per_column(r, -target);
    return r;
  }

  tensor value(const tensor& x) const {  // (n, d) → (n)
    const tensor r = residual(x);
    return 0.5f * row_dots(r, r);
  }

  tensor value_and_grad(const tensor& x, tensor& grad) const {  // grad = ∂E/∂x, (n, d)
    const tensor r = residual(x);
    grad           = matmul(r, weight, jem::transpose::no, jem::transpose::yes);
    return 0.5f * row_dots(r, r);
  }
};

// The largest difference between a gradient and central differences of the value.
template <class Energy>
double gradient_error(const Energy& energy, const tensor& x, float h = 1e-2f) {
  tensor gradient(x.extents());
  energy.value_and_grad(x, gradient);
  const auto slope = gradient.to_vector();
  const auto total = [&](std::vector<float> values) { return jem::sum(energy.value(tensor(x.extents(), values))); };
  double largest   = 0;
  for (std::size_t i = 0; i < slope.size(); ++i) {
    auto up = x.to_vector(), down = x.to_vector();
    up[i] += h;
    down[i] -= h;
    largest = std::fmax(largest, std::abs(slope[i] - (total(up) - total(down)) / (2 * h)));
  }
  return largest;
}

// A loss term: logits of labelled data should stay small, L = mean ‖f(x)‖².
struct logit_penalty {
  using loss_tag = void;  // + and * may compose it

  jem::phase_set reads() const { return {.labelled = true}; }

  template <jem::tensor_value T>
  double accumulate(const jem::phases<T>& logits, float weight, jem::phases<T>& grad) const {
    const float each = weight / float(logits.x.extent(0));
    jem::add_scaled(grad.x, 2 * each, logits.x);  // weight·∂L/∂f(x)
    return each * jem::squared_norm(logits.x);    // weight·L
  }
};

void three_ways(jem::rng& rng) {
  const auto curved = jem::pointwise<2>(banana{});

  const least_squares plane{.weight = jem::normal<tensor>({2, 3}, rng), .target = jem::normal<tensor>({3}, rng)};

  const jem::mlp<tensor> net({2, 64, 3}, rng);
  const jem::marginal_energy plausible{net};                                         // E(x) = −log Σ_y exp f(x)[y]
  const jem::joint_energy of_class{net, jem::labels<tensor>({5}, {0, 1, 2, 2, 2})};  // E(x, y) = −f(x)[y]

  const auto x = jem::normal<tensor>({5, 2}, rng);
  expect(gradient_error(curved, x) < 0.05f, "the banana's slope is right");
  expect(gradient_error(plane, x) < 0.05f, "the plane's slope is right");
  expect(gradient_error(plausible, x) < 0.05f, "the slope of E(x) is right");
  expect(gradient_error(of_class, x) < 0.05f, "the slope of E(x, y) is right");

  const auto both = jem::sum_energies(curved, plane);                                 // p ∝ p₁·p₂
  const auto flat = jem::temper(both, 10.0f);                                         // p^(1/10)
  const auto y    = jem::sample(jem::mala({.step_size = 0.05f}), flat, x, 100, rng);  // (100, 5, 2)

  expect(gradient_error(flat, x) < 0.05f, "what they make has the right slope");
  expect(std::isfinite(jem::sum(y)), "it can be sampled");
}

// The decrease of a loss by a small step against the gradient, divided by the decrease to first order: nearly 1.
template <class Loss>
double promise_kept(const Loss& loss, jem::mlp<tensor> net, const jem::phases<tensor>& images) {
  const auto [value, gradient] = jem::value_and_grad(loss, net, images);
  const jem::sgd descent{.learning_rate = 1e-3f};
  auto velocity = descent.init(net);
  descent.step(velocity, net, gradient);
  const double norm = jem::global_norm(gradient);
  return double(value - jem::value_and_grad(loss, net, images).value) / (1e-3 * norm * norm);
}

void losses(jem::rng& rng) {
  const jem::mlp<tensor> net({2, 32, 3}, rng);
  const jem::labels<tensor> y({4}, {0, 1, 2, 0});

  jem::phases<tensor> images{.x = jem::normal<tensor>({4, 2}, rng), .y = y};
  images.samples = jem::evolve(jem::sgld{.step_size = 0.01f}, jem::marginal_energy{net}, images.x, 20, rng);

  const auto small             = jem::weighted_loss{0.01f, logit_penalty{}};
  const auto loss              = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{} + small;
  const auto [value, gradient] = jem::value_and_grad(loss, net, images);

  expect(std::isfinite(value) && jem::parameter_count(gradient) == jem::parameter_count(net), "a gradient is a network");
  expect(std::abs(promise_kept(loss, net, images) - 1) < 0.1, "the loss falls as its gradient says");
  expect(std::abs(promise_kept(logit_penalty{}, net, images) - 1) < 0.1, "the penalty falls as its gradient says");
}

int main() {
  jem::rng rng{42};
  three_ways(rng);
  losses(rng);
}
