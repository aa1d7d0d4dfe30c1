// The training loop of a run: a trainer with the run's settings, and a guard that watches it.
#include "journal.hpp"
#include "judge.hpp"
#include "kept_states.hpp"
#include "progress.hpp"
#include "run.hpp"
#include "samples.hpp"
#include "start.hpp"
#include "stop.hpp"

#include <jem/data/augment.hpp>
#include <jem/evaluate/adversary.hpp>
#include <jem/evaluate/logits.hpp>
#include <jem/evaluate/out_of_distribution.hpp>
#include <jem/io/checkpoint.hpp>
#include <jem/io/png.hpp>
#include <jem/io/safetensors.hpp>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <limits>
#include <optional>

namespace tool {

jem::sgld<jem::constant, jem::fixed_noise, gradient_rule, jem::box> sampler_of(const settings& s) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  return {.step_size  = s.step_size,
          .noise      = s.noise,
          .transform  = {s.clip, s.unit_gradient},
          .constraint = s.box ? jem::box{-1, 1} : jem::box{-infinity, infinity}};
}

chain_start start_of(const settings& s, const dataset& set) {
  chain_start start;
  if (s.method == "chains" && s.start == "classes") start.classes.emplace(set.x, set.y, set.classes, jem::box{-1, 1});
  return start;
}

namespace {

/// The learning rate: it rises linearly over the warm-up, and falls along half a cosine to the rate at the end.
jem::linear_warm_up<jem::cosine_decay> learning_rate_of(const settings& s) {
  return {.rate = {.rate = s.learning_rate, .updates = s.iterations, .last = s.rate_at_end * s.learning_rate}, .updates = s.linear_warm_up};
}

/// The loss of the settings. Terms of other methods have weight 0.
auto loss_of(const settings& s) {
  const auto of = [&](const char* method, float weight) { return s.method == method ? weight : 0; };
  return s.weight_yx * jem::cross_entropy{} + of("chains", s.weight_x) * jem::contrastive_divergence{} +
         of("chains", s.weight_xy) * jem::joint_contrastive_divergence{} + of("chains", s.penalty) * jem::energy_penalty{} +
         of("chains", s.penalty_xy) * jem::joint_energy_penalty{} + of("chains", s.weight_binary) * jem::binary_cross_entropy{} +
         of("chains", s.weight_last_step) * jem::sampler_divergence{} + of("matched", s.weight_match) * jem::gradient_matching{} +
         of("matched", s.weight_match_xy) * jem::joint_gradient_matching{} + of("matched", s.weight_outliers) * jem::outlier_exposure{};
}

/// The path of the settings, as one type for all of them.
struct chosen_path {
  std::string kind;
  noise_law noise;

  jem::gradient_targets<tensor> operator()(const tensor& x, jem::rng& g) const {
    const jem::straight_path equilibrium{.direction = jem::toward{noise}};
    if (kind == "equilibrium") return equilibrium(x, g);
    if (kind == "denoising") return jem::denoising_path{}(x, g);
    return jem::half_and_half{equilibrium, jem::denoising_path{}}(x, g);
  }
};

/// The attack on the images that a classifier learns from.
struct labelled_attack {
  float epsilon;
  jem::index_t steps;

  template <class Net>
  void operator()(const Net& net, tensor& x, const jem::labels<tensor>& y, jem::rng& g) const {
    if (epsilon > 0) jem::evaluate::adversary<>{.epsilon = epsilon, .steps = steps}(net, x, y, g);
  }
};

}  // namespace

jem::phase_set phases_of(const settings& s) { return loss_of(s).reads(); }

namespace {

std::string details(const jem::training_info& info, double images_per_second) {
  char text[160];
  if (!std::isnan(info.residual)) {
    std::snprintf(text, sizeof text, "loss %.3f  residual %.3f  acc %.3f  %.0f images/s", info.loss, info.residual, info.accuracy,
                  images_per_second);
  } else if (std::isnan(info.energy_sample)) {
    std::snprintf(text, sizeof text, "loss %.3f  acc %.3f  %.0f images/s", static_cast<double>(info.loss),
                  static_cast<double>(info.accuracy), images_per_second);
  } else {
    std::snprintf(text, sizeof text, "loss %.3f  gap %+.3f  acc %.3f  %.0f images/s", static_cast<double>(info.loss),
                  static_cast<double>(info.energy_gap()), static_cast<double>(info.accuracy), images_per_second);
  }
  return text;
}

nlohmann::json line(const jem::training_info& info, double seconds) {
  return {{"iteration", info.iteration},
          {"loss", info.loss},
          {"accuracy", info.accuracy},
          {"energy_data", info.energy_data},
          {"energy_sample", info.energy_sample},
          {"energy_gap", info.energy_gap()},
          {"gradient_norm", info.gradient_norm},
          {"weight_norm", info.weight_norm},
          {"sample_rms", info.sample_rms},
          {"residual", info.residual},
          {"auroc", info.auroc},
          {"seconds", seconds}};
}

/// The augmentation of the settings, as one type for all of them.
struct augmentation {
  jem::index_t crop;
  bool flip;

  void operator()(tensor& x, jem::rng& rng) const {
    if (crop > 0) jem::data::reflect_crop{crop}(x, rng);
    if (flip) jem::data::random_flip{}(x, rng);
  }
};

/// The replay buffer of the settings; of no use, and small, for a loss that reads no samples.
jem::replay_buffer<tensor, chain_start> buffer_of(const settings& s, const dataset& set, jem::rng& rng) {
  const jem::phase_set reads = phases_of(s);
  const bool has_samples     = reads.samples || reads.conditional;
  const jem::index_t classes = keeps_classes_apart(s) ? set.classes : 0;
  const auto& e              = set.x.extents();
  return {{e[1], e[2], e[3]},
          {.capacity = has_samples ? s.buffer : std::max<jem::index_t>(1, classes), .restart_probability = s.restart, .classes = classes},
          rng,
          has_samples ? start_of(s, set) : chain_start{}};
}

/// How many steps the chains of an iteration have.
jem::auc_curriculum curriculum_of(const settings& s) {
  const jem::index_t first = s.first_steps > 0 ? std::min(s.first_steps, s.steps) : s.steps;
  return jem::auc_curriculum({.first = first, .last = s.steps});
}

/// The trainer of the settings, with chains of so many steps, and with the changes that a guard has made.
auto trainer_of(const settings& given, jem::index_t steps, const jem::remedies& r) {
  settings s = given;
  s.learning_rate *= r.learning_rate;
  s.step_size *= r.step_size;
  s.noise *= r.noise;
  s.penalty = std::max(s.penalty, r.penalty);
  s.steps   = std::llround(static_cast<double>(steps) * r.steps);
  return jem::trainer{.loss           = loss_of(s),
                      .sampler        = sampler_of(s),
                      .optimiser      = jem::adam{.learning_rate = learning_rate_of(s)},
                      .batch          = s.batch,
                      .steps          = s.steps,
                      .data_noise     = s.data_noise,
                      .gradient_limit = r.gradient_limit,
                      .augment        = jem::data::augment{.labelled   = augmentation{s.crop, s.flip},
                                                           .unlabelled = augmentation{s.augment_energy ? s.crop : 0, s.augment_energy && s.flip}},
                      .draws          = s.with_replacement ? jem::data::draws::with_replacement : jem::data::draws::shuffled,
                      .path           = chosen_path{s.path, {s.path_noise}},
                      .reach          = s.reach,
                      .outliers       = noise_law{s.outliers},
                      .outlier_batch  = std::max<jem::index_t>(1, s.batch / 2),
                      .last_step      = {.entropy = s.entropy},
                      .sharpness      = jem::adaptive_sharpness{s.sharpness},
                      .adversary      = labelled_attack{s.attack, s.attack_steps}};
}

/// The best weights so far, judged on validation images.
template <class Net>
struct best_weights {
  Net net;
  double nll             = std::numeric_limits<double>::infinity();
  jem::index_t iteration = 0, since = 0;  // the iteration of `net`, and the number of judgements since then

  /// Keeps the weights of `now` if their NLL is lower; returns whether it is.
  bool take(const Net& now, double its_nll, jem::index_t its_iteration) {
    ++since;
    if (!(its_nll < nll)) return false;
    *this = {now, its_nll, its_iteration, 0};
    return true;
  }

  static void each_part(auto& self, auto f) {
    f("net", self.net), f("nll", self.nll), f("iteration", self.iteration), f("since", self.since);
  }
};

/// All that a run needs to be resumed.
template <class State, class Net>
struct run_state {
  State training;
  jem::training_guard<State, kept_states<State>> guard;
  jem::ema_state<Net> average;
  best_weights<Net> best;
  jem::auc_curriculum curriculum;
  jem::index_t lines = 0;  // of metrics.jsonl

  static void each_part(auto& self, auto f) {
    f("training", self.training), f("guard", self.guard), f("average", self.average), f("best", self.best),
        f("curriculum", self.curriculum), f("lines", self.lines);
  }
};

/// The figures of a network on validation images, and under "detected" the AUROC of log p(x) between these and noise.
template <class Net>
table validated(const Net& net, const dataset& images) {
  table figures = judge_classifier(net, images);
  jem::rng same{1};
  const auto noise    = jem::evaluate::uniform_noise<tensor>(images.x.extents(), same);
  figures["detected"] = jem::metrics::auroc(jem::evaluate::log_px(net, images.x), jem::evaluate::log_px(net, noise));
  return figures;
}

/// Writes a sheet as samples/ITERATION.png: of the buffer, or, without chains, of samples from the same noise each time.
template <class Net>
void write_sheet(const std::filesystem::path& folder, jem::index_t iteration, const settings& s, const Net& net, const tensor& buffer,
                 const jem::shape& images) {
  char name[40];
  std::snprintf(name, sizeof name, "%07td.png", iteration);
  std::filesystem::create_directories(folder / "samples");
  jem::rng same{s.seed};
  jem::io::write_png(folder / "samples" / name,
                     has_chains(s) ? buffer_sheet(buffer, keeps_classes_apart(s)) : noise_sheet(s, net, images, same));
}

jem::monitor_options watched_in(const settings& s, const dataset& set) {
  return {.dimension = set.x.size() / set.size(),
          .noise     = s.data_noise,
          .classes   = set.classes,
          .patience  = s.weight_yx > 0 ? std::max<jem::index_t>(100, s.linear_warm_up) + 100 : 0};
}

/// The remedies of the settings. The penalty is at least ten times that of the run, since a smaller one would have no effect.
jem::guard_options remedies_of(const settings& s) {
  return {.tries          = s.tries,
          .learning_rate  = s.remedy_rate,
          .step_size      = s.remedy_step,
          .noise          = s.remedy_step,
          .penalty        = s.remedy_penalty > 0 ? std::max(s.remedy_penalty, 10 * s.penalty) : 0,
          .gradient_limit = s.remedy_limit,
          .steps          = s.remedy_steps};
}

nlohmann::json line(const jem::intervention& i) {
  return {{"iteration", i.iteration},
          {"intervention", name_of(i.cause.what)},
          {"cause", i.cause.reason},
          {"back_to", i.back_to},
          {"tries", i.tries},
          {"learning_rate_factor", i.now.learning_rate},
          {"step_size_factor", i.now.step_size},
          {"noise_factor", i.now.noise},
          {"penalty", i.now.penalty},
          {"gradient_limit", i.now.gradient_limit},
          {"steps_factor", i.now.steps}};
}

/// Mean cross-entropy and accuracy on the first images for training.
template <class Net>
std::pair<double, double> worth_of(const Net& net, const dataset& set) {
  const auto some = set.rows(0, std::min<jem::index_t>(1000, set.size()));
  const tensor f  = jem::evaluate::logits_of(net, some.x);
  return {jem::metrics::nll(f, some.y), jem::metrics::accuracy(f, some.y)};
}

}  // namespace

template <class Net>
outcome<Net> train(const settings& s, Net net, const split& data, jem::rng& rng, const std::string& title, const keeping& k) {
  const dataset& set = data.train;
  const auto states  = keeps_states_on_disk(s, net, set) ? states_beside(k.checkpoint) : "";
  const jem::ema average{.decay = s.average};
  auto run = [&] {
    auto buffer = buffer_of(s, set, rng);
    auto fresh  = trainer_of(s, s.steps, {}).init(std::move(net), set, std::move(buffer), rng);
    jem::training_guard guard(fresh, kept_states(states, fresh), watched_in(s, set), remedies_of(s));
    auto averaged = average.init(fresh.net);
    best_weights<Net> best{fresh.net};
    return run_state<decltype(fresh), Net>{std::move(fresh), std::move(guard), std::move(averaged), std::move(best), curriculum_of(s)};
  }();
  if (k.resume && std::filesystem::exists(k.checkpoint)) jem::io::load_checkpoint(k.checkpoint, run, k.settings);

  auto& state        = run.training;
  const auto trainer = [&](const jem::remedies& r) { return trainer_of(s, run.curriculum.steps(), r); };
  metrics_log log(k.log, run.lines);
  checkpoints due(k);
  const auto keep = [&] {
    run.lines = log.lines();
    due.write([&] {
      jem::io::save_checkpoint(k.checkpoint, run, k.settings);
      run.guard.kept().forget_older();
    });
  };
  std::optional<stop_signals> asked;
  if (!k.checkpoint.empty()) asked.emplace();
  complaints about_sheets, about_states;
  progress bar(title, s.iterations, k.quiet);
  const stopwatch clock;
  outcome<Net> result;
  result.curve      = log.before();
  Net last_good     = state.net;  // without a monitor: the last weights at which a step found a finite loss
  jem::index_t made = 0;
  const auto step   = [&] {
    if (s.monitor) return run.guard.step(trainer, state);
    Net before      = state.net;
    const auto info = trainer({}).step(state);
    last_good       = std::move(before);
    return info;
  };
  const auto judged = [&]() -> const Net& { return s.average > 0 ? run.average.net : state.net; };
  std::string validation;  // for the line of progress
  const auto validate = [&] {
    const table figures = validated(judged(), data.test.all);
    run.best.take(judged(), figures["nll"].template get<double>(), state.iteration);
    log.write({{"iteration", state.iteration - 1}, {"validation", figures}});
    char text[60];
    std::snprintf(text, sizeof text, "  validation acc %.3f nll %.3f", figures["accuracy"].template get<double>(),
                  figures["nll"].template get<double>());
    validation = text;
  };
  try {
    while (state.iteration < s.iterations && !(s.early_stop > 0 && run.best.since >= s.early_stop)) {
      const auto info = step();
      run.curriculum.observe(info.auroc);
      log.write(line(info, log.seconds() + clock.seconds()));
      if (const auto why = run.guard.kept().failure(); !why.empty()) {
        about_states.about(std::runtime_error(why), "and can go back to earlier states only");
      }
      if (const auto& back = run.guard.intervened(); s.monitor && back) {
        log.write(line(*back));
        while (!result.curve.empty() && result.curve.back().iteration >= back->back_to) result.curve.pop_back();
        bar.say(jem::concat("iteration ", back->iteration, ": ", back->cause.reason, "; back to iteration ", back->back_to, ", change ",
                            back->tries, " of ", s.tries));
        run.average = average.init(state.net);
      } else {
        result.curve.push_back(info);
        if (s.average > 0) average.step(run.average, state.net);
        if (s.validate_every > 0 && (state.iteration % s.validate_every == 0 || state.iteration == s.iterations)) validate();
        if (s.samples_every > 0 && state.iteration % s.samples_every == 0) {
          try {
            write_sheet(s.out, state.iteration, s, judged(), state.buffer.positions(), set.x.extents());
          } catch (const std::runtime_error& error) { about_sheets.about(error, "without this sheet"); }
        }
      }
      bar.show(state.iteration, details(info, static_cast<double>(++made * s.batch) / clock.seconds()) + validation);
      if (asked && asked->signal() != 0) {
        keep();
        throw stopped{asked->signal(), state.iteration, k.go_on};
      }
      if (state.iteration < s.iterations ? due.now(state.iteration) : k.last_checkpoint) keep();
    }
  } catch (const jem::divergence_error& error) {
    const Net& good = s.monitor ? state.net : last_good;
    jem::io::save_parameters(s.out / "model.safetensors", good, {}, {{"run", s.run}});
    remove_states(k.checkpoint);
    const auto [nll, accuracy] = worth_of(good, set);
    char worth[120];
    std::snprintf(worth, sizeof worth, ": on images for training they have an accuracy of %.3f and an NLL of %.3f", accuracy, nll);
    throw diverged(jem::concat(error.what(), "; the last good weights are saved", worth));
  }
  try {
    insist([&] { log.flush(); });
  } catch (const std::runtime_error& error) { std::cerr << "jem: " << error.what() << "; the last lines are lost" << std::endl; }
  result.net = judged();
  if (s.validate_every > 0 && run.best.iteration > 0) {
    result.net = run.best.net;
    bar.say(jem::concat("the weights of iteration ", run.best.iteration, " are the best on the validation images"));
  } else if (s.monitor) {  // no later steps have shown whether the last weights are good
    const auto good  = run.guard.good(state);
    const double now = worth_of(result.net, set).first, before = worth_of(good.net, set).first;
    if (!(now <= 2 * before + 0.5)) {
      std::cerr << jem::concat("jem: the last weights have an NLL of ", now, " on images for training; those of iteration ", good.iteration,
                               ", with ", before, ", take their place")
                << std::endl;
      result.net = good.net;
    }
  }
  result.buffer  = state.buffer.positions();
  result.seconds = log.seconds() + clock.seconds();
  return result;
}

template outcome<small_network> train(const settings&, small_network, const split&, jem::rng&, const std::string&, const keeping&);
template outcome<deep_network> train(const settings&, deep_network, const split&, jem::rng&, const std::string&, const keeping&);
template outcome<smooth_network> train(const settings&, smooth_network, const split&, jem::rng&, const std::string&, const keeping&);
template outcome<in_bfloat16<small_network>> train(const settings&, in_bfloat16<small_network>, const split&, jem::rng&, const std::string&,
                                                   const keeping&);
template outcome<in_bfloat16<deep_network>> train(const settings&, in_bfloat16<deep_network>, const split&, jem::rng&, const std::string&,
                                                  const keeping&);
template outcome<in_bfloat16<smooth_network>> train(const settings&, in_bfloat16<smooth_network>, const split&, jem::rng&,
                                                    const std::string&, const keeping&);

}  // namespace tool
