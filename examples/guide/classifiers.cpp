// The program of classifiers.md.
// usage: classifiers [iterations]
#include "expect.hpp"

#include <jem/data/digits.hpp>
#include <jem/evaluate/attack.hpp>
#include <jem/evaluate/generate.hpp>
#include <jem/evaluate/out_of_distribution.hpp>
#include <jem/evaluate/summary.hpp>
#include <jem/io/png.hpp>
#include <jem/io/safetensors.hpp>
#include <jem/jem.hpp>

#include <cmath>
#include <cstdlib>

using tensor = jem::tensor<float, jem::eigen>;

// A layer without parameters, y = factor·(x − shift), for a network that was trained on pixels of another scale.
struct rescale {
  float shift, factor;

  template <class T>
  struct cache {};

  static auto parameters(auto&) { return std::tuple<>{}; }

  tensor forward(const tensor& x, cache<tensor>&) const { return factor * (x - jem::full<tensor>(x.extents(), shift)); }
  tensor backward(const tensor& dy, cache<tensor>&, rescale*) const { return factor * dy; }
};

// A network: x ↦ W₂(x + swish(W₁x)), on rows of 64 pixels.
struct skip_net {
  using tensor_type = tensor;

  jem::linear<tensor> inner, head;  // (64, 64), (64, 10)
  jem::swish activation{};

  template <class T>
  struct cache {
    jem::linear<tensor>::cache<T> inner, head;
    jem::swish::cache<T> activation;
  };

  static constexpr std::array parameter_names{"inner", "head"};
  static auto parameters(auto& self) { return std::tie(self.inner, self.head); }

  tensor forward(const tensor& x, cache<tensor>& c) const {  // (n, 64) → (n, 10)
    const tensor h = activation.forward(inner.forward(x, c.inner), c.activation);
    return head.forward(x + h, c.head);
  }

  tensor backward(const tensor& dy, cache<tensor>& c, skip_net* gradient) const {  // (n, 10) → (n, 64)
    const tensor dh = head.backward(dy, c.head, gradient == nullptr ? nullptr : &gradient->head);
    const tensor da = activation.backward(dh, c.activation, nullptr);
    return dh + inner.backward(da, c.inner, gradient == nullptr ? nullptr : &gradient->inner);
  }
};

auto make_net(jem::rng& rng) {
  return jem::sequential{jem::flatten{}, rescale{.shift = -1, .factor = 0.5f},  // [−1, 1] → [0, 1]
                         skip_net{jem::make_linear<tensor>(64, 64, rng), jem::make_linear<tensor>(64, 10, rng)}};
}

template <class Net>
void judge(const Net& net, const jem::data::dataset<tensor>& test, jem::rng& rng) {
  const auto summary = jem::evaluate::summarise(net, test);  // accuracy, nll, brier, ece, mce
  const auto noise   = jem::evaluate::uniform_noise<tensor>(test.x.extents(), rng);
  const auto ood     = jem::evaluate::detect_ood(net, test.x, noise);
  const auto attack  = jem::evaluate::pgd{.epsilon = 8.0f / 255, .steps = 5};
  const auto robust  = jem::evaluate::robust_accuracy(net, test.x, test.y, attack, rng);

  expect(summary.accuracy > 0.6, "it knows most digits");
  expect(std::isfinite(ood.log_px.auroc) && robust <= summary.accuracy, "measures are measured");
}

template <class Net>
void sevens(const Net& net, jem::rng& rng) {
  const jem::sgld langevin{.step_size = 1.0f, .noise = 0.01f};
  const jem::labels<tensor> y({10}, std::vector<std::int32_t>(10, 7));
  const auto samples = jem::evaluate::fresh_samples(langevin, net, {10, 8, 8, 1}, y, 100, rng);  // of p(x|7)
  jem::io::write_png("sevens.png", jem::io::sheet(samples, 10, 6));
}

void train_by_hand(const jem::data::dataset<tensor>& train, jem::rng& rng) {
  auto net = make_net(rng);
  jem::replay_buffer<tensor> buffer({8, 8, 1}, {}, rng);
  const jem::sgld langevin{.step_size = 1.0f, .noise = 0.01f};
  const jem::adam adam{.learning_rate = 1e-3f};
  auto moments = adam.init(net);

  const auto loss = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{};
  for (const auto& [x, y] : jem::data::batches(train, 64, rng)) {
    auto chains     = buffer.draw(64, rng);
    chains.position = jem::evolve(langevin, jem::marginal_energy{net}, chains.position, 10, rng);
    buffer.store(chains);
    const auto [value, gradient] = jem::value_and_grad(loss, net, {.x = x, .y = y, .samples = chains.position});
    adam.step(moments, net, gradient);
  }

  expect(std::isfinite(jem::global_norm(net)), "the weights stay finite");
}

template <class Net>
void keep(const Net& net, const tensor& x, jem::rng& rng) {
  jem::io::save_parameters("weights.safetensors", net);
  auto other = make_net(rng);
  jem::io::load_parameters("weights.safetensors", other);

  const auto one = jem::evaluate::logits_of(net, x), two = jem::evaluate::logits_of(other, x);
  expect(one.to_vector() == two.to_vector(), "weights come back as they were");
}

int main(int argc, char** argv) {
  const int iterations = argc > 1 ? std::atoi(argv[1]) : 400;
  jem::rng rng{42};
  const auto train = jem::data::digits_train<tensor>();  // (1297, 8, 8, 1)
  const auto test  = jem::data::digits_test<tensor>();

  const jem::trainer trainer{
      .loss      = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{} + 0.01f * jem::energy_penalty{},
      .sampler   = jem::sgld{.step_size = 1.0f, .noise = 0.01f},
      .optimiser = jem::adam{.learning_rate = jem::linear_warm_up{1e-3f, 20}},
      .steps     = 10,
  };
  auto state = trainer.init(make_net(rng), train, rng);
  for (int i = 0; i < iterations; ++i) trainer.step(state);

  judge(state.net, test, rng);
  sevens(state.net, rng);
  train_by_hand(train, rng);
  keep(state.net, test.x, rng);
}
