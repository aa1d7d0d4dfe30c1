#include "demo.hpp"

#include "judge.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "run.hpp"
#include "samples.hpp"
#include "start.hpp"

#include <jem/io/file.hpp>
#include <jem/io/gnuplot.hpp>
#include <jem/io/safetensors.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>

namespace tool {

namespace {

/// Several seeds of one of the two objectives.
template <class Net>
struct series {
  std::vector<table> figures;
  std::vector<double> seconds;
  std::vector<outcome<Net>> first;  ///< of the first seed
  evidence behind;

  void add(outcome<Net> run, judgement verdict) {
    figures.push_back(std::move(verdict.figures));
    seconds.push_back(run.seconds);
    if (!first.empty()) return;
    behind = std::move(verdict.behind);
    first.push_back(std::move(run));
  }
};

/// Samples of the same sampler on both networks, and the JEM's by class.
template <class Net>
void add_samples(comparison& c, const settings& s, const Net& plain, const outcome<Net>& joint, const dataset& train) {
  jem::rng rng{s.seed};
  const auto& images = train.x.extents();
  c.data             = sheet_of(tensor(train.x.rows(0, 100)), 10);
  c.joint.samples    = buffer_sheet(joint.buffer, keeps_classes_apart(s));
  c.plain.samples    = fresh_sheet(s, plain, images, rng);
  c.fresh            = fresh_sheet(s, joint.net, images, rng);
  c.by_class         = sheet_by_class(s, joint, train.classes, rng);
}

/// The files of the training runs, until the demo is finished.
std::filesystem::path parts_of(const std::filesystem::path& folder) { return folder / "parts"; }

/// Trains and judges one side of the comparison. `part` names its files.
template <class Net>
void compete(series<Net>& side, const settings& s, const split& data, const effort& e, const std::string& title, const std::string& part,
             keeping k) {
  k.log             = parts_of(s.out) / (part + ".jsonl");
  k.checkpoint      = parts_of(s.out) / (part + ".safetensors");
  k.last_checkpoint = true;
  k.settings        = table(s).dump();
  jem::rng rng{s.seed};
  Net net(make_small_network(s, data.train.x.extents(), data.train.classes, rng));
  auto run = train(s, std::move(net), data, rng, title, k);
  std::fprintf(stderr, "%s: judging\n", title.c_str());
  jem::rng own{s.seed};  // how a network is judged does not depend on how it was trained
  const auto others = made_up_sets(data.test.all, own);
  auto verdict      = judge(run.net, data.test, others, e, own);
  side.add(std::move(run), std::move(verdict));
}

template <class Net>
void compare(const settings& given, int seeds, const effort& e, keeping k) {
  const stopwatch clock;
  jem::io::expect_gnuplot();
  const split digits = load(given);
  expect_possible(given, digits.train);
  const settings s = k.resume ? given : with_form_of(digits, given);
  jem::rng any{s.seed};
  const Net first(make_small_network(s, digits.train.x.extents(), digits.train.classes, any));
  const auto folder = begin_run(s, needs_of(s, first, digits), k);
  std::filesystem::create_directories(parts_of(s.out));
  write_json(parts_of(s.out) / "demo.json", {{"seeds", seeds}, {"strong", e.strong}});
  k.go_on = "jem demo --resume " + s.out.string();
  series<Net> plain, joint;
  for (int i = 0; i < seeds; ++i) {
    settings now     = s;
    now.seed         = s.seed + static_cast<std::uint64_t>(i);
    const auto title = [&](const char* name) { return seeds == 1 ? name : jem::concat(name, " ", i + 1, "/", seeds); };
    const auto part  = [&](const char* name) { return jem::concat(name, "-", i + 1); };
    compete(plain, without_energy(now), digits, e, title("cross-entropy"), part("cross-entropy"), k);
    compete(joint, now, digits, e, title("JEM"), part("jem"), k);
  }
  comparison c;
  c.plain   = {"cross-entropy", median(plain.figures), plain.behind, plain.first[0].curve, median(plain.seconds), {}};
  c.joint   = {"JEM", median(joint.figures), joint.behind, joint.first[0].curve, median(joint.seconds), {}};
  c.seeds   = seeds;
  c.recipe  = in_words(s);
  c.trained = digits.train.size();
  c.judged  = digits.test.all.size();
  c.kind    = digits.test.kind;
  add_samples(c, s, plain.first[0].net, joint.first[0], digits.train);
  insist([&] { jem::io::write_png(s.out / "samples.png", c.joint.samples); });
  insist([&] { jem::io::write_png(s.out / "samples_by_class.png", c.by_class); });
  const jem::io::file_metadata of_this_run{{"run", s.run}};
  insist([&] { jem::io::save_parameters(s.out / "cross_entropy.safetensors", plain.first[0].net, {}, of_this_run); });
  insist([&] { jem::io::save_parameters(s.out / "jem.safetensors", joint.first[0].net, {}, of_this_run); });
  auto config    = config_of(s, digits.test, familiar_from(joint.first[0].net, digits.test.all));
  config.weights = "jem.safetensors";
  insist([&] { jem::io::write_run_config(s.out, config); });
  c.seconds = clock.seconds();
  const table figures{{"run", s.run},
                      {"seconds", c.seconds},
                      {"seeds", seeds},
                      {"judged", judged_of(digits.test)},
                      {"cross_entropy", c.plain.figures},
                      {"jem", c.joint.figures}};
  insist([&] { write_report(c, s.out / "report.html"); });
  std::filesystem::rename(parts_of(s.out) / "jem-1.jsonl", s.out / "metrics.jsonl");
  insist([&] { write_json(s.out / "metrics.json", figures); });  // the demo is finished
  std::filesystem::remove_all(parts_of(s.out));
  std::cout << '\n' << terminal_table(c) << "\nwrote " << (s.out / "report.html").string() << std::endl;
}

}  // namespace

void demo(const settings& s, int seeds, const effort& e, keeping k) {
  if (s.data != "digits") refuse("settings", "those of a run on the digits", "those of one on " + s.data);
  if (s.network != "convnet") refuse("settings", "those of a convnet", "those of a " + s.network);
  if (s.precision == "bfloat16") {
    compare<in_bfloat16<small_network>>(s, seeds, e, std::move(k));
  } else {
    compare<small_network>(s, seeds, e, std::move(k));
  }
}

void resume_demo(const std::filesystem::path& folder, keeping k) {
  if (std::filesystem::exists(folder / "metrics.json")) {
    std::cout << folder.string() << " is finished: there is nothing to go on with" << std::endl;
    return;
  }
  settings s       = settings_of_run(folder);
  s.out            = folder;
  const auto bytes = jem::io::read_file(parts_of(folder) / "demo.json");
  const auto told  = nlohmann::json::parse(bytes.begin(), bytes.end(), nullptr, false);
  if (!told.is_object() || !told.contains("seeds") || !told["seeds"].is_number_integer()) {
    throw std::runtime_error((parts_of(folder) / "demo.json").string() + ": expected what jem demo has left there but found " +
                             told.dump());
  }
  k.resume = true;
  demo(s, told["seeds"].get<int>(), {.strong = told.value("strong", false)}, std::move(k));
}

}  // namespace tool
