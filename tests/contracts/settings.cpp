// SPDX-License-Identifier: MIT
// Sets every field of every type of settings to unusual numbers, and checks which are refused and which are accepted. The list of types
// and fields is read from the headers, so that none is missing here.
#include "../support/public_fields.hpp"

#include <jem/data/augment.hpp>
#include <jem/data/cifar.hpp>
#include <jem/evaluate/adversary.hpp>
#include <jem/evaluate/attack.hpp>
#include <jem/evaluate/strong_attack.hpp>
#include <jem/io/picture.hpp>
#include <jem/jem.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <sstream>

namespace {

using tensor = jem::tensor<float, jem::reference>;
using bowl   = jem::gaussian<tensor>;

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity  = std::numeric_limits<double>::infinity();

/// A field, a function that makes and uses settings with a number in the field, and which numbers it takes: "yes" or "no" for −1, 0, NaN,
/// infinity and the largest number of the field's type. A field that is not a number has neither.
struct entry {
  std::string type, field;
  std::string takes{};
  std::function<void(double)> use{};
  double largest = 0;
};

template <class N>
N to_number(double value) {
  if constexpr (std::integral<N>) {
    return value >= 9e18 ? std::numeric_limits<N>::max() : static_cast<N>(value);
  } else {
    return static_cast<N>(value);
  }
}

/// A field that is checked when it is constructed and when it is assigned. Making a whole number of NaN or infinity does not compile, and
/// counts as "no".
template <class S, class F>
entry number(std::string type, std::string field, F S::* member, S settings, std::string takes) {
  using N = typename F::value_type;
  CHECK_MESSAGE(F::name == field, type << " calls " << field << " " << F::name);
  CHECK_MESSAGE(type.ends_with(F::where), type << " is called " << F::where << " by its " << field);
  static_assert(!std::integral<N> || !std::constructible_from<F, double>);
  const auto use = [=](double value) {
    if (std::integral<N> && !std::isfinite(value)) jem::fail(type, field, "what does not compile");
    S changed       = settings;
    changed.*member = to_number<N>(value);
  };
  return {type, field, takes, use, static_cast<double>(std::numeric_limits<N>::max())};
}

/// A number that a schedule or a policy returns, which is checked when it is used.
entry asked(std::string type, std::string field, std::function<void(double)> use, std::string takes,
            double largest = std::numeric_limits<float>::max()) {
  return {type, field, takes, use, largest};
}

/// Fields that are not numbers: policies, which check their own fields, switches, and functions.
void append_others(std::vector<entry>& all, const std::string& type, const std::vector<std::string>& fields) {
  for (const auto& field : fields) all.push_back({type, field});
}

/// One step of a sampler. If it throws, state and generator have to be unchanged.
template <class K>
void one_step(const K& kernel) {
  const bowl energy(jem::zeros<tensor>({2}), jem::full<tensor>({2}, 1));
  const auto start = jem::full<tensor>({3, 2}, 1);
  jem::rng rng{1};
  auto state = kernel.init(energy, start);
  try {
    kernel.step(energy, state, rng);
  } catch (...) {
    CHECK(rng == jem::rng{1});
    CHECK(state.position.to_vector() == start.to_vector());
    CHECK(state.step == 0);
    throw;
  }
}

/// One update of an optimiser. If it throws, network and state have to be unchanged.
template <class Optimiser>
void one_update(const Optimiser& optimiser) {
  using net            = jem::linear<tensor>;
  const auto ones      = [] { return net{jem::full<tensor>({2, 1}, 1), jem::full<tensor>({1}, 1)}; };
  const auto numbers   = [](const net& n) { return n.weight.to_vector(); };
  net changed          = ones();
  auto state           = optimiser.init(changed);
  const auto was       = state;
  const auto moment_of = [&](const auto& s) {
    if constexpr (requires { s.velocity; }) {
      return numbers(s.velocity);
    } else {
      return numbers(s.first);
    }
  };
  try {
    optimiser.step(state, changed, ones());
  } catch (...) {
    CHECK(numbers(changed) == numbers(ones()));
    CHECK(moment_of(state) == moment_of(was));
    CHECK(state.updates == 0);
    throw;
  }
}

auto always(double value) {
  return [value](jem::index_t) { return static_cast<float>(value); };
}

/// Draws from a start. If this throws, the generator has to be unchanged.
void draw(const jem::uniform_start& start) {
  jem::rng rng{1};
  try {
    start.operator()<tensor>({3, 2}, rng);
  } catch (...) {
    CHECK(rng == jem::rng{1});
    throw;
  }
}

jem::sgld<jem::constant, jem::fixed_noise, jem::identity, jem::box> within(jem::box ends) { return {{0.1f}, {0.1f}, {}, ends}; }

//                                                                          −1   0   NaN infinity largest
std::vector<entry> samplers() {
  using namespace jem;
  std::vector<entry> all{
      number("constant", "value", &constant::value, {1}, "no yes no no yes"),  // a schedule may reach 0, and a rate of 0 may be wanted
      number("polynomial_decay", "first", &polynomial_decay::first, {1}, "no yes no no yes"),
      number("polynomial_decay", "delay", &polynomial_decay::delay, {1}, "no no no no yes"),
      number("polynomial_decay", "power", &polynomial_decay::power, {1}, "no yes no no yes"),
      number("geometric_decay", "first", &geometric_decay::first, {}, "no no no no yes"),
      number("geometric_decay", "last", &geometric_decay::last, {}, "no no no no yes"),
      number("geometric_decay", "steps", &geometric_decay::steps, {}, "no no no no yes"),
      number("fixed_noise", "deviation", &fixed_noise::deviation, {1}, "no yes no no yes"),  // 0: descent
      number("fading_noise", "deviation", &fading_noise::deviation, {1}, "no yes no no yes"),
      number("fading_noise", "first", &fading_noise::first, {1, 0.1f, 0.05f}, "no no no no yes"),
      number("fading_noise", "last", &fading_noise::last, {1, 0.1f, 0.05f}, "no no no no yes"),
      number("langevin_noise", "temperature", &langevin_noise::temperature, {}, "no yes no no yes"),
      number("rising_noise", "temperature", &rising_noise::temperature, {}, "no yes no no yes"),
      number("rising_noise", "from", &rising_noise::from, {}, "no yes no no yes"),
      number("rising_noise", "until", &rising_noise::until, {}, "no yes no no yes"),
      asked(
          "sgld", "step_size", [](double v) { one_step(sgld{.step_size = always(v), .noise = fixed_noise{0}}); }, "no yes no no yes"),
      asked(
          "sgld", "noise",
          [](double v) { one_step(sgld{.step_size = constant{1}, .noise = [v](float) { return static_cast<float>(v); }}); },
          "no yes no no yes"),
      asked(
          "proximal_langevin", "step_size", [](double v) { one_step(proximal_langevin{.step_size = always(v)}); }, "no yes no no yes"),
      number("proximal_langevin", "inner", &proximal_langevin<>::inner, {1}, "no no no no yes"),
      number("langevin", "step_size", &langevin::step_size, {.step_size = 1}, "no no no no yes"),  // frozen at 0
      number("kept_draws", "draws", &kept_draws::draws, {1}, "no yes no no yes"),
      number("kept_draws", "burn_in", &kept_draws::burn_in, {1}, "no yes no no yes"),
      number("kept_draws", "thin", &kept_draws::thin, {1}, "no no no no yes"),
      number("hamiltonian", "step_size", &hamiltonian<>::step_size, {.step_size = 1}, "no no no no yes"),
      number("hamiltonian", "steps", &hamiltonian<>::steps, {.step_size = 1}, "no no no no yes"),
      number("persistent_hamiltonian", "step_size", &persistent_hamiltonian<>::step_size, {}, "no no no no yes"),
      number("persistent_hamiltonian", "refreshment", &persistent_hamiltonian<>::refreshment, {}, "no yes no no no"),
      number("adaptation", "acceptance", &adaptation::acceptance, {}, "no yes no no no"),
      number("adaptation", "most_steps", &adaptation::most_steps, {}, "no no no no yes"),
      number("dual_averaging", "acceptance", &dual_averaging::acceptance, {}, "no yes no no no"),
      number("dual_averaging", "decay", &dual_averaging::decay, {}, "no no no no yes"),
      number("dual_averaging", "ahead", &dual_averaging::ahead, {}, "no no no no yes"),
      number("chees", "rate", &chees::rate, {}, "no no no no yes"),
      number("chees", "forgetting", &chees::forgetting, {}, "no yes no no no"),
      number("chees", "longest", &chees::longest, {}, "no no no no yes"),
      number("meads", "caution", &meads::caution, {}, "no no no no yes"),
      number("clip_elements", "limit", &clip_elements::limit, {}, "no no no no yes"),
      number("clip_norm", "limit", &clip_norm::limit, {}, "no yes no no yes"),  // 0 is the projection of an attack of radius 0
      number("box", "low", &box::low, {-2, 2}, "yes yes no no yes"),            // −infinity for no bound; `high` may be infinity
      number("box", "high", &box::high, {-2, 2}, "yes yes no yes yes"),
      number("uniform_start", "low", &uniform_start::low, {}, "yes yes no no yes"),
      number("uniform_start", "high", &uniform_start::high, {}, "yes yes no no yes"),
      number("normal_start", "mean", &normal_start::mean, {}, "yes yes no no yes"),
      number("normal_start", "deviation", &normal_start::deviation, {}, "no yes no no yes"),  // 0 for a start at the mean
      number("uniform_level", "low", &uniform_level::low, {}, "no yes no no yes"),
      number("uniform_level", "high", &uniform_level::high, {}, "no yes no no yes"),
      number("log_uniform_level", "low", &log_uniform_level::low, {}, "no no no no yes"),
      number("log_uniform_level", "high", &log_uniform_level::high, {}, "no no no no yes"),
      number("ramp", "level", &ramp::level, {}, "no no no no yes"),
      number("replay_options", "capacity", &replay_options::capacity, {}, "no no no no no"),  // at most 2³¹ − 1
      number("replay_options", "restart_probability", &replay_options::restart_probability, {}, "no yes no no no"),
      number("replay_options", "classes", &replay_options::classes, {}, "no yes no no yes"),
      number("tempered_energy", "temperature", &tempered_energy<int>::temperature, {1, 1}, "no no no no yes"),
      number("row_energy", "size", &row_energy<int>::size, {2, 1}, "no yes no no yes"),
      number("dual_energy", "size", &dual_energy<int>::size, {2, 1}, "no yes no no no"),  // at most 64
      number("variable", "count", &variable<>::count, variable{"x"}, "no no no no yes"),
      number("support::above", "low", &support::above::low, {1}, "yes yes no no yes"),
      number("support::below", "high", &support::below::high, {1}, "yes yes no no yes"),
      number("support::interval", "low", &support::interval::low, {0, 1}, "yes yes no no yes"),
      number("support::interval", "high", &support::interval::high, {0, 1}, "yes yes no no yes"),
  };
  append_others(all, "sgld", {"transform", "constraint"});
  append_others(all, "proximal_langevin", {"transform", "constraint"});
  append_others(all, "hamiltonian", {"integrate", "metric", "trajectory"});
  append_others(all, "persistent_hamiltonian", {"metric"});
  append_others(all, "diagonal_metric", {"scale"});
  append_others(all, "metropolis", {"proposal"});
  append_others(all, "tempered_energy", {"inner"});
  append_others(all, "row_energy", {"function"});
  append_others(all, "dual_energy", {"function"});
  append_others(all, "variable", {"name", "support"});
  append_others(all, "on_support", {"parameters", "inner"});
  return all;
}

//                                                                          −1   0   NaN infinity largest
std::vector<entry> training() {
  using namespace jem;
  using plain = trainer<cross_entropy, int, int>;
  const plain t{{}, 0, 0};
  std::vector<entry> all{
      asked(
          "linear_warm_up", "rate", [](double v) { linear_warm_up{static_cast<float>(v)}(0); }, "no yes no no yes"),
      number("linear_warm_up", "updates", &linear_warm_up<>::updates, {1}, "no yes no no yes"),
      number("step_decay", "rate", &step_decay::rate, {1}, "no yes no no yes"),
      number("step_decay", "factor", &step_decay::factor, {1}, "no yes no no yes"),
      number("cosine_decay", "rate", &cosine_decay::rate, {1, 1}, "no yes no no yes"),
      number("cosine_decay", "updates", &cosine_decay::updates, {1, 1}, "no no no no yes"),
      number("cosine_decay", "last", &cosine_decay::last, {1, 1}, "no yes no no yes"),
      asked(
          "adam", "learning_rate", [](double v) { one_update(adam{.learning_rate = always(v)}); }, "no yes no no yes"),
      number("adam", "beta1", &adam<>::beta1, {{1}}, "no yes no no no"),
      number("adam", "beta2", &adam<>::beta2, {{1}}, "no yes no no no"),
      number("adam", "epsilon", &adam<>::epsilon, {{1}}, "no no no no yes"),  // 0 would give 0/0 where a gradient is 0
      asked(
          "adamw", "learning_rate", [](double v) { one_update(adamw{.learning_rate = always(v)}); }, "no yes no no yes"),
      number("adamw", "beta1", &adamw<>::beta1, {{1}}, "no yes no no no"),
      number("adamw", "beta2", &adamw<>::beta2, {{1}}, "no yes no no no"),
      number("adamw", "epsilon", &adamw<>::epsilon, {{1}}, "no no no no yes"),
      number("adamw", "weight_decay", &adamw<>::weight_decay, {{1}}, "no yes no no yes"),
      asked(
          "sgd", "learning_rate", [](double v) { one_update(sgd{.learning_rate = always(v)}); }, "no yes no no yes"),
      number("sgd", "momentum", &sgd<>::momentum, {{1}}, "no yes no no yes"),
      number("sgd", "weight_decay", &sgd<>::weight_decay, {{1}}, "no yes no no yes"),
      number("sharpness", "radius", &sharpness::radius, {}, "no yes no no yes"),  // 0 switches it off
      number("adaptive_sharpness", "radius", &adaptive_sharpness::radius, {}, "no yes no no yes"),
      number("ema", "decay", &ema::decay, {}, "no yes no no no"),
      number("weighted_loss", "factor", &weighted_loss<cross_entropy>::factor, {1, {}}, "yes yes no no yes"),  // 0 switches the term off
      number("trainer", "batch", &plain::batch, t, "no no no no yes"),  // `init` refuses batches larger than the set
      number("trainer", "steps", &plain::steps, t, "no yes no no yes"),
      number("trainer", "data_noise", &plain::data_noise, t, "no yes no no yes"),
      number("trainer", "gradient_limit", &plain::gradient_limit, t, "no yes no no yes"),  // 0 for no limit
      number("trainer", "reach", &plain::reach, t, "no no no no yes"),
      number("trainer", "outlier_batch", &plain::outlier_batch, t, "no no no no yes"),
      number("last_step_options", "entropy", &last_step_options::entropy, {}, "no yes no no yes"),  // 0: none
      number("last_step_options", "reach", &last_step_options::reach, {}, "no no no no yes"),
      number("trimmed_divergence", "share", &trimmed_divergence::share, {}, "no yes no no no"),
      number("trimmed_divergence", "bound", &trimmed_divergence::bound, {}, "no yes no no yes"),  // 0: none
      number("curriculum_options", "first", &curriculum_options::first, {}, "no yes no no yes"),
      number("curriculum_options", "last", &curriculum_options::last, {}, "no yes no no yes"),
      number("curriculum_options", "reaches", &curriculum_options::reaches, {}, "no yes no no no"),  // 0: a step more every time
      number("curriculum_options", "over", &curriculum_options::over, {}, "no no no no yes"),
      number("monitor_options", "dimension", &monitor_options::dimension, {}, "no no no no yes"),
      number("monitor_options", "reach", &monitor_options::reach, {}, "no no no no yes"),
      number("monitor_options", "noise", &monitor_options::noise, {}, "no yes no no yes"),  // 0 for data without added noise
      number("monitor_options", "classes", &monitor_options::classes, {}, "no yes no no yes"),
      number("monitor_options", "patience", &monitor_options::patience, {}, "no yes no no yes"),  // 0 for no check
      number("guard_options", "proof", &guard_options::proof, {}, "no no no no yes"),
      number("guard_options", "tries", &guard_options::tries, {}, "no yes no no yes"),
      number("guard_options", "learning_rate", &guard_options::learning_rate, {}, "no no no no yes"),
      number("guard_options", "step_size", &guard_options::step_size, {}, "no no no no yes"),
      number("guard_options", "noise", &guard_options::noise, {}, "no no no no yes"),
      number("guard_options", "penalty", &guard_options::penalty, {}, "no yes no no yes"),
      number("guard_options", "gradient_limit", &guard_options::gradient_limit, {}, "no yes no no yes"),
      number("guard_options", "steps", &guard_options::steps, {}, "no no no no yes"),
      number("data::reflect_crop", "padding", &data::reflect_crop::padding, {}, "no yes no no no"),
      number("data::random_flip", "probability", &data::random_flip::probability, {}, "no yes no no no"),
      number("data::cifar_format", "label_bytes", &data::cifar_format::label_bytes, data::cifar10, "no no no no no"),  // 1 or 2
      number("data::cifar_format", "label", &data::cifar_format::label, data::cifar10, "no yes no no no"),
  };
  const auto milestone = [](double v) { step_decay{.rate = 1, .at = {to_number<index_t>(v)}}(0); };
  all.push_back(asked(
      "step_decay", "at",
      [milestone](double v) { std::isfinite(v) ? milestone(v) : jem::fail("step_decay", "at", "what does not compile"); },
      "no yes no no yes", 9.3e18));
  append_others(all, "sgd", {"nesterov"});
  append_others(all, "ema", {"rising_decay"});
  append_others(all, "weighted_loss", {"term"});
  append_others(all, "loss_sum", {"first", "second"});
  append_others(all, "trainer",
                {"loss", "sampler", "optimiser", "buffer", "augment", "draws", "path", "outliers", "last_step", "sharpness", "adversary"});
  append_others(all, "straight_path", {"direction", "level", "strength"});
  append_others(all, "half_and_half", {"first", "second"});
  for (const char* direction : {"added", "toward", "toward_near"}) append_others(all, direction, {"noise"});
  append_others(all, "data::augment", {"labelled", "unlabelled"});
  append_others(all, "data::in_turn", {"all"});
  append_others(all, "data::cifar_format", {"classes"});  // the reader of files checks labels
  return all;
}

//                                                                          −1   0   NaN infinity largest
std::vector<entry> networks_and_applications() {
  using namespace jem;
  using evaluate::pgd, evaluate::strong_attack;
  using io::picture_options;
  const auto widths = [](double v) {
    rng g{1};
    try {
      convnet<tensor>({.height = 4, .width = 4, .widths = {2, to_number<index_t>(v)}}, g);
    } catch (...) {
      CHECK(g == rng{1});
      throw;
    }
  };
  std::vector<entry> all{
      number("he_normal", "gain", &he_normal::gain, {}, "no yes no no yes"),
      number("functions::leaky_relu", "slope", &functions::leaky_relu::slope, {}, "yes yes no no yes"),  // −1 gives |x|
      number("normalize", "epsilon", &normalize<tensor>::epsilon, normalize<tensor>(1), "no yes no no yes"),
      number("average_pool", "window", &average_pool::window, {}, "no no no no no"),
      number("convolution_geometry", "stride", &convolution_geometry::stride, {}, "no no no no no"),  // at most 2²⁰, as extents
      number("convolution_geometry", "padding", &convolution_geometry::padding, {}, "no yes no no no"),
      number("conv2d_options", "in", &conv2d_options::in, {1, 1}, "no no no no no"),
      number("conv2d_options", "out", &conv2d_options::out, {1, 1}, "no no no no no"),
      number("conv2d_options", "kernel", &conv2d_options::kernel, {1, 1}, "no no no no no"),
      number("conv2d_options", "stride", &conv2d_options::stride, {1, 1}, "no no no no no"),
      number("conv2d_options", "padding", &conv2d_options::padding, {1, 1}, "no yes no no no"),
      number("wide_block_options", "in", &wide_block_options::in, {1, 1}, "no no no no no"),
      number("wide_block_options", "out", &wide_block_options::out, {1, 1}, "no no no no no"),
      number("wide_block_options", "stride", &wide_block_options::stride, {1, 1}, "no no no no no"),
      number("convnet_options", "height", &convnet_options::height, {1, 1}, "no no no no no"),
      number("convnet_options", "width", &convnet_options::width, {1, 1}, "no no no no no"),
      number("convnet_options", "channels", &convnet_options::channels, {1, 1}, "no no no no no"),
      number("convnet_options", "classes", &convnet_options::classes, {1, 1}, "no no no no no"),
      number("wide_resnet_options", "depth", &wide_resnet_options::depth, {}, "no no no no no"),  // has to be 6n + 4
      number("wide_resnet_options", "width", &wide_resnet_options::width, {}, "no no no no no"),
      number("wide_resnet_options", "channels", &wide_resnet_options::channels, {}, "no no no no no"),
      number("wide_resnet_options", "classes", &wide_resnet_options::classes, {}, "no no no no no"),
      number("wide_resnet_options", "stem", &wide_resnet_options::stem, {}, "no no no no no"),
      number("evaluate::strong_attack", "epsilon", &strong_attack<>::epsilon, {}, "no yes no no yes"),
      number("evaluate::strong_attack", "steps", &strong_attack<>::steps, {}, "no no no no yes"),
      number("evaluate::strong_attack", "starts", &strong_attack<>::starts, {}, "no no no no yes"),
      number("evaluate::strong_attack", "targets", &strong_attack<>::targets, {}, "no no no no yes"),
      number("evaluate::strong_attack", "low", &strong_attack<>::low, {}, "yes yes no no yes"),
      number("evaluate::strong_attack", "pixel_range", &strong_attack<>::pixel_range, {}, "no no no no yes"),
      number("evaluate::pgd", "epsilon", &pgd<>::epsilon, {}, "no yes no no yes"),
      number("evaluate::pgd", "steps", &pgd<>::steps, {}, "no no no no yes"),
      number("evaluate::pgd", "restarts", &pgd<>::restarts, {}, "no no no no yes"),
      number("evaluate::pgd", "low", &pgd<>::low, {}, "yes yes no no yes"),
      number("evaluate::pgd", "pixel_range", &pgd<>::pixel_range, {}, "no no no no yes"),
      number("evaluate::adversary", "epsilon", &evaluate::adversary<>::epsilon, {}, "no yes no no yes"),
      number("evaluate::adversary", "steps", &evaluate::adversary<>::steps, {}, "no no no no yes"),
      number("evaluate::adversary", "low", &evaluate::adversary<>::low, {}, "yes yes no no yes"),
      number("evaluate::adversary", "pixel_range", &evaluate::adversary<>::pixel_range, {}, "no no no no yes"),
      number("io::picture_options", "left", &picture_options::left, {}, "yes yes no no yes"),
      number("io::picture_options", "right", &picture_options::right, {}, "yes yes no no yes"),
      number("io::picture_options", "bottom", &picture_options::bottom, {}, "yes yes no no yes"),
      number("io::picture_options", "top", &picture_options::top, {}, "yes yes no no yes"),
      number("io::picture_options", "width", &picture_options::width, {}, "no no no no no"),
      number("io::picture_options", "height", &picture_options::height, {}, "no no no no no"),
  };
  all.push_back(asked(
      "convnet_options", "widths",
      [widths](double v) { std::isfinite(v) ? widths(v) : jem::fail("convnet_options", "widths", "what does not compile"); },
      "no no no no no", 9.3e18));
  append_others(all, "normalize", {"weight", "bias", "mean", "variance"});
  append_others(all, "wide_resnet_options", {"energy_head"});
  append_others(all, "evaluate::adversary", {"norm", "random_start"});
  append_others(all, "evaluate::pgd", {"norm"});
  append_others(all, "evaluate::strong_attack", {"norm"});
  return all;
}

std::vector<entry> table() {
  auto all = samplers();
  for (auto& more : {training(), networks_and_applications()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Types with public fields that are no settings. A name that ends with :: means all types in that namespace.
const std::set<std::string> no_settings{
    // states and results of steps
    "adam_state", "ema_state", "gradient_check", "sgd_state", "point", "unadjusted_state", "transition_info", "chains", "training_info",
    "training_state", "persistent_state", "dual_averaging::state", "chees::state", "adaptation_report", "warmed_up", "finding", "remedies",
    "intervention", "value_and_gradient", "divergence_error", "rng", "random_stream",
    // layers, networks and energies
    "activation", "linear", "conv2d", "energy_head", "residual", "preactivated", "repeat", "sequential", "still_layer", "owned",
    "computing_in", "mlp", "convnet", "wide_resnet", "fused_cache", "energy_reference", "energy_sum", "masked_energy", "pointwise_energy",
    "hold",
    // data, files and results
    "data::batch", "data::dataset", "data::divided_dataset", "data::named_dataset", "data::idx_file", "io::image", "io::named_tensor",
    "io::run", "io::run_config", "io::npy_header", "io::compression", "io::compression_format", "io::png_header", "io::torch_layout",
    "io::torch_layout::replacement", "elements", "matrix_elements", "stored_element", "phases", "phase_set", "pairing", "gradient_targets",
    "gradient_pairs", "last_step", "softmax_sums", "metrics::detection", "metrics::reliability_bin", "metrics::bad_draws",
    "metrics::divergence", "metrics::draws_summary", "metrics::summary_row", "evaluate::classifier_summary", "evaluate::ood_summary",
    "version_number", "backend_description", "build_description",
    // parts of operations and backends
    "bfloat16", "literal", "duals::dual", "convolution_shape", "convolution_terms", "gradient_terms", "prepared_weights", "around",
    "epilogue", "op::", "eigen_winograd::", "onednn_convolution::", "panel_product::", "thrust_verbs::", "window_product::", "winograd::",
    "conformance::"};

bool is_no_setting(const std::string& type) {
  return type.ends_with("::cache") || no_settings.contains(type) || no_settings.contains(type.substr(0, type.find(':')) + "::");
}

/// The differences between the headers and a table, one a line.
std::string differences(const test::public_fields& headers, const std::vector<entry>& entries) {
  std::ostringstream told;
  std::set<std::string> listed;
  for (const auto& e : entries) {
    if (!headers.contains(e.type) || !headers.at(e.type).contains(e.field)) told << "no such field: " << e.type << "::" << e.field << "\n";
    if (!listed.insert(e.type + "::" + e.field).second) told << "twice in the table: " << e.type << "::" << e.field << "\n";
  }
  for (const auto& [type, fields] : headers) {
    if (is_no_setting(type)) continue;
    for (const auto& field : fields) {
      if (!listed.contains(type + "::" + field)) told << "missing in the table: " << type << "::" << field << "\n";
    }
  }
  return told.str();
}

/// "yes" or "no" for one number; a refusal has to be a std::invalid_argument that names the field.
std::string verdict(const entry& e, double value) {
  try {
    e.use(value);
    return "yes";
  } catch (const std::invalid_argument& refusal) {
    CHECK_MESSAGE(std::string(refusal.what()).find(e.field) != std::string::npos, e.type << "::" << e.field << ": " << refusal.what());
    return "no";
  }
}

}  // namespace

TEST_CASE("each setting refuses and accepts the numbers that the table says") {
  for (const auto& e : table()) {
    if (!e.use) continue;
    CAPTURE(e.type);
    CAPTURE(e.field);
    std::string found;
    for (const double value : {-1.0, 0.0, no_number, infinity, e.largest}) found += (found.empty() ? "" : " ") + verdict(e, value);
    CHECK(found == e.takes);
  }
}

TEST_CASE("every public field of a header is in the table of settings, or its type in the list of other types") {
  const auto headers = test::read_public_fields_under(std::filesystem::path(JEM_SOURCE_DIR) / "include" / "jem");
  REQUIRE(headers.size() > 100);
  CHECK(differences(headers, table()) == "");
  for (const auto& name : no_settings) {
    const bool exists =
        std::ranges::any_of(headers, [&](const auto& h) { return name.ends_with("::") ? h.first.starts_with(name) : h.first == name; });
    CHECK_MESSAGE(exists, "expected a type " << name << ", which is listed as no setting, but found none");
  }
}

TEST_CASE("fields missing in the table, fields missing in the headers, and types missing in the table are reported") {
  const test::public_fields headers{{"adam", {"beta1", "beta3"}}, {"novel_options", {"size"}}};
  const std::vector<entry> entries{{"adam", "beta1"}, {"adam", "beta2"}, {"gone", "size"}};
  CHECK(
      differences(headers, entries) ==
      "no such field: adam::beta2\nno such field: gone::size\nmissing in the table: adam::beta3\nmissing in the table: novel_options::size\n");
}

TEST_CASE("public fields are read from a header's text") {
  const auto found = test::read_public_fields(R"text(
#pragma once
namespace jem::inline v0::io {
namespace detail { struct hidden { int inside; }; }
/// struct comment { int none; };
template <class T, class U = std::vector<T>>
  requires(sizeof(T) > 1)
struct options {
  static constexpr bool row_wise = true;
  using type = int;
  at_least<"options", "width", 1, 1'024> width = 480, height{480};  // int no;
  double a, b = 3;
  std::vector<std::pair<int, int>> pairs = {{1, 2}};
  std::function<void(int)> call;
  char text[12] = "; int quoted;";
  enum class kind { one, two };
  options() : width{1}, a(2) { int local; }
  template <class X>
  struct cache { X kept; };
  friend bool operator==(const options&, const options&) = default;
  int method() const { return 1; }
 private:
  int own;
};
class closed { int own; public: int open; };
inline int function(int argument) { struct local { int x; }; return argument; }
}
)text");
  CHECK(found.size() == 3);
  CHECK(found.at("io::options") == std::set<std::string>{"width", "height", "a", "b", "pairs", "call", "text"});
  CHECK(found.at("io::options::cache") == std::set<std::string>{"kept"});
  CHECK(found.at("io::closed") == std::set<std::string>{"open"});
}

TEST_CASE("arithmetic with a setting uses its number, although losses and tensors have operators of their own") {
  const jem::fixed_noise noise{0.5f};
  CHECK(2.0f * noise.deviation == 1.0f);
  CHECK(noise.deviation * 2.0f + noise.deviation / 2 - noise.deviation == 0.75f);
  CHECK(-noise.deviation < noise.deviation);
}

TEST_CASE("a box with low above high is refused before anything is drawn; its ends may be infinite") {
  const auto open = static_cast<float>(infinity);
  CHECK_NOTHROW(one_step(within({-open, open})));
  CHECK_NOTHROW(one_step(within({1, 1})));
  CHECK_THROWS_WITH_AS(one_step(within({2, 1})), "[box] expected low <= high but received 2.000000 and 1.000000", std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::box({open, open}), "[box] expected low < infinity but received inf", std::invalid_argument);
  CHECK_THROWS_WITH_AS(jem::box({-open, -open}), "[box] expected high > -infinity but received -inf", std::invalid_argument);
  auto position = jem::zeros<tensor>({1, 2});
  CHECK_THROWS_AS((jem::box{2, 1}(position)), std::invalid_argument);
}

TEST_CASE("a uniform start with low above high is refused before anything is drawn") {
  CHECK_NOTHROW(draw({.low = 1, .high = 1}));
  CHECK_THROWS_WITH_AS(draw({.low = 1, .high = -1}), "[uniform_start] expected low <= high but received 1.000000 and -1.000000",
                       std::invalid_argument);
}

TEST_CASE("noise that the largest step size makes infinite is refused before anything is drawn") {
  const auto largest = std::numeric_limits<float>::max();
  CHECK_THROWS_WITH_AS(one_step(jem::sgld{.step_size = jem::constant{largest}}), "[sgld] expected noise >= 0, finite, but received inf",
                       std::invalid_argument);
}

TEST_CASE("a number used as a schedule or noise is refused like the value of a function") {
  const float infinite = std::numeric_limits<float>::infinity(), none = std::numeric_limits<float>::quiet_NaN();
  CHECK_NOTHROW(one_step(jem::sgld{.step_size = 0, .noise = 0}));
  CHECK_NOTHROW(one_update(jem::adam{.learning_rate = 0.0}));
  for (const float wrong : {-1.0f, none, infinite}) {
    CHECK_THROWS_AS(one_step(jem::sgld{.step_size = wrong, .noise = 0.1f}), std::invalid_argument);
    CHECK_THROWS_AS(one_step(jem::sgld{.step_size = 0.1f, .noise = wrong}), std::invalid_argument);
    CHECK_THROWS_AS(one_update(jem::adam{.learning_rate = wrong}), std::invalid_argument);
    CHECK_THROWS_AS(one_update(jem::adamw{.learning_rate = wrong}), std::invalid_argument);
    CHECK_THROWS_AS(one_update(jem::sgd{.learning_rate = wrong}), std::invalid_argument);
  }
}
