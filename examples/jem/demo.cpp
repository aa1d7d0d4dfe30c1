#include "demo.hpp"

#include "judge.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "run.hpp"
#include "samples.hpp"

#include <jem/io/file.hpp>
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

/// Trains and judges one side of the comparison.
template <class Net>
void compete(series<Net>& side, const settings& s, const split& data, const effort& e, const std::string& title, bool log) {
  jem::rng rng{s.seed};
  Net net(make_small_network(s, data.train.x.extents(), data.train.classes, rng));
  auto run = train(s, std::move(net), data.train, rng, title, {.log = log});
  std::fprintf(stderr, "%s: judging\n", title.c_str());
  jem::rng own{s.seed};  // how a network is judged does not depend on how it was trained
  const auto others = made_up_sets(data.test.all, own);
  auto verdict      = judge(run.net, data.test, others, e, own);
  side.add(std::move(run), std::move(verdict));
}

template <class Net>
void compare(const settings& s, int seeds, const effort& e) {
  const stopwatch clock;
  const split digits = load(s);
  expect_possible(s, digits.train);
  begin_run(s.out);
  const settings all = with_form_of(digits, s);
  jem::io::write_file(s.out / "settings.json", table(all).dump(2) + "\n");
  series<Net> plain, joint;
  for (int k = 0; k < seeds; ++k) {
    settings now     = s;
    now.seed         = s.seed + static_cast<std::uint64_t>(k);
    const auto title = [&](const char* name) {
      return seeds == 1 ? std::string(name) : std::string(name) + " " + std::to_string(k + 1) + "/" + std::to_string(seeds);
    };
    compete(plain, without_energy(now), digits, e, title("cross-entropy"), false);
    compete(joint, now, digits, e, title("JEM"), k == 0);
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
  jem::io::write_png(s.out / "samples.png", c.joint.samples);
  jem::io::write_png(s.out / "samples_by_class.png", c.by_class);
  jem::io::save_parameters(s.out / "cross_entropy.safetensors", plain.first[0].net);
  jem::io::save_parameters(s.out / "jem.safetensors", joint.first[0].net);
  auto config    = config_of(all, digits.test, familiar_from(joint.first[0].net, digits.test.all));
  config.weights = "jem.safetensors";
  jem::io::write_run_config(s.out, config);
  c.seconds = clock.seconds();
  const table figures{{"seconds", c.seconds},
                      {"seeds", seeds},
                      {"judged", judged_of(digits.test)},
                      {"cross_entropy", c.plain.figures},
                      {"jem", c.joint.figures}};
  jem::io::write_file(s.out / "metrics.json", figures.dump(2) + "\n");
  write_report(c, s.out / "report.html");
  std::cout << '\n' << terminal_table(c) << "\nwrote " << (s.out / "report.html").string() << std::endl;
}

}  // namespace

void demo(const settings& s, int seeds, const effort& e) {
  if (s.data != "digits") refuse("settings", "those of a run on the digits", "those of one on " + s.data);
  if (s.network != "convnet") refuse("settings", "those of a convnet", "those of a " + s.network);
  if (s.precision == "bfloat16") {
    compare<in_bfloat16<small_network>>(s, seeds, e);
  } else {
    compare<small_network>(s, seeds, e);
  }
}

}  // namespace tool
