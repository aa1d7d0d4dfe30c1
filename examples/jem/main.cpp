// The `jem` tool: `jem demo`, `jem train`, `jem evaluate` and `jem selftest`. Exit codes: 0 done, 1 a self-test that failed, 2 a bad
// argument or file, 3 a run that diverged.
#include "demo.hpp"
#include "run.hpp"
#include "selftest.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <limits>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace {

using jem::index_t;
using tool::group;

/// What the command line says beside the options of a run.
struct given {
  tool::given_texts options;
  std::string settings;  // a file of them
  index_t seeds = 1;
  std::string run;                  // of evaluate: the folder that train or demo wrote
  std::vector<std::string> others;  // and data to compare with
  tool::effort effort;
  index_t threads    = 0;
  std::uint64_t seed = 1;
  std::string backend;  // of selftest; all if empty
};

/// A number of a command's own.
template <class N>
CLI::Option* add_number(CLI::App& app, const std::string& name, N& to, const std::string& help, index_t low, index_t high) {
  const tool::whole allowed{low, high};
  const auto set = [&to, name, allowed](const std::string& text) {
    const auto value = tool::number_in<N>(text);
    if (!value || !allowed(static_cast<index_t>(*value)))
      throw CLI::ValidationError(name, "expected " + allowed.expected() + " but received " + text);
    to = *value;
  };
  return app.add_option_function<std::string>(name, set, help)
      ->type_name("N")
      ->default_str(allowed(static_cast<index_t>(to)) ? std::to_string(to) : "");
}

/// The options of a run, group by group, with the defaults of the data.
void add_options(CLI::App& app, bool demo, given& g, const tool::settings& defaults) {
  tool::for_each_option([&](const auto& o) {
    using value = std::remove_cvref_t<decltype(defaults.*o.member)>;
    if (o.in == group::kept || (demo && !o.of_demo)) return;
    const auto set = [&g, o](const std::string& text) {
      auto s = tool::paper_settings();
      try {
        o.set(s, std::string_view(text), "--" + o.name, text);
      } catch (const std::invalid_argument& error) { throw CLI::ValidationError(error.what()); }
      g.options[o.name] = text;
    };
    const auto names  = "--" + o.name + (o.also.empty() ? "" : "," + o.also);
    const auto normal = tool::shown(defaults.*o.member);
    const bool taken  = o.allowed(defaults.*o.member);  // threads have no default that could be given
    if constexpr (std::is_same_v<value, bool>) {
      const auto turn = [&g, name = o.name](std::int64_t count) { g.options[name] = count > 0 ? "true" : "false"; };
      app.add_flag_function(o.also.empty() ? names + ",!--no-" + o.name : names, turn, o.help + " (" + normal + ")")
          ->group(tool::name_of(o.in));
    } else {
      app.add_option_function<std::string>(names, set, o.help)
          ->group(tool::name_of(o.in))
          ->type_name(tool::kind_of<value>())
          ->default_str(taken ? normal : "");
    }
  });
  app.add_option("--settings", g.settings, "a file such as the settings.json of a run, which this run then repeats; other options go first")
      ->group(tool::name_of(group::run));
}

/// What stands behind an option, before the line is read as a whole: --help shows the defaults of the data that it names.
std::string text_behind(const std::string& option, int argc, char** argv) {
  std::string text;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == option && i + 1 < argc) text = argv[i + 1];
    if (word.starts_with(option + "=")) text = word.substr(option.size() + 1);
  }
  return text;
}

void add_strong(CLI::App& app, given& g) {
  app.add_flag("--strong", g.effort.strong,
               "attack a second time, with several objectives, targets, and step sizes that adapt: some minutes more for each network");
}

void use_threads([[maybe_unused]] index_t threads) {
#ifdef _OPENMP
  if (threads > 0) omp_set_num_threads(static_cast<int>(threads));
#endif
}

int run(int argc, char** argv) {
  constexpr index_t many = 2'147'483'647;
  CLI::App app{"jem: a classifier that is secretly an energy-based model"};
  app.require_subcommand(1);
  app.set_version_flag("--version", tool::version_text, "version, compiler, processor, and the backends that are compiled in");
  given g;
  const auto data     = text_behind("--data", argc, argv);
  const auto defaults = [&](const char* out, const std::string& of) {
    auto s = tool::default_settings(of.empty() ? "digits" : of);
    s.out  = out;
    return s;
  };
  const std::string threads = "threads, one on each processor unless given; the same seed gives the same result for any number";
  auto* const demo = app.add_subcommand("demo", "cross-entropy and a JEM side by side on handwritten digits; writes demo/report.html");
  add_options(*demo, true, g, defaults("demo", ""));
  add_number(*demo, "--seeds", g.seeds, "runs of each; the table shows medians", 1, 1000)->group(tool::name_of(group::run));
  add_strong(*demo, g);
  auto* const train = app.add_subcommand("train", "one training run on the digits or on files; defaults are those of the --data");
  add_options(*train, false, g, defaults("jem-run", data));
  auto* const evaluate =
      app.add_subcommand("evaluate", "accuracy, calibration, out-of-distribution scores and robustness of a run, in its precision");
  evaluate->add_option("run", g.run, "the folder that jem train wrote, or jem demo, of which both networks are judged")->required();
  evaluate->add_option(
      "--ood", g.others,
      "data whose test images, or all images of one file, are out of the distribution, named as for jem train; may be repeated");
  add_number(*evaluate, "--scored", g.effort.scored,
             "images of each set that are scored: chosen by the seed, of each class its share; of the digits the first ones", 1, many);
  add_number(*evaluate, "--attacked", g.effort.attacked, "images that are attacked, chosen in the same way", 1, many);
  add_strong(*evaluate, g);
  add_number(*evaluate, "--threads", g.threads, threads, 1, 4096);
  add_number(*evaluate, "--seed", g.seed, "seed of all random numbers", 0, (std::numeric_limits<index_t>::max)());
  auto* const selftest = app.add_subcommand("selftest", "whether each backend computes what it should on this machine, and how fast");
  selftest->add_option("--backend", g.backend, "the one to test instead of all that are compiled in");
  add_number(*selftest, "--threads", g.threads, threads, 1, 4096);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "jem: " << error.what() << std::endl;
    return 2;
  }
  if (selftest->parsed()) {
    use_threads(g.threads);
    return tool::selftest(g.backend);
  }
  if (evaluate->parsed()) {
    use_threads(g.threads);
    tool::evaluate_run(g.run, g.others, g.effort, g.seed);
    return 0;
  }
  const auto s = tool::settings_of(g.settings, g.options, demo->parsed() ? "demo" : "jem-run");
  use_threads(s.threads);
  if (demo->parsed()) {
    tool::demo(s, static_cast<int>(g.seeds), g.effort);
  } else {
    tool::train_once(s);
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
