// The `jem` tool: `jem demo`, `jem train`, `jem evaluate` and `jem selftest`. Exit codes: 0 done, 1 a self-test that failed, 2 a bad
// argument or file, 3 a run that diverged.
#include "demo.hpp"
#include "run.hpp"
#include "selftest.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <limits>
#include <optional>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace {

using jem::index_t;

/// What was given on the command line; the rest comes from the defaults of the data.
struct given {
  std::optional<std::string> data;
  std::optional<std::vector<index_t>> widths;
  std::optional<index_t> steps, buffer, validation, crop, linear_warm_up, batch, iterations;
  std::optional<float> step_size, noise, restart, weight_x, weight_yx, weight_xy, penalty, data_noise, learning_rate, rate_at_end;
  std::optional<int> threads;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> out, network, initialisation, precision;
  bool by_class = false;
  std::optional<bool> flip, with_replacement;
  int seeds = 1;
  std::string run;                  // of evaluate: the folder that train or demo wrote
  std::vector<std::string> others;  // and data to compare with
  tool::effort effort;
  std::string backend;  // of selftest; all if empty
};

/// Refuses what is no number, and numbers outside [low, high].
CLI::Validator within(double low, double high, const std::string& expected) {
  const auto check = [=](std::string& text) -> std::string {
    double value = 0;
    if (CLI::detail::lexical_cast(text, value) && value >= low && value <= high) return {};
    return "expected " + expected + " but received " + text;
  };
  return CLI::Validator(check, "");
}

const auto positive     = within(std::numeric_limits<double>::min(), std::numeric_limits<double>::max(), "a number > 0");
const auto not_negative = within(0, std::numeric_limits<double>::max(), "a number >= 0");
const auto share        = within(0, 1, "a number in [0, 1]");

CLI::Validator one_of(const std::string& first, const std::string& second) {
  const auto check = [=](std::string& text) {
    return text == first || text == second ? std::string() : "expected " + first + " or " + second + " but received " + text;
  };
  return CLI::Validator(check, "");
}

/// A flag that leaves `to` empty unless it is given; CLI11's own would set it to false.
void add_switch(CLI::App& app, const std::string& name, std::optional<bool>& to, const std::string& text) {
  app.add_flag_function(name, [&to](std::int64_t count) { to = count > 0; }, text);
}

void add_common(CLI::App& app, given& g) {
  app.add_option("--widths", g.widths, "convnet: channels of the first convolution and of each halving, such as 32,64")
      ->delimiter(',')
      ->check(positive);
  app.add_option("--steps", g.steps, "K, sampler steps an iteration")->check(not_negative);
  app.add_option("--step-size", g.step_size, "ε of the sampler")->check(not_negative);
  app.add_option("--noise", g.noise, "σ of the sampler")->check(not_negative);
  app.add_option("--buffer", g.buffer, "images in the replay buffer")->check(positive);
  app.add_option("--restart", g.restart, "probability that a chain starts afresh")->check(share);
  app.add_option("--penalty", g.penalty, "weight of the energies' squares")->check(not_negative);
  app.add_option("--data-noise", g.data_noise, "standard deviation of the noise added to data in [-1, 1]")->check(not_negative);
  add_switch(app, "--with-replacement,!--shuffled", g.with_replacement,
             "draw each image independently of the others, or all of them once an epoch");
  app.add_option("--learning-rate", g.learning_rate, "of Adam")->check(positive);
  app.add_option("--rate-at-end", g.rate_at_end, "share of the learning rate that is left at the end, along half a cosine")->check(share);
  app.add_option("--warm-up", g.linear_warm_up, "iterations over which the learning rate rises")->check(not_negative);
  app.add_option("--batch", g.batch, "images in a batch")->check(positive);
  app.add_option("--iterations", g.iterations, "training iterations")->check(positive);
  app.add_option("--initialisation", g.initialisation,
                 "uniform in +-1/sqrt(fan-in), biases too, as PyTorch's layers; or he: normal of variance 2/fan-in, biases zero")
      ->check(one_of("uniform", "he"));
  app.add_option("--precision", g.precision, "float32, or bfloat16: what the network computes in; its weights are float32")
      ->check(one_of("float32", "bfloat16"));
  app.add_option(
         "--validation", g.validation,
         "judge so many training images, kept from training, instead of the test images: chosen by the seed, of each class its share; of "
         "the digits the last ones, since those are by other writers than the first")
      ->check(not_negative);
  app.add_option("--threads", g.threads, "threads; the same seed gives the same result for any number")->check(positive);
  app.add_option("--seed", g.seed, "seed of all random numbers")->check(not_negative);
  app.add_option("--out", g.out, "folder to write into");
}

void add_strong(CLI::App& app, given& g) {
  app.add_flag("--strong", g.effort.strong,
               "attack a second time, with several objectives, targets, and step sizes that adapt: some minutes more for each network");
}

tool::settings merge(const given& g, const char* default_out) {
  const std::string data = g.data.value_or("digits");
  tool::settings s       = data == "digits"            ? tool::digits_settings()
                           : data.starts_with("cifar") ? tool::cifar_settings()
                                                       : tool::paper_settings();
  const auto take        = [](auto& to, const auto& from) {
    if (from) to = *from;
  };
  s.out = default_out;
  take(s.data, g.data);
  take(s.validation, g.validation);
  take(s.network, g.network);
  take(s.widths, g.widths);
  take(s.initialisation, g.initialisation);
  take(s.precision, g.precision);
  take(s.steps, g.steps);
  take(s.buffer, g.buffer);
  take(s.linear_warm_up, g.linear_warm_up);
  take(s.batch, g.batch);
  take(s.iterations, g.iterations);
  take(s.step_size, g.step_size);
  take(s.noise, g.noise);
  take(s.restart, g.restart);
  take(s.weight_x, g.weight_x);
  take(s.weight_yx, g.weight_yx);
  take(s.weight_xy, g.weight_xy);
  take(s.penalty, g.penalty);
  take(s.data_noise, g.data_noise);
  take(s.learning_rate, g.learning_rate);
  take(s.rate_at_end, g.rate_at_end);
  take(s.seed, g.seed);
  take(s.out, g.out);
  take(s.crop, g.crop);
  take(s.flip, g.flip);
  take(s.with_replacement, g.with_replacement);
  s.by_class = g.by_class;
  return s;
}

void use_threads([[maybe_unused]] int threads) {
#ifdef _OPENMP
  if (threads > 0) omp_set_num_threads(threads);
#endif
}

int run(int argc, char** argv) {
  CLI::App app{"jem: a classifier that is secretly an energy-based model"};
  app.require_subcommand(1);
  app.set_version_flag("--version", tool::version_text, "version, compiler, processor, and the backends that are compiled in");
  given g;
  auto* const demo = app.add_subcommand("demo", "cross-entropy and a JEM side by side on handwritten digits; writes demo/report.html");
  add_common(*demo, g);
  demo->add_option("--seeds", g.seeds, "runs of each; the table shows medians")->check(positive);
  add_strong(*demo, g);
  auto* const train = app.add_subcommand("train", "one training run on the digits or on files");
  add_common(*train, g);
  train->add_option(
      "--data", g.data,
      "digits; idx:, cifar10: or cifar100: and a folder with the files of that set, plain, .gz or .xz; cifar10: or cifar100: and one "
      "file, which needs --validation since it has no test images; or png: and a folder with {train,test}/CLASS/*.png, "
      "the same classes in both");
  train->add_option("--network", g.network, "convnet, or wide-resnet-DEPTH-WIDTH as in the paper: wide-resnet-28-10");
  train->add_option("--w-x", g.weight_x, "weight of E(x+) - E(x-)")->check(not_negative);
  train->add_option("--w-yx", g.weight_yx, "weight of the cross-entropy")->check(not_negative);
  train->add_option("--w-xy", g.weight_xy, "weight of E(x+, y) - E(x-, y)")->check(not_negative);
  train->add_option("--crop", g.crop, "pad images by reflection by so much and crop them at random")->check(not_negative);
  add_switch(*train, "--flip,!--no-flip", g.flip, "exchange left and right of half the images");
  train->add_flag("--by-class", g.by_class, "keep chains of each class apart and sample p(y) p(x|y)");
  auto* const evaluate =
      app.add_subcommand("evaluate", "accuracy, calibration, out-of-distribution scores and robustness of a run, in its precision");
  evaluate->add_option("run", g.run, "the folder that jem train wrote, or jem demo, of which both networks are judged")->required();
  evaluate->add_option(
      "--ood", g.others,
      "data whose test images, or all images of one file, are out of the distribution, named as for jem train; may be repeated");
  evaluate
      ->add_option("--scored", g.effort.scored,
                   "images of each set that are scored: chosen by the seed, of each class its share; of the digits the first ones")
      ->check(positive);
  evaluate->add_option("--attacked", g.effort.attacked, "images that are attacked, chosen in the same way")->check(positive);
  add_strong(*evaluate, g);
  evaluate->add_option("--threads", g.threads, "threads; the same seed gives the same result for any number")->check(positive);
  evaluate->add_option("--seed", g.seed, "seed of all random numbers")->check(not_negative);
  auto* const selftest = app.add_subcommand("selftest", "whether each backend computes what it should on this machine, and how fast");
  selftest->add_option("--backend", g.backend, "the one to test instead of all that are compiled in");
  selftest->add_option("--threads", g.threads, "threads; the same seed gives the same result for any number")->check(positive);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "jem: " << error.what() << std::endl;
    return 2;
  }
  use_threads(g.threads.value_or(0));
  if (selftest->parsed()) return tool::selftest(g.backend);
  if (evaluate->parsed()) {
    tool::evaluate_run(g.run, g.others, g.effort, g.seed.value_or(1));
  } else if (demo->parsed()) {
    tool::demo(merge(g, "demo"), g.seeds, g.effort);
  } else {
    tool::train_once(merge(g, "jem-run"));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const tool::diverged& error) {
    std::cerr << "jem: " << error.what() << "; the last good weights are saved" << std::endl;
    return 3;
  } catch (const std::exception& error) {
    std::cerr << "jem: " << error.what() << std::endl;
    return 2;
  }
}
