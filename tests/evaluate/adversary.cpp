// SPDX-License-Identifier: MIT
// The adversary alone and in a trainer; the last test is the whole of dual adversarial training, with its curriculum and a checkpoint.
#include "../support/backends.hpp"
#include "../support/temporary_directory.hpp"

#include <jem/evaluate/adversary.hpp>
#include <jem/evaluate/logits.hpp>
#include <jem/io/checkpoint.hpp>
#include <jem/loss/binary_cross_entropy.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/nn/flatten.hpp>
#include <jem/nn/linear.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/nn/sequential.hpp>
#include <jem/sampling/fresh_starts.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/auc_curriculum.hpp>
#include <jem/train/trainer.hpp>

#include <algorithm>
#include <cmath>

namespace evaluate = jem::evaluate;
using T            = jem::tensor<float, jem::eigen>;
using evaluate::adversary, evaluate::l2, evaluate::linf;

namespace {

/// Two classes of images (n, 2, 2, 1) apart by the plane w·x, w = (0, −3, 0, 4): ‖w‖₂ = 5.
template <class X>
auto plane() {
  return jem::sequential{jem::flatten{}, jem::linear<X>{X({4, 2}, {0, 0, 0, -3, 0, 0, 0, 4}), X({2}, {0, 0})}};
}

template <class X, class Norm>
std::vector<float> moved(const adversary<Norm>& a, const X& from) {
  X x = from;
  jem::rng g{11};
  a(plane<X>(), x, jem::labels<X>({from.extent(0)}, std::vector<std::int32_t>(static_cast<std::size_t>(from.extent(0)), 1)), g);
  return x.to_vector();
}

void check_near(const std::vector<float>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-5));
}

std::vector<float> cross_entropies_of(const auto& net, const T& x, const jem::labels<T>& y) {
  T slope;
  return jem::cross_entropies(evaluate::logits_of(net, x), y, slope).to_vector();
}

/// Counts the images that pass through a network in both directions.
template <class Net>
struct counting_net : jem::made_of<Net> {
  Net net;
  jem::index_t *forwards = nullptr, *backwards = nullptr;

  template <class X>
  using cache = typename Net::template cache<X>;

  static auto parameters(auto& self) { return std::tie(self.net); }
  static constexpr std::array parameter_names{"net"};

  T forward(T x, cache<T>& c) const {
    *forwards += x.extent(0);
    return net.forward(std::move(x), c);
  }
  T backward(const T& dy, cache<T>& c, counting_net* gradient) const {
    *backwards += dy.extent(0);
    return net.backward(dy, c, gradient == nullptr ? nullptr : &gradient->net);
  }
};

/// A state of one's own around the library's.
template <class State>
struct run_with_curriculum {
  State state;
  jem::auc_curriculum curriculum{{.last = 12}};

  static void each_part(auto& self, auto f) { f("state", self.state), f("curriculum", self.curriculum); }
};

/// Normals of deviation 0.1 about (−0.4, 0) and (0.4, 0), one class each, in turns.
jem::data::dataset<T> two_gaussians(jem::index_t n) {
  jem::rng g{17};
  auto x = jem::normal<T>({n, 2}, g).to_vector();
  std::vector<std::int32_t> y(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i]         = static_cast<std::int32_t>(i % 2);
    x[2 * i]     = 0.1f * x[2 * i] + (i % 2 == 0 ? -0.4f : 0.4f);
    x[2 * i + 1] = 0.1f * x[2 * i + 1];
  }
  return jem::data::make_dataset(T({n, 2}, x), jem::labels<T>({n}, y), 2);
}

}  // namespace

TEST_CASE("on a plane the adversary goes straight across: as far as its ball, and no farther than pixels go") {
  test::on_every_tensor([]<class X>() {
    const auto origin = jem::zeros<X>({1, 2, 2, 1});
    check_near(moved(adversary<l2>{.epsilon = 0.25f}, origin), {0, 0.5 * 3 / 5, 0, -0.5 * 4 / 5});  // r = ε·2 = ½
    check_near(moved(adversary<linf>{.epsilon = 0.25f}, origin), {0, 0.5, 0, -0.5});
    check_near(moved(adversary<l2>{.epsilon = 0.25f, .steps = 1}, origin), {0, 0.3, 0, -0.4});  // a step of 2.5·r, brought back
    check_near(moved(adversary<linf>{.epsilon = 0.1f, .steps = 5}, X({1, 2, 2, 1}, {1, 0.9f, -1, -0.9f})), {1, 1, -1, -1});
    check_near(moved(adversary<linf>{.epsilon = 0.5f, .low = 0, .pixel_range = 1}, X({1, 2, 2, 1}, {0, 0.75f, 0, 0.25f})), {0, 1, 0, 0});
    check_near(moved(adversary<l2>{.epsilon = 0}, origin), {0, 0, 0, 0});
    check_near(moved(adversary<l2>{.epsilon = 0}, X({1, 2, 2, 1}, {1.25f, 0, 0, -1.5f})), {1, 0, 0, -1});  // noise beyond the range
  });
}

TEST_CASE("adversarial images stay in the ball and in the range, and each has a higher cross-entropy than the clean one") {
  jem::rng g{2};
  const jem::convnet<T> net({.height = 8, .width = 8, .classes = 4, .widths = {4, 8}}, g);
  const T clean    = jem::uniform<T>({40, 8, 8, 1}, -1, 1, g);
  const auto y     = jem::random_indices<T>(40, 4, g);
  const auto at    = cross_entropies_of(net, clean, y);
  const auto check = [&](const auto& a) {
    T x = clean;
    a(net, x, y, g);
    const T change   = x - clean;
    const auto norms = jem::row_norms(change).to_vector();
    const auto host = x.to_vector(), by = change.to_vector();
    if constexpr (std::same_as<std::remove_cvref_t<decltype(a.norm)>, l2>) {
      CHECK(std::ranges::max(norms) < a.radius() * 1.00001);
    } else {
      CHECK(std::max(std::ranges::max(by), -std::ranges::min(by)) < a.radius() * 1.00001);
    }
    CHECK((std::ranges::min(host) >= -1 && std::ranges::max(host) <= 1));
    const auto above = cross_entropies_of(net, x, y);
    for (std::size_t i = 0; i < at.size(); ++i) CHECK(above[i] > at[i]);
  };
  check(adversary<l2>{.epsilon = 0.2f, .steps = 7});
  check(adversary<linf>{.epsilon = 0.02f, .steps = 5});
  check(adversary<linf>{.epsilon = 0.02f, .steps = 5, .random_start = true});
}

TEST_CASE("from the clean image the adversary takes no random numbers, from a random one it starts where the attack does") {
  const T origin = jem::zeros<T>({2, 2, 2, 1});
  const jem::labels<T> y({2}, {1, 1});
  jem::rng g{1}, other{2};
  T x = origin, random = origin, same = origin, another = origin;
  adversary<l2>{.epsilon = 0.3f, .steps = 1}(plane<T>(), x, y, g);
  CHECK(g == jem::rng{1});
  const adversary<linf> at_random{.epsilon = 0.3f, .steps = 9, .random_start = true};
  jem::rng again = g;
  at_random(plane<T>(), random, y, g);
  at_random(plane<T>(), same, y, again);
  at_random(plane<T>(), another, y, other);
  CHECK(random.to_vector() == same.to_vector());
  CHECK(random.to_vector() != another.to_vector());  // pixels without a slope stay where they started
  CHECK(g == again);
}

TEST_CASE("labels that are no classes are refused") {
  T x = jem::zeros<T>({1, 2, 2, 1});
  jem::rng g{1};
  CHECK_THROWS_WITH_AS(adversary{}(plane<T>(), x, jem::labels<T>({1}, {2}), g),
                       "[adversary] expected labels in [0, 2) but received 2 at index 0", std::invalid_argument);
}

TEST_CASE("in a trainer it costs one pass forward and one backward for each of its steps") {
  const auto set       = two_gaussians(40);
  const auto counts_of = [&](const auto& algorithm) {
    jem::rng g{1};
    jem::index_t forwards = 0, backwards = 0;
    auto state = algorithm.init(counting_net<jem::mlp<T>>{{}, jem::mlp<T>({2, 4, 2}, g), &forwards, &backwards}, set, g);
    forwards   = 0;
    algorithm.step(state);
    return std::pair{forwards, backwards};
  };
  using counts = std::pair<jem::index_t, jem::index_t>;
  CHECK(counts_of(jem::trainer{.loss = jem::cross_entropy{}, .batch = 10}) == counts{10, 10});
  CHECK(counts_of(jem::trainer{.loss = jem::cross_entropy{}, .batch = 10, .adversary = adversary{.steps = 7}}) == counts{80, 80});
}

TEST_CASE("dual adversarial training: data come to be told from ascended negatives of more and more steps, and a checkpoint goes on") {
  const auto set        = two_gaussians(256);
  const auto trainer_of = [](jem::index_t steps) {
    return jem::trainer{
        .loss       = jem::cross_entropy{} + jem::binary_cross_entropy{},
        .sampler    = jem::sgld{.step_size = 0.1f, .noise = jem::no_noise{}, .transform = jem::unit_norm{}, .constraint = jem::box{-1, 1}},
        .optimiser  = jem::adam{.learning_rate = 0.01f},
        .batch      = 32,
        .steps      = steps,
        .data_noise = 0,
        .adversary  = adversary{.epsilon = 0.05f, .steps = 5}};
  };
  const auto start = [&](std::uint64_t seed) {
    jem::rng g{seed};
    const jem::mlp<T> net({2, 32, 2}, g);
    return run_with_curriculum{trainer_of(1).init(net, set, jem::fresh_starts<T>({2}, 2), g)};
  };
  const auto go_on = [&](auto& r, int iterations) {
    jem::training_info last;
    for (int i = 0; i < iterations; ++i) {
      last = trainer_of(r.curriculum.steps()).step(r.state);
      CHECK((last.auroc >= 0 && last.auroc <= 1));
      r.curriculum.observe(last.auroc);
    }
    return last;
  };
  auto whole = start(1);
  go_on(whole, 150);
  const test::temporary_directory place;
  jem::io::save_checkpoint(place.path() / "run.safetensors", whole);
  const auto end = go_on(whole, 100);
  CHECK(whole.curriculum.steps() >= 3);

  auto resumed = start(2);
  jem::io::load_checkpoint(place.path() / "run.safetensors", resumed);
  CHECK(go_on(resumed, 100).loss == end.loss);
  CHECK(jem::io::parts_of(resumed) == jem::io::parts_of(whole));

  CHECK(jem::metrics::accuracy(evaluate::logits_of(whole.state.net, set.x), set.y) > 0.98f);
  const auto energies = jem::marginal_energy{whole.state.net}.value(T({3, 2}, {-0.4f, 0, 0.4f, 0, 0, 0.9f})).to_vector();
  CHECK(energies[0] < energies[2] - 1);
  CHECK(energies[1] < energies[2] - 1);
}
