// SPDX-License-Identifier: MIT
#include "../support/compiled_convolutions.hpp"
#include "../support/doubles.hpp"

#include <jem/data/subset.hpp>
#include <jem/loss/compose.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/energy_penalty.hpp>
#include <jem/loss/gradient_matching.hpp>
#include <jem/loss/joint_contrastive_divergence.hpp>
#include <jem/loss/joint_gradient_matching.hpp>
#include <jem/loss/outlier_exposure.hpp>
#include <jem/nn/models/convnet.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/nn/models/wide_resnet.hpp>
#include <jem/optim/adam.hpp>
#include <jem/optim/sgd.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/trainer.hpp>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace {

using T       = test::eigen_float;
using dataset = jem::data::dataset<T>;

const jem::sgld sampler{.step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}};
const jem::adam optimiser{.learning_rate = jem::linear_warm_up{.rate = 0.01f, .updates = 10}};
constexpr auto hybrid = jem::cross_entropy{} + jem::contrastive_divergence{} + 0.1f * jem::energy_penalty{};

/// Normals of deviation 0.3 around (−0.8, 0) and (0.8, 0) alternately, one class each.
dataset two_gaussians(jem::index_t n) {
  jem::rng g{17};
  auto x = jem::normal<T>({n, 2}, g).to_vector();
  std::vector<std::int32_t> y(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i]         = static_cast<std::int32_t>(i % 2);
    x[2 * i]     = 0.3f * x[2 * i] + (i % 2 == 0 ? -0.8f : 0.8f);
    x[2 * i + 1] = 0.3f * x[2 * i + 1];
  }
  return jem::data::make_dataset(T({n, 2}, x), jem::labels<T>({n}, y), 2);
}

jem::mlp<T> small_net() {
  jem::rng g{3};
  return {{2, 32, 2}, g};
}

/// An augmentation that records its images and then sets them to one value.
struct spy {
  float value;
  std::vector<float>* seen;

  template <jem::tensor_value X>
  void operator()(X& x, jem::rng&) const {
    const auto host = x.to_vector();
    seen->insert(seen->end(), host.begin(), host.end());
    fill(x, value);
  }
};

const auto crop_and_flip = jem::data::in_turn{jem::data::reflect_crop{2}, jem::data::random_flip{}};

struct no_policy {
  int labelled, unlabelled;
};

template <class Augment>
using trainer_with =
    jem::trainer<jem::cross_entropy, std::remove_const_t<decltype(sampler)>, std::remove_const_t<decltype(optimiser)>, Augment>;

template <class Augment, class... Sets>
concept trains_on = requires(trainer_with<Augment> algorithm, jem::mlp<T> net, jem::rng& g, Sets... sets) {
  algorithm.init(net, static_cast<Sets>(sets)..., g);
};

using none = jem::data::augment<>;
static_assert(trains_on<none, const dataset&> && trains_on<none, const dataset&, const dataset&> && trains_on<none, dataset&, dataset&>);
static_assert(!trains_on<none, dataset&&> && !trains_on<none, const dataset&&, const dataset&>, "sets have to outlive the state");
static_assert(!trains_on<none, const dataset&, dataset&&> && !trains_on<none, dataset&&, dataset&&>);
static_assert(trains_on<jem::data::augment<jem::data::random_flip>, const dataset&>);
static_assert(!trains_on<no_policy, const dataset&> && !trains_on<jem::data::random_flip, const dataset&>);

template <class Net>
std::vector<float> bits_of(const Net& net) {
  std::vector<float> all;
  jem::for_each_parameter_of(
      [&](const T& p) {
        const auto host = p.to_vector();
        all.insert(all.end(), host.begin(), host.end());
      },
      net);
  return all;
}

template <class Trainer>
std::vector<float> train_convnet(const Trainer& algorithm, int threads) {
#ifdef _OPENMP
  const int before = omp_get_max_threads();
  omp_set_num_threads(threads);
#endif
  jem::rng g{5};
  const jem::data::dataset<T> set{jem::uniform<T>({128, 8, 8, 1}, -1, 1, g), jem::labels<T>({128}, std::vector<std::int32_t>(128, 1)), 4};
  auto state = algorithm.init(jem::convnet<T>({.height = 8, .width = 8, .classes = 4, .widths = {16, 32}}, g), set, g);
  std::vector<float> trace;
  for (int k = 0; k < 3; ++k) trace.push_back(static_cast<float>(algorithm.step(state).loss));
  const auto net = bits_of(state.net), chains = state.buffer.positions().to_vector();
  trace.insert(trace.end(), net.begin(), net.end());
  trace.insert(trace.end(), chains.begin(), chains.end());
#ifdef _OPENMP
  omp_set_num_threads(before);
#else
  (void)threads;
#endif
  return trace;
}

/// A trainer with batches of sixteen and one sampler step an iteration, which records the images of both streams.
auto spied(std::vector<float>* labelled, std::vector<float>* unlabelled, jem::data::draws draws = jem::data::draws::shuffled) {
  return jem::trainer{.loss      = hybrid,
                      .sampler   = sampler,
                      .optimiser = optimiser,
                      .batch     = 16,
                      .steps     = 1,
                      .buffer    = {.capacity = 40},
                      .augment   = jem::data::augment{.labelled = spy{0, labelled}, .unlabelled = spy{0, unlabelled}},
                      .draws     = draws};
}

/// How often each image of a set occurs in `seen`.
std::vector<int> counts(const std::vector<float>& seen, const dataset& set) {
  std::vector<int> times;
  const auto x = set.x.to_vector();
  for (std::size_t i = 0; i < x.size(); i += 2) {
    int count = 0;
    for (std::size_t k = 0; k < seen.size(); k += 2) count += seen[k] == x[i] && seen[k + 1] == x[i + 1];
    times.push_back(count);
  }
  return times;
}

}  // namespace

TEST_CASE("a small jem learns two gaussians: the loss falls, and the accuracy rises") {
  const auto set = two_gaussians(256);
  const jem::trainer algorithm{
      .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 32, .steps = 10, .buffer = {.capacity = 500}};
  jem::rng random_state{1};
  auto state   = algorithm.init(small_net(), set, random_state);
  double first = 0, last = 0;
  for (int k = 0; k < 300; ++k) {
    const auto info = algorithm.step(state);
    CHECK(info.iteration == k);
    if (k < 20) first += info.loss / 20;
    if (k >= 280) last += info.loss / 20;
  }
  CHECK(state.iteration == 300);
  CHECK(last < first - 0.3);
  decltype(state.net)::cache<T> cache;
  CHECK(jem::metrics::accuracy(state.net.forward(set.x, cache), set.y) > 0.97f);  // the best possible accuracy is 0.996
}

TEST_CASE("an iteration returns loss, accuracy, energies and the gradient's norm") {
  const auto set = two_gaussians(64);
  const jem::trainer algorithm{
      .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 16, .steps = 2, .buffer = {.capacity = 40}};
  jem::rng random_state{1};
  auto state      = algorithm.init(small_net(), set, random_state);
  const auto info = algorithm.step(state);
  CHECK(std::isfinite(info.loss));
  CHECK((info.accuracy >= 0 && info.accuracy <= 1));
  CHECK(std::isfinite(info.energy_gap()));
  CHECK(info.gradient_norm > 0);
}

TEST_CASE("a trainer of a classifier draws no samples, and its buffer has only one chain") {
  const auto set = two_gaussians(64);
  const jem::trainer algorithm{
      .loss = jem::cross_entropy{} + 0.0f * jem::contrastive_divergence{}, .sampler = sampler, .optimiser = optimiser, .batch = 16};
  jem::rng random_state{1};
  auto state = algorithm.init(small_net(), set, random_state);
  CHECK(state.buffer.capacity() == 1);
  const auto before = state.buffer.positions().to_vector();
  const auto info   = algorithm.step(state);
  CHECK(std::isnan(info.energy_sample));
  CHECK(info.accuracy >= 0);
  CHECK(state.buffer.positions().to_vector() == before);
}

TEST_CASE("the p(x) term alone trains without reading labels") {
  const auto set = two_gaussians(64);
  const jem::trainer algorithm{.loss      = jem::contrastive_divergence{},
                               .sampler   = sampler,
                               .optimiser = optimiser,
                               .batch     = 16,
                               .steps     = 2,
                               .buffer    = {.capacity = 40}};
  jem::rng random_state{1};
  auto state      = algorithm.init(small_net(), set, random_state);
  const auto info = algorithm.step(state);
  CHECK(std::isnan(info.accuracy));
  CHECK(std::isfinite(info.loss));
}

TEST_CASE("the p(x|y) term needs a buffer with classes, whose blocks are large enough") {
  const auto set  = two_gaussians(64);
  const auto loss = hybrid + 0.5f * jem::joint_contrastive_divergence{};
  const jem::trainer algorithm{
      .loss = loss, .sampler = sampler, .optimiser = optimiser, .batch = 16, .steps = 3, .buffer = {.capacity = 64, .classes = 2}};
  jem::rng random_state{1};
  auto state = algorithm.init(small_net(), set, random_state);
  for (int k = 0; k < 20; ++k) CHECK(std::isfinite(algorithm.step(state).loss));

  const jem::trainer without_blocks{
      .loss = loss, .sampler = sampler, .optimiser = optimiser, .batch = 16, .steps = 3, .buffer = {.capacity = 64}};
  jem::rng g{1};
  CHECK_THROWS_WITH_AS(without_blocks.init(small_net(), set, g), doctest::Contains("[trainer] expected a buffer with classes"),
                       std::invalid_argument);
  const jem::trainer small_blocks{
      .loss = loss, .sampler = sampler, .optimiser = optimiser, .batch = 16, .steps = 3, .buffer = {.capacity = 30, .classes = 2}};
  CHECK_THROWS_WITH_AS(small_blocks.init(small_net(), set, g), doctest::Contains("chains of a class in the buffer >= 16"),
                       std::invalid_argument);
}

TEST_CASE("with class blocks the samples of the p(x) term are drawn by class, and each block has samples of its class") {
  const auto set = two_gaussians(256);
  const jem::trainer algorithm{
      .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 32, .steps = 10, .buffer = {.capacity = 100, .classes = 2}};
  jem::rng random_state{1};
  auto state = algorithm.init(small_net(), set, random_state);
  for (int k = 0; k < 200; ++k) algorithm.step(state);
  decltype(state.net)::cache<T> cache;
  std::vector<std::int32_t> blocks(100);
  for (std::size_t i = 50; i < 100; ++i) blocks[i] = 1;
  CHECK(jem::metrics::accuracy(state.net.forward(state.buffer.positions(), cache), jem::labels<T>({100}, blocks)) > 0.9f);
}

TEST_CASE("a loss that is not finite throws, and no bit of the network changes") {
  for (const float bad : {NAN, HUGE_VALF, 1e38f}) {
    const auto set = two_gaussians(32);
    auto spoiled   = set.x.to_vector();
    spoiled[7]     = bad;
    const dataset data{T({32, 2}, spoiled), set.y, 2};
    const jem::trainer algorithm{
        .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 32, .steps = 1, .buffer = {.capacity = 64}};
    jem::rng random_state{1};
    auto state        = algorithm.init(small_net(), data, random_state);
    const auto before = bits_of(state.net);
    CHECK_THROWS_WITH_AS(algorithm.step(state), doctest::Contains("[trainer] expected a finite loss and gradient"), jem::divergence_error);
    CHECK(bits_of(state.net) == before);
    CHECK(state.iteration == 0);
    CHECK(state.moments.updates == 0);
  }
}

TEST_CASE("a negative, infinite or NaN learning rate is refused, and network, moments and buffer do not change") {
  for (const float bad : {NAN, HUGE_VALF, -0.1f}) {
    const auto set = two_gaussians(32);
    const jem::trainer algorithm{.loss      = hybrid,
                                 .sampler   = sampler,
                                 .optimiser = jem::adam{.learning_rate = [bad](jem::index_t) { return bad; }},
                                 .batch     = 16,
                                 .steps     = 1,
                                 .buffer    = {.capacity = 64}};
    jem::rng random_state{1};
    auto state        = algorithm.init(small_net(), set, random_state);
    const auto before = bits_of(state.net);
    const auto chains = state.buffer.positions().to_vector();
    CHECK_THROWS_WITH_AS(algorithm.step(state), doctest::Contains("[adam] expected learning_rate >= 0, finite, but received"),
                         std::invalid_argument);
    CHECK(bits_of(state.net) == before);
    CHECK(state.buffer.positions().to_vector() == chains);
    CHECK(state.moments.updates == 0);
    CHECK(state.iteration == 0);
  }
}

TEST_CASE("the error of a run that diverged names the iteration") {
  const auto set = two_gaussians(32);
  const jem::trainer algorithm{.loss      = jem::cross_entropy{},
                               .sampler   = sampler,
                               .optimiser = jem::adam{.learning_rate = [](jem::index_t k) { return k == 2 ? 1e30f : 0.01f; }},
                               .batch     = 32};
  jem::rng random_state{1};
  auto state = algorithm.init(small_net(), set, random_state);
  for (int k = 0; k < 3; ++k) algorithm.step(state);
  jem::index_t at = -1;
  try {
    algorithm.step(state);
  } catch (const jem::divergence_error& e) {
    at = e.iteration;
    CHECK(std::string(e.what()).find("at iteration 3") != std::string::npos);
  }
  CHECK(at == 3);
}

TEST_CASE("the gradient's norm is bounded if a limit is set, and reported as before") {
  const auto set = two_gaussians(32);
  const auto run = [&](float limit) {
    const jem::trainer algorithm{.loss           = jem::cross_entropy{},
                                 .sampler        = sampler,
                                 .optimiser      = jem::sgd{.learning_rate = jem::linear_warm_up{.rate = 1}},
                                 .batch          = 32,
                                 .data_noise     = 0,
                                 .gradient_limit = limit};
    jem::rng random_state{1};
    auto state      = algorithm.init(small_net(), set, random_state);
    const auto info = algorithm.step(state);
    auto moved      = state.net;
    const auto was  = small_net();
    jem::for_each_parameter_of([](T& p, const T& start) { jem::add_scaled(p, -1, start); }, moved, was);
    return std::pair{info.gradient_norm, jem::global_norm(moved)};
  };
  const auto [norm, step] = run(0);
  CHECK(step == doctest::Approx(norm).epsilon(1e-4));
  const auto [same_norm, short_step] = run(static_cast<float>(norm) / 4);
  CHECK(same_norm == doctest::Approx(norm));
  CHECK(short_step == doctest::Approx(norm / 4).epsilon(1e-4));
}

TEST_CASE("the same seed trains the same bits on one, two and seven threads") {
  const jem::trainer algorithm{
      .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 64, .steps = 3, .buffer = {.capacity = 100}};
  const auto one = train_convnet(algorithm, 1);
  CHECK(one == train_convnet(algorithm, 2));
  CHECK(one == train_convnet(algorithm, 7));
  CHECK(std::all_of(one.begin(), one.end(), [](float x) { return std::isfinite(x); }));
}

TEST_CASE("training with sharpness has the same bits on one, two and seven threads, and others than without") {
  const auto with = [](const auto& sharpness) {
    return jem::trainer{.loss      = hybrid,
                        .sampler   = sampler,
                        .optimiser = optimiser,
                        .batch     = 64,
                        .steps     = 3,
                        .buffer    = {.capacity = 100},
                        .sharpness = sharpness};
  };
  const auto flat = with(jem::adaptive_sharpness{});
  const auto one  = train_convnet(flat, 1);
  CHECK(one == train_convnet(flat, 2));
  CHECK(one == train_convnet(flat, 7));
  CHECK(one != train_convnet(with(jem::no_sharpness{}), 2));
}

TEST_CASE("augmented training has the same bits on one, two and seven threads, and others than plain training") {
  const auto with = [](const auto& augment) {
    return jem::trainer{.loss      = hybrid,
                        .sampler   = sampler,
                        .optimiser = optimiser,
                        .batch     = 64,
                        .steps     = 3,
                        .buffer    = {.capacity = 100},
                        .augment   = augment};
  };
  const auto both = with(jem::data::augment{.labelled = crop_and_flip, .unlabelled = crop_and_flip});
  const auto one  = train_convnet(both, 1);
  CHECK(one == train_convnet(both, 2));
  CHECK(one == train_convnet(both, 7));
  const auto plain = train_convnet(with(jem::data::augment{}), 2);
  CHECK(one != plain);
  const jem::trainer unsaid{
      .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 64, .steps = 3, .buffer = {.capacity = 100}};
  CHECK(plain == train_convnet(unsaid, 2));
}

TEST_CASE("both streams have separate augmentations, which come before the noise, and the p(x) term may have none") {
  const auto set = two_gaussians(64);
  std::vector<float> labelled, unlabelled;
  const auto run = [&](const auto& augment) {
    const jem::trainer algorithm{.loss       = hybrid,
                                 .sampler    = sampler,
                                 .optimiser  = optimiser,
                                 .batch      = 16,
                                 .steps      = 1,
                                 .data_noise = 0,
                                 .buffer     = {.capacity = 40},
                                 .augment    = augment};
    jem::rng g{1};
    auto state = algorithm.init(small_net(), set, g);
    return algorithm.step(state);
  };
  decltype(small_net())::cache<T> cache;
  const auto energy_at = [&](float value) { return -jem::mean(log_sum_exp(small_net().forward(jem::full<T>({1, 2}, value), cache))); };
  const auto both      = run(jem::data::augment{.labelled = spy{0.5f, &labelled}, .unlabelled = spy{-0.25f, &unlabelled}});
  CHECK(labelled.size() == 32);
  CHECK(unlabelled.size() == 32);
  CHECK(labelled != unlabelled);  // the two streams give different batches
  CHECK(both.energy_data == doctest::Approx(energy_at(-0.25f)).epsilon(1e-5));
  unlabelled.clear();
  const auto only_labelled = run(jem::data::augment{.labelled = spy{0.5f, &labelled}});
  CHECK(unlabelled.empty());
  CHECK(labelled.size() == 64);
  CHECK(only_labelled.energy_data == run(jem::data::augment{}).energy_data);
}

TEST_CASE("a loss that reads no p(x) data draws and augments none") {
  const auto set = two_gaussians(64);
  std::vector<float> labelled, unlabelled;
  const jem::trainer algorithm{.loss      = jem::cross_entropy{},
                               .sampler   = sampler,
                               .optimiser = optimiser,
                               .batch     = 16,
                               .augment   = jem::data::augment{.labelled = spy{0, &labelled}, .unlabelled = spy{0, &unlabelled}}};
  jem::rng g{1};
  auto state = algorithm.init(small_net(), set, g);
  algorithm.step(state);
  CHECK(labelled.size() == 32);
  CHECK(unlabelled.empty());
}

TEST_CASE("both streams give their sets in epochs, or draw with replacement") {
  const auto set = two_gaussians(16);
  const std::vector<int> once(16, 1);
  for (const auto draws : {jem::data::draws::shuffled, jem::data::draws::with_replacement}) {
    std::vector<float> labelled, unlabelled;
    const auto algorithm = spied(&labelled, &unlabelled, draws);
    jem::rng g{1};
    auto state = algorithm.init(small_net(), set, g);
    algorithm.step(state);
    const bool shuffled = draws == jem::data::draws::shuffled;  // sixteen draws with replacement are all different with probability 1e-6
    CHECK((counts(labelled, set) == once) == shuffled);
    CHECK((counts(unlabelled, set) == once) == shuffled);
    if (!shuffled) CHECK(counts(labelled, set) != counts(unlabelled, set));
  }
}

TEST_CASE("in semi-supervised training labelled images are from one set, and those of p(x) from the other") {
  const auto all = two_gaussians(256);
  const auto few = jem::data::first_per_class(all, 8);
  std::vector<float> labelled, unlabelled;
  const auto algorithm = spied(&labelled, &unlabelled);
  jem::rng g{1};
  auto state = algorithm.init(small_net(), few, all, g);
  for (int k = 0; k < 16; ++k) algorithm.step(state);
  CHECK(counts(labelled, few) == std::vector<int>(16, 16));
  CHECK(counts(unlabelled, all) == std::vector<int>(256, 1));
}

TEST_CASE("semi-supervised training learns two gaussians from eight labels a class, and both sets may be the same") {
  const auto all = two_gaussians(256);
  jem::rng g{1};
  const auto few = jem::data::random_per_class(all, 8, g);
  const jem::trainer algorithm{
      .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 16, .steps = 5, .buffer = {.capacity = 200}};
  auto state = algorithm.init(small_net(), few, all, g);
  for (int k = 0; k < 150; ++k) algorithm.step(state);
  decltype(state.net)::cache<T> cache;
  CHECK(jem::metrics::accuracy(state.net.forward(all.x, cache), all.y) > 0.95f);

  jem::rng one{3}, two{3};
  auto of_one = algorithm.init(small_net(), all, one), of_two = algorithm.init(small_net(), all, all, two);
  for (int k = 0; k < 3; ++k) CHECK(algorithm.step(of_one).loss == algorithm.step(of_two).loss);
}

TEST_CASE("a labelled set smaller than a batch, or with images of another size, is refused at once") {
  const auto all = two_gaussians(64);
  const jem::trainer algorithm{
      .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 16, .steps = 1, .buffer = {.capacity = 40}};
  const auto few = jem::data::first_per_class(all, 7);
  const dataset wide{jem::zeros<T>({64, 3}), all.y, 2};
  jem::rng g{1};
  CHECK_THROWS_WITH_AS(algorithm.init(small_net(), few, all, g),
                       "[batches] expected a batch of at most 14, the size of the set, but received 16", std::invalid_argument);
  CHECK_THROWS_WITH_AS(algorithm.init(small_net(), all, few, g),
                       "[batches] expected a batch of at most 14, the size of the set, but received 16", std::invalid_argument);
  CHECK_THROWS_WITH_AS(algorithm.init(small_net(), all, wide, g), "[trainer: unlabelled images] expected (64, 2) but received (64, 3)",
                       std::invalid_argument);
}

TEST_CASE("images of another size than the network's are refused before anything is trained, and so are too few logits") {
  jem::rng g{5};
  const jem::trainer algorithm{
      .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 4, .steps = 1, .buffer = {.capacity = 40}};
  const jem::convnet<T> net({.height = 8, .width = 8, .classes = 4, .widths = {4, 8}}, g);
  const auto set = [](const jem::shape& extents, jem::index_t classes) {
    return dataset{jem::zeros<T>(extents), jem::zeros<jem::labels<T>>({extents[0]}), classes};
  };
  const auto larger = set({4, 10, 10, 1}, 4), colour = set({4, 8, 8, 3}, 4), classes = set({4, 8, 8, 1}, 5), flat = set({4, 64}, 4);
  const std::string where = "[trainer] expected images of the network's size but received ";
  const auto complaint    = [&](const dataset& data) -> std::string {
    try {
      algorithm.init(net, data, g);
    } catch (const std::invalid_argument& e) { return e.what(); }
    return "";
  };
  CHECK(complaint(larger) == where + "(1, 10, 10, 1), of which it says: [matmul] expected (1, 200) x (200, k) but received (128, 4)");
  CHECK(complaint(colour).starts_with(where + "(1, 8, 8, 3), of which it says: [convolution] expected"));
  CHECK(complaint(flat).starts_with(where + "(1, 64), of which it says: [convolution] expected"));
  CHECK(complaint(classes) == "[trainer] expected logits (1, k), k >= 5, the classes of the data, but received (1, 4)");
  CHECK(complaint(set({4, 8, 8, 1}, 4)) == "");
  const jem::trainer without_labels{.loss      = jem::contrastive_divergence{},
                                    .sampler   = sampler,
                                    .optimiser = optimiser,
                                    .batch     = 4,
                                    .steps     = 1,
                                    .buffer    = {.capacity = 40}};
  CHECK(without_labels.init(net, classes, g).iteration == 0);
}

TEST_CASE("a state and a copy of it continue in the same way") {
  const auto set = two_gaussians(64);
  const jem::trainer algorithm{
      .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 16, .steps = 2, .buffer = {.capacity = 40}};
  jem::rng random_state{1};
  auto state = algorithm.init(small_net(), set, random_state);
  for (int k = 0; k < 5; ++k) algorithm.step(state);
  auto copy = state;
  for (int k = 0; k < 5; ++k) CHECK(algorithm.step(state).loss == algorithm.step(copy).loss);
  CHECK(bits_of(state.net) == bits_of(copy.net));
  jem::rng random_other{2};
  auto other = algorithm.init(small_net(), set, random_other);
  CHECK(algorithm.step(other).loss != algorithm.step(copy).loss);
}

TEST_CASE("a batch larger than the data, a negative number of steps and an empty batch are refused before anything is trained") {
  const auto set  = two_gaussians(10);
  const auto make = [&](jem::index_t batch, jem::index_t steps) {
    const jem::trainer algorithm{
        .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = batch, .steps = steps, .buffer = {.capacity = 64}};
    jem::rng g{1};
    return algorithm.init(small_net(), set, g);
  };
  CHECK_THROWS_WITH_AS(make(11, 1), "[batches] expected a batch of at most 10, the size of the set, but received 11",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make(5, -1), "[trainer] expected steps >= 0 but received -1", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make(0, 1), "[trainer] expected batch >= 1 but received 0", std::invalid_argument);
  CHECK(make(10, 0).iteration == 0);
}

TEST_CASE("a batch larger than the buffer is refused before anything is trained") {
  const auto set = two_gaussians(32);
  const jem::trainer algorithm{
      .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 16, .steps = 1, .buffer = {.capacity = 15}};
  jem::rng g{1};
  CHECK_THROWS_WITH_AS(algorithm.init(small_net(), set, g), "[trainer] expected chains of a class in the buffer >= 16 but received 15",
                       std::invalid_argument);
}

namespace {

constexpr auto matched = jem::cross_entropy{} + 2.0f * jem::gradient_matching{} + 0.3f * jem::outlier_exposure{};

/// A path whose points are all at 7, with targets 0.
struct at_seven {
  jem::gradient_targets<T> operator()(const T& x, jem::rng&) const {
    CHECK(x.extents() == jem::shape{4, 2});
    return {jem::full<T>(x.extents(), 7), jem::zeros<T>(x.extents())};
  }
};

/// A law of outliers that records how many images are drawn.
struct counted {
  jem::index_t* rows;

  template <jem::tensor_value X>
  X operator()(const jem::shape& extents, jem::rng&) const {
    *rows = extents[0];
    return jem::zeros<X>(extents);
  }
};

}  // namespace

TEST_CASE("a trainer without a sampler learns energies by their gradients, for all images and for each class") {
  const auto set      = two_gaussians(200);
  const auto finished = [&](const auto& loss) {
    jem::rng g{5};
    const jem::trainer matching{
        .loss = loss, .optimiser = optimiser, .batch = 50, .path = jem::straight_path{.direction = jem::toward{jem::uniform_start{-4, 4}}}};
    auto state   = matching.init(small_net(), set, g);
    double first = 0, last = 0;
    for (int i = 0; i < 300; ++i) {
      const auto info = matching.step(state);
      (i < 20 ? first : last) += i < 20 || i >= 280 ? info.residual / 20 : 0;
      CHECK(std::isnan(info.energy_sample));
    }
    CHECK(last < 0.5 * first);  // 0.34 and 0.16 of it were measured; it cannot become 0, since the network does not know a point's noise
    return state.net;
  };
  const auto of_x  = finished(matched);
  const auto of_xy = finished(jem::cross_entropy{} + 2.0f * jem::joint_gradient_matching{});
  const T x({3, 2}, {-0.8f, 0, 0.8f, 0, 0, 3});
  for (const auto& net : {of_x, of_xy}) {
    const auto e = jem::marginal_energy{net}.value(x).to_vector();
    CHECK(e[0] < e[2] - 1);  // a point far from the data has a higher energy
    CHECK(e[1] < e[2] - 1);
  }
}

TEST_CASE("a trainer draws points by its path, and the given number of outliers by their law") {
  const auto set    = two_gaussians(20);
  jem::index_t rows = 0;
  const jem::trainer matching{.loss          = matched,
                              .sampler       = sampler,
                              .optimiser     = optimiser,
                              .batch         = 4,
                              .path          = at_seven{},
                              .outliers      = counted{&rows},
                              .outlier_batch = 3};
  jem::rng g{5};
  auto state      = matching.init(small_net(), set, g);
  const auto net  = state.net;
  const auto info = matching.step(state);
  CHECK(rows == 3);
  T gradient({4, 2});
  (void)jem::marginal_energy{net}.value_and_grad(jem::full<T>({4, 2}, 7), gradient);
  CHECK(info.residual == doctest::Approx(jem::squared_norm(gradient) / 8));
}

TEST_CASE("one state can be trained first by matched gradients and then by chains") {
  const auto set = two_gaussians(100);
  const jem::trainer chains{
      .loss = hybrid, .sampler = sampler, .optimiser = optimiser, .batch = 20, .steps = 5, .buffer = {.capacity = 40}};
  const jem::trainer matching{.loss = matched, .optimiser = optimiser, .batch = 20};
  jem::rng g{5};
  auto state = chains.init(small_net(), set, g);
  for (int i = 0; i < 20; ++i) {
    const auto info = i < 10 ? matching.step(state) : chains.step(state);
    CHECK(std::isnan(info.residual) == (i >= 10));
    CHECK(std::isnan(info.energy_sample) == (i < 10));
  }
  CHECK(state.iteration == 20);
}

TEST_CASE("a loss that reads samples needs a sampler") {
  const auto set = two_gaussians(100);
  jem::rng g{5};
  const jem::trainer without{.loss = hybrid, .optimiser = optimiser, .batch = 20};
  CHECK_THROWS_WITH_AS(without.init(small_net(), set, g), "[trainer] expected a sampler for a loss that reads samples but received none",
                       std::invalid_argument);
}

namespace {

/// Writes down what it is shown, and sets the images to one value.
struct witness {
  std::vector<float>* images;
  std::vector<std::int32_t>* labels;

  void operator()(const jem::mlp<T>& net, T& x, const jem::labels<T>& y, jem::rng&) const {
    CHECK(bits_of(net) == bits_of(small_net()));
    *images = x.to_vector();
    *labels = y.to_vector();
    fill(x, 0.5f);
  }
};

/// One step of small_net, in which labelled images are made 2 and those for p(x) −0.25 before noise and adversary.
template <class Loss, class Adversary>
jem::training_info step_against(const Loss& loss, const Adversary& adversary) {
  const auto set = two_gaussians(64);
  std::vector<float> seen;
  const jem::trainer algorithm{.loss       = loss,
                               .sampler    = sampler,
                               .optimiser  = optimiser,
                               .batch      = 16,
                               .steps      = 1,
                               .data_noise = 0,
                               .buffer     = {.capacity = 40},
                               .augment    = jem::data::augment{.labelled = spy{2, &seen}, .unlabelled = spy{-0.25f, &seen}},
                               .adversary  = adversary};
  jem::rng g{1};
  auto state = algorithm.init(small_net(), set, g);
  return algorithm.step(state);
}

}  // namespace

TEST_CASE("an adversary sees the network and the augmented images with their labels, and the loss is that of what it leaves of them") {
  std::vector<float> images;
  std::vector<std::int32_t> labels;
  const auto info = step_against(jem::cross_entropy{}, witness{&images, &labels});
  CHECK(images == std::vector<float>(32, 2.0f));
  REQUIRE(labels.size() == 16);
  decltype(small_net())::cache<T> cache;
  T slope;
  const T logits = small_net().forward(jem::full<T>({16, 2}, 0.5f), cache);
  CHECK(info.loss == doctest::Approx(jem::mean(jem::cross_entropies(logits, jem::labels<T>({16}, labels), slope))));
}

TEST_CASE("an adversary lets the data of p(x) alone, and is not asked by a loss that reads no labels") {
  std::vector<float> images;
  std::vector<std::int32_t> labels;
  const auto without = step_against(hybrid, jem::no_adversary{}), with = step_against(hybrid, witness{&images, &labels});
  CHECK(with.energy_data == without.energy_data);
  CHECK(with.loss != without.loss);
  images.clear();
  step_against(jem::contrastive_divergence{}, witness{&images, &labels});
  CHECK(images.empty());
}

TEST_CASE("an iteration tells how well energies tell data from samples") {
  const auto set = two_gaussians(64);
  const auto run = [&](const auto& loss) {
    const jem::trainer algorithm{
        .loss = loss, .sampler = sampler, .optimiser = optimiser, .batch = 16, .steps = 0, .buffer = {.capacity = 40}};
    jem::rng g{1};
    auto state = algorithm.init(small_net(), set, g);
    return algorithm.step(state).auroc;
  };
  CHECK((run(hybrid) > 0 && run(hybrid) < 1));
  CHECK(std::isnan(run(jem::cross_entropy{})));
}
