// The `jem` tool: `jem demo`, `jem train`, `jem evaluate`, `jem predict`, `jem sample`, `jem pack` and `jem selftest`. Exit codes: 0 for
// success, 1 if a self-test failed, 2 for a bad argument or file, 3 if a run diverged, 128 + n if signal n stopped a run.
#include "command_line.hpp"
#include "demo.hpp"
#include "run.hpp"
#include "selftest.hpp"
#include "stop.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <new>

#include <fcntl.h>
#include <poll.h>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace {

using jem::index_t;

/// What was given on the command line.
struct given {
  tool::settings run;          // of train and demo; valid only for options that were given
  std::filesystem::path file;  // settings file; options that were given override it
  std::filesystem::path out;   // empty for the default of the command
  index_t threads = 0, seeds = 1;
  std::uint64_t seed = 1;           // of evaluate
  std::string folder;               // of evaluate, predict, sample and pack: what train or demo wrote
  std::string data;                 // of evaluate: where the data of the run are now
  std::string into;                 // of pack
  std::vector<std::string> images;  // of predict: PNG files
  bool json = false;                // of predict: print JSON
  std::vector<std::string> others;  // of evaluate: data to compare with
  tool::sampling sampling;          // of sample
  tool::effort effort;
  std::string backend;           // of selftest; all if empty
  tool::keeping keeping;         // of train and demo
  std::filesystem::path resume;  // the folder of the run to resume
};

/// Whether the command has the option: `jem demo` has none for the data, the network and the method.
bool has(const CLI::App& command, const auto& option) {
  return option.in != tool::group::record && command.get_option_no_throw(tool::flag_of(option.names)) != nullptr;
}

void add_threads(CLI::App& app, given& g) {
  tool::add_option(app, "threads", g.threads, "threads; the same seed gives the same result for any number", tool::between(1, 1024))
      ->type_name("N")
      ->group(name_of(tool::group::run));
}

/// Adds the options of a run, except those named in `without`.
void add_settings(CLI::App& app, given& g, const std::vector<std::string>& without = {}) {
  tool::for_each_option([&](const auto& o) {
    if (o.in == tool::group::record || std::ranges::count(without, o.name()) > 0) return;
    tool::add_option(app, o.names, g.run.*o.member, o.help, o.takes)->group(name_of(o.in));
  });
  const std::string run = name_of(tool::group::run);
  add_threads(app, g);
  tool::add_option(app, "settings", g.file, "settings.json of a run to repeat; options that are given beside it win over it",
                   tool::anything{})
      ->type_name("FILE")
      ->group(run);
  tool::add_option(app, "out", g.out, "folder to write into", tool::anything{})->type_name("FOLDER")->group(run);
}

void add_strong(CLI::App& app, given& g) {
  app.add_flag(
      "--strong", g.effort.strong,
      tool::wrapped("attack a second time, with several objectives, targets, and step sizes that adapt: some minutes more for each "
                    "network"));
}

/// Whether the option has been given to the command.
bool has_been_given(const CLI::App& command, const std::string& name) {
  const auto* option = command.get_option_no_throw("--" + name);
  return option != nullptr && option->count() > 0;
}

/// Calls f(option, method) for each option that has been given and that only this method uses.
void for_each_of_a_method(const CLI::App& command, auto f) {
  tool::for_each_option([&](const auto& o) {
    if (*tool::method_of(o.in) != '\0' && has_been_given(command, o.name())) f(o, std::string(tool::method_of(o.in)));
  });
}

/// The method that was given; else chains if an option of chains was given; else matched.
std::string method_of(const CLI::App& command, const given& g) {
  if (has_been_given(command, "method")) return g.run.method;
  std::string method = "matched";
  for_each_of_a_method(command, [&](const auto&, const std::string& of) {
    if (of == "chains") method = of;
  });
  return method;
}

/// The values of options that are not given: those of the settings file, or the preset of the data and the method.
tool::settings defaults_of(const CLI::App& command, const given& g) {
  const std::string named = has_been_given(command, "data") ? g.run.data : "";
  const bool demo         = command.get_name() == "demo";
  if (!g.file.empty()) return tool::read_settings(g.file, named, demo);
  return demo ? tool::preset_of_demo()
              : tool::preset_of(named.empty() ? "digits" : named, method_of(command, g),
                                has_been_given(command, "recipe") ? g.run.recipe : "paper");
}

tool::settings settings_of(const CLI::App& command, const given& g, const char* out) {
  tool::settings s = defaults_of(command, g);
  tool::for_each_option([&](const auto& o) {
    if (has(command, o) && command.get_option(tool::flag_of(o.names))->count() > 0) s.*o.member = g.run.*o.member;
  });
  if (has_been_given(command, "iterations") && !has_been_given(command, "matched-iterations")) s.matched_iterations = 0;
  if (has_been_given(command, "learning-rate") && !has_been_given(command, "matched-rate")) s.matched_rate = 0;
  s.out = g.out.empty() ? out : g.out;
  return s;
}

/// Refuses options of other methods than that of the run: they would have no effect.
void expect_options_of_the_method(const CLI::App& command, const tool::settings& s) {
  for_each_of_a_method(command, [&](const auto& o, const std::string& method) {
    if (method == s.method) return;
    tool::refuse(o.name(), "--method " + method + " beside it, since a run of method " + s.method + " has no use for it,",
                 tool::text_of(s.*o.member));
  });
}

/// Writes the defaults into the help of a command.
void show_defaults(CLI::App& command, const given& g) {
  const tool::settings s = defaults_of(command, g);
  tool::for_each_option([&]<class T, class Takes>(const tool::option<tool::settings, T, Takes>& o) {
    if (!has(command, o)) return;
    auto& option = *command.get_option(tool::flag_of(o.names));
    if constexpr (std::same_as<T, bool>) {
      option.description(tool::wrapped(jem::concat(o.help, "; default: --", s.*o.member ? o.name() : o.takes.name)));
    } else {
      option.default_str(tool::text_of(s.*o.member));
    }
  });
  const std::string whose = g.file.empty() ? "the default for the data " + s.data : "the setting of " + g.file.string();
  command.footer(tool::wrapped(
      jem::concat("Behind each = stands ", whose, ". Beside --data, --method or --settings, --help shows what holds with them."), 100));
}

void use_threads([[maybe_unused]] index_t threads) {
#ifdef _OPENMP
  if (threads > 0) omp_set_num_threads(static_cast<int>(threads));
#endif
}

void add_evaluate(CLI::App& app, given& g) {
  app.add_option("run", g.folder, "the folder that jem train wrote, or jem demo, of which all networks are judged")
      ->required()
      ->type_name("");
  tool::add_option(
      app, "data", g.data, "where the data of the run are, if they have moved: named as for jem train",
      tool::text_like{[](const std::string& text) { return text.empty() || tool::names_data(text); }, tool::data_name.description})
      ->type_name("DATA");
  app.add_option_function<std::vector<std::string>>(
         "--ood",
         [&g](const std::vector<std::string>& others) {
           for (const auto& each : others) {
             if (!tool::names_data(each)) tool::refuse("ood", tool::data_name.description, each);
           }
           g.others = others;
         },
         tool::wrapped(
             "data whose test images, or all images of one file, are out of the distribution, named as for jem train, and brought to the "
             "size of the images of the run; may be repeated"))
      ->type_name("DATA");
  tool::add_option(app, "scored", g.effort.scored,
                   "images of each set that are scored: chosen by the seed, of each class its share; of the digits the first ones",
                   tool::at_least(1))
      ->default_str(tool::text_of(g.effort.scored));
  tool::add_option(app, "attacked", g.effort.attacked, "images that are attacked, chosen in the same way", tool::at_least(1))
      ->default_str(tool::text_of(g.effort.attacked));
  add_strong(app, g);
  app.add_flag("--validation", g.effort.validation,
               tool::wrapped("judge the images that the run has held out, in the place of the test images: for choosing settings by"));
  add_threads(app, g);
  tool::add_option(app, "seed", g.seed, "seed of all random numbers", tool::at_least(0))
      ->default_str("1")
      ->group(name_of(tool::group::run));
}

void add_predict(CLI::App& app, given& g) {
  app.add_option("run", g.folder, "the folder that jem train wrote, or jem demo, of which the JEM predicts")->required()->type_name("");
  app.add_option("images", g.images, "PNG files of the size that the run was trained on")->required()->type_name("");
  app.add_flag("--json", g.json, "print JSON instead of a table");
  add_threads(app, g);
}

void add_sample(CLI::App& app, given& g) {
  app.add_option("run", g.folder, "the folder that jem train wrote, or jem demo, of which the best network samples")
      ->required()
      ->type_name("");
  tool::add_option(app, "steps", g.sampling.steps, "steps from noise, with commas between them: a sheet for each", tool::at_least(1))
      ->default_str(tool::text_of(g.sampling.steps));
  tool::add_option(app, "noise", g.sampling.noise,
                   "of a run with matched gradients: noise of the first step, in units of the root of its size, which falls to nothing at "
                   "the last",
                   tool::at_least(0))
      ->default_str(tool::text_of(g.sampling.noise));
  tool::add_option(app, "count", g.sampling.count, "images a sheet, of each class its share", tool::between(2, 10'000))
      ->default_str(tool::text_of(g.sampling.count));
  tool::add_option(app, "judge", g.sampling.judge, "the run whose network says of which class samples are; the run's own unless given",
                   tool::anything{})
      ->type_name("FOLDER");
  add_threads(app, g);
  tool::add_option(app, "seed", g.sampling.seed, "seed of all random numbers", tool::at_least(0))
      ->default_str("1")
      ->group(name_of(tool::group::run));
}

void add_checkpoints(CLI::App& app, given& g) {
  const std::string run = name_of(tool::group::run);
  tool::add_option(app, "resume", g.resume, "go on with the run of this folder, which was stopped, to the same result bit by bit",
                   tool::anything{})
      ->type_name("FOLDER")
      ->group(run);
  app.add_flag("--quiet", g.keeping.quiet, "show no progress")->group(run);
  app.add_flag("--overwrite", g.keeping.overwrite,
               tool::wrapped("remove what an earlier run has left in the folder, instead of moving it to FOLDER/earlier-1, -2 and so on"))
      ->group(run);
  tool::add_option(app, "checkpoint-every", g.keeping.every, "iterations between two checkpoints, in the place of minutes",
                   tool::at_least(1))
      ->group(run);
  tool::add_option(app, "checkpoint-minutes", g.keeping.minutes,
                   "minutes between two checkpoints, and at least a hundred times what one takes to write", tool::at_least(0))
      ->default_str(tool::text_of(g.keeping.minutes))
      ->group(run);
}

/// Refuses options beside --resume that would change the run.
void expect_nothing_beside_resume(const CLI::App& command) {
  for (const auto* option : command.get_options()) {
    const std::string name = option->get_single_name();
    const bool beside      = name == "resume" || name == "threads" || name == "quiet" || name.starts_with("checkpoint-");
    if (option->count() > 0 && !beside) tool::refuse("resume", "no other settings than those of the run", "--" + name);
  }
}

void train_or_resume(const CLI::App& command, given& g) {
  g.keeping.resume = !g.resume.empty();
  if (!g.keeping.resume) {
    const auto s = settings_of(command, g, "jem-run");
    expect_options_of_the_method(command, s);
    return tool::train_once(s, g.keeping);
  }
  expect_nothing_beside_resume(command);
  tool::settings s = tool::settings_of_run(g.resume);
  s.out            = g.resume;
  tool::train_once(s, g.keeping);
}

void demo_or_resume(const CLI::App& command, const given& g) {
  if (g.resume.empty()) return tool::demo(settings_of(command, g, "demo"), static_cast<int>(g.seeds), g.effort, g.keeping);
  expect_nothing_beside_resume(command);
  tool::resume_demo(g.resume, g.keeping);
}

/// Opens the standard streams that are closed, so that no file of a run gets the number of one.
void open_standard_streams() {
  for (const int stream : {0, 1, 2}) {
    if (fcntl(stream, F_GETFD) < 0 && errno == EBADF) (void)open("/dev/null", O_RDWR);
  }
}

/// Refuses arguments that are not in UTF-8, since settings and results are written in UTF-8.
void expect_utf8(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (!tool::is_utf8(argv[i])) throw std::invalid_argument("expected arguments in UTF-8 but received " + tool::printable(argv[i]));
  }
}

/// Throws std::runtime_error if not all that was printed could be written to standard output. It is no error if the reader of a pipe has
/// closed its end.
void expect_printed() {
  std::cout.flush();
  const bool flushed = std::fflush(stdout) == 0, taken = flushed && std::ferror(stdout) == 0 && std::cout.good();
  pollfd output{.fd = fileno(stdout), .events = 0, .revents = 0};
  if (taken || (poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0)) return;
  throw std::runtime_error("standard output: expected it to take all that was printed, but it is full or cannot be written");
}

int run(int argc, char** argv) {
  open_standard_streams();
  expect_utf8(argc, argv);
  CLI::App app{"jem: a classifier that is secretly an energy-based model"};
  app.require_subcommand(1);
  app.set_version_flag("--version", tool::version_text, "version, compiler, processor, and the backends that are compiled in");
  given g;
  auto& demo = *app.add_subcommand("demo", "a plain classifier and two JEMs side by side on handwritten digits; writes demo/report.html");
  add_settings(demo, g, {"data", "network", "method"});
  tool::add_option(demo, "seeds", g.seeds, "runs of each; the table shows medians", tool::between(1, 1000))->default_str("1")->group("Run");
  add_strong(demo, g);
  add_checkpoints(demo, g);
  auto& train = *app.add_subcommand("train", "one training run on the digits or on files");
  add_settings(train, g, {"matched-iterations", "matched-rate"});
  add_checkpoints(train, g);
  auto& evaluate =
      *app.add_subcommand("evaluate", "accuracy, calibration, out-of-distribution scores and robustness of a run, in its precision");
  add_evaluate(evaluate, g);
  auto& predict = *app.add_subcommand("predict", "what a run takes images for, and whether they look like its training data");
  add_predict(predict, g);
  auto& sample = *app.add_subcommand("sample", "images that a run makes from noise, beside the training images nearest to them");
  add_sample(sample, g);
  auto& pack = *app.add_subcommand("pack", "a small copy of a run, to pass on: weights in bfloat16, without the folders of its data");
  pack.add_option("run", g.folder, "the folder that jem train wrote, or jem demo, of which the best network is kept")
      ->required()
      ->type_name("");
  pack.add_option("folder", g.into, "the folder to write")->required()->type_name("");
  auto& selftest = *app.add_subcommand("selftest", "whether each backend computes what it should on this machine, and how fast");
  selftest.add_option("--backend", g.backend, "the one to test instead of all that are compiled in")->type_name("NAME");
  add_threads(selftest, g);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw;
    for (auto* command : {&demo, &train}) {
      if (command->parsed()) show_defaults(*command, g);
    }
    if (dynamic_cast<const CLI::CallForHelp*>(&error) == nullptr) return app.exit(error);
    std::cout << tool::without_marks(app.help());
    return 0;
  }
  use_threads(g.threads);
  if (selftest.parsed()) return tool::selftest(g.backend);
  if (predict.parsed()) {
    tool::predict(g.folder, g.images, g.json);
  } else if (sample.parsed()) {
    tool::sample_run(g.folder, g.sampling);
  } else if (pack.parsed()) {
    tool::pack_run(g.folder, g.into);
  } else if (evaluate.parsed()) {
    tool::evaluate_run(g.folder, g.data, g.others, g.effort, g.seed);
  } else if (demo.parsed()) {
    demo_or_resume(demo, g);
  } else {
    train_or_resume(train, g);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int code = run(argc, argv);
    expect_printed();
    return code;
  } catch (const tool::diverged& error) {
    std::cerr << "jem: " << error.what() << std::endl;
    return 3;
  } catch (const tool::stopped& at) {
    std::cerr << "jem: stopped before iteration " << at.iteration << "; go on by: " << at.go_on << std::endl;
    return 128 + at.signal;
  } catch (const std::bad_alloc&) {
    std::cerr << "jem: expected memory for these settings but the system has no more to give" << std::endl;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "jem: " << error.what() << std::endl;
    return 2;
  }
}
