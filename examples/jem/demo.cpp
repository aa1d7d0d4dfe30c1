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

/// The results of one column on all seeds.
template <class Net>
struct series {
  demo_column column;
  std::vector<table> figures      = {};
  std::vector<double> seconds     = {};
  std::vector<outcome<Net>> first = {};  ///< of the first seed
  evidence behind                 = {};

  void add(outcome<Net> run, judgement verdict) {
    figures.push_back(std::move(verdict.figures));
    seconds.push_back(run.seconds);
    if (!first.empty()) return;
    behind = std::move(verdict.behind);
    first.push_back(std::move(run));
  }
};

/// Adds sheets of samples. A network with matched gradients makes them from noise, in a few steps; one that was trained by chains, from its
/// replay buffer. Networks without matched gradients also get a sheet by long chains from noise.
template <class Net>
void add_samples(contestant& c, const settings& s, const outcome<Net>& run, const dataset& train) {
  jem::rng rng{s.seed};
  const auto& images = train.x.extents();
  if (s.method == "matched") {
    c.samples  = noise_sheet(s, run.net, images, rng);
    c.by_class = noise_sheet_by_class(s, run.net, images, train.classes, rng);
  } else {
    c.fresh = fresh_sheet(s, run.net, images, rng);
  }
  if (!has_chains(s)) return;
  c.samples  = buffer_sheet(run.buffer, keeps_classes_apart(s));
  c.by_class = sheet_by_class(s, run, train.classes, rng);
}

/// The folder with the files of the training runs; the demo removes it when it is finished.
std::filesystem::path parts_of(const std::filesystem::path& folder) { return folder / "parts"; }

/// Trains and judges the network of one column on one seed. `part` is the name of its files.
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
  jem::rng own{s.seed};  // judging uses the same random numbers for every network, however many its training took
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
  std::vector<series<Net>> all;
  for (const auto& column : columns_of_demo) all.push_back({column});
  for (int i = 0; i < seeds; ++i) {
    for (auto& side : all) {
      settings now     = by_method(s, side.column.method);
      now.seed         = s.seed + static_cast<std::uint64_t>(i);
      const auto title = seeds == 1 ? std::string(side.column.name) : jem::concat(side.column.name, " ", i + 1, "/", seeds);
      compete(side, now, digits, e, title, jem::concat(side.column.key, "-", i + 1), k);
    }
  }
  comparison c;
  c.data    = sheet_of(tensor(digits.train.x.rows(0, 100)), 10);
  c.steps   = s.steps;
  c.seeds   = seeds;
  c.recipe  = in_words(s);
  c.trained = digits.train.size();
  c.judged  = digits.test.all.size();
  c.kind    = digits.test.kind;
  table figures{{"run", s.run}, {"seconds", 0}, {"seeds", seeds}, {"judged", judged_of(digits.test)}};
  for (const auto& side : all) {
    const auto& of_first = side.first[0];
    c.sides.push_back({side.column.name, median(side.figures), side.behind, of_first.curve, median(side.seconds)});
    add_samples(c.sides.back(), by_method(s, side.column.method), of_first, digits.train);
    const auto weights = s.out / (std::string(side.column.key) + ".safetensors");
    insist([&] { jem::io::save_parameters(weights, of_first.net, {}, {{"run", s.run}}); });
    figures[side.column.key]            = c.sides.back().figures;
    figures[side.column.key]["seconds"] = c.sides.back().seconds;
  }
  const auto& best = all.back();
  insist([&] { jem::io::write_png(s.out / "samples.png", c.sides.back().samples); });
  insist([&] { jem::io::write_png(s.out / "samples_by_class.png", c.sides.back().by_class); });
  auto config    = config_of(s, digits.test, familiar_from(best.first[0].net, digits.test.all));
  config.weights = std::string(best.column.key) + ".safetensors";
  insist([&] { jem::io::write_run_config(s.out, config); });
  c.seconds          = clock.seconds();
  figures["seconds"] = c.seconds;
  insist([&] { write_report(c, s.out / "report.html"); });
  std::filesystem::rename(parts_of(s.out) / (std::string(best.column.key) + "-1.jsonl"), s.out / "metrics.jsonl");
  insist([&] { write_json(s.out / "metrics.json", figures); });  // this file says that the demo is finished
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
