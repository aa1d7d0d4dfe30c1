// compiles
// The positive control: the programs of the other files without their mistakes. It has to compile.
#include "programs.hpp"

#include <jem/energy/combine.hpp>
#include <jem/energy/marginal.hpp>
#include <jem/energy/row.hpp>
#include <jem/evaluate/attack.hpp>
#include <jem/loss/compose.hpp>
#include <jem/nn/activation.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/nn/sequential.hpp>
#include <jem/optim/adam.hpp>
#include <jem/optim/sgd.hpp>
#include <jem/sampling/langevin.hpp>
#include <jem/tensor/matmul.hpp>

struct stay {
  template <jem::tensor_value T, jem::energy<T> E>
  T propose(const E&, const jem::point<T>& from, jem::point<T>& to, jem::rng&) const {
    to = from;
    return jem::zeros<T>(from.energy.extents());
  }
};

struct quiet {
  float operator()(float) const { return 0; }
};

struct height {
  template <class V>
  constexpr V operator()(const V* x, V* gradient) const {
    gradient[0] = 2 * x[0], gradient[1] = 0;
    return x[0] * x[0];
  }
};

struct halves {
  template <jem::tensor_value T>
  void operator()(T& x) const {
    jem::scale(x, 0.5f);
  }
};

struct cube {
  template <class V>
  constexpr V operator()(V x) const {
    return x * x * x;
  }
  template <class V>
  constexpr V derivative(V x) const {
    return 3 * x * x;
  }
};

struct ones {
  template <jem::tensor_value T>
  T operator()(const jem::shape& extents, jem::index_t, jem::index_t, jem::rng&) const {
    return jem::full<T>(extents, 1);
  }
};

struct nothing {
  using loss_tag = void;

  jem::phase_set reads() const { return {.labelled = true}; }
  float accumulate(const jem::phases<tensor>&, float, jem::phases<tensor>&) const { return 0; }
};

void sampling(const tensor& x, jem::rng& rng) {
  jem::sample(jem::hmc{{.step_size = 0.1f}}, bowl{}, x, 2, rng);
  jem::sample(jem::hmc{{.step_size = 0.1f}}, jem::row_energy{2, height{}}, x, 2, rng);
  jem::sample(jem::mala{{.step_size = 0.1f}}, jem::sum_energies(bowl{}, bowl{}), x, 2, rng);
  jem::evolve(jem::sgld{.step_size = jem::constant{0.1f}, .noise = quiet{}}, bowl{}, x, 2, rng);
  const jem::sgld kernel{.step_size = jem::constant{0.1f}, .noise = jem::no_noise{}, .transform = halves{}, .constraint = halves{}};
  jem::evolve(kernel, bowl{}, x, 2, rng);
  const auto observe = [](jem::index_t, const auto&, const auto&) {};
  jem::sample(jem::metropolis{stay{}}, values_only{}, x, 2, rng, observe);
}

void training(const tensor& x, jem::rng& rng) {
  const jem::labels<tensor> y(jem::shape{4});
  jem::sequential net{jem::make_linear<tensor>(2, 8, rng, ones{}), jem::activation<cube>{}, jem::make_linear<tensor>(8, 3, rng)};
  const jem::mlp<tensor, jem::activation<cube>> other({2, 8, 2}, rng);
  jem::marginal_energy{other}.value(x);
  const auto [value, gradient] = jem::value_and_grad(jem::cross_entropy{} + jem::weighted_loss{0.5f, nothing{}}, net, {.x = x, .y = y});
  const jem::adam adam{.learning_rate = jem::linear_warm_up{1e-3f}};
  const jem::sgd sgd{.learning_rate = jem::constant{1e-3f}};
  auto moments  = adam.init(net);
  auto velocity = sgd.init(net);
  adam.step(moments, net, gradient);
  sgd.step(velocity, net, gradient);
  jem::evaluate::robust_accuracy(net, x, y, jem::evaluate::pgd<jem::evaluate::l2>{}, rng);
}

int main() {
  jem::rng rng{1};
  auto x = jem::normal<tensor>({4, 2}, rng);
  jem::scale(x, 2);
  jem::log_sum_exp(jem::matmul(x, tensor({2, 3})));
  sampling(x, rng);
  training(x, rng);
}
