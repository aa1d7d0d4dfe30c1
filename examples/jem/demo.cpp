#include "demo.hpp"

#include "judge.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "run.hpp"

#include <jem/evaluate/generate.hpp>
#include <jem/io/file.hpp>
#include <jem/io/safetensors.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>

namespace tool {

namespace {

void write_json(const std::filesystem::path& path, const table& value) { jem::io::write_file(path, value.dump(2) + "\n"); }

/// The folder of a run, without what an earlier run said at its end.
void prepare(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const char* name : {"metrics.json", "report.html", "weights.safetensors"}) std::filesystem::remove(folder / name);
}

/// The first images of a batch as a sheet, enlarged to a few hundred pixels.
jem::io::image sheet_of(const tensor& images, jem::index_t columns) {
  return jem::io::sheet(images, columns, std::max<jem::index_t>(1, 48 / images.extent(2)));
}

jem::io::image buffer_sheet(const tensor& buffer) {
  return sheet_of(tensor(buffer.rows(0, std::min<jem::index_t>(100, buffer.extent(0)))), 10);
}

/// 0, 0, …, 1, 1, …: `each` labels a class.
jem::labels<tensor> labels_by_class(jem::index_t classes, jem::index_t each) {
  std::vector<std::int32_t> y;
  for (jem::index_t i = 0; i < classes * each; ++i) y.push_back(static_cast<std::int32_t>(i / each));
  return jem::labels<tensor>(jem::shape{classes * each}, y);
}

/// Where chains of p(x|y) start: for each class the first chains of the buffer that the network takes for it. Pairs (x, y) with x
/// from p(x) and y from p(y|x) are samples of p(x, y), so the sampler only has to refine them. A class with too few takes any.
tensor starts_by_class(const network& net, const tensor& buffer, jem::index_t classes, jem::index_t each) {
  const auto guess = jem::row_argmax(jem::evaluate::logits_of(net, buffer)).to_vector();
  std::vector<std::int32_t> rows;
  for (jem::index_t c = 0; c < classes; ++c) {
    for (std::size_t i = 0; i < guess.size() && std::ssize(rows) < (c + 1) * each; ++i) {
      if (guess[i] == c) rows.push_back(static_cast<std::int32_t>(i));
    }
    while (std::ssize(rows) < (c + 1) * each) rows.push_back(static_cast<std::int32_t>(std::ssize(rows) % buffer.extent(0)));
  }
  return jem::gather_rows(buffer, jem::labels<tensor>(jem::shape{std::ssize(rows)}, rows));
}

std::string recipe(const settings& s) {
  char text[400];
  std::snprintf(
      text, sizeof text,
      "Recipe: Adam with learning rate %g after %td iterations of warm-up, %td iterations of batches of %td, data noise %g; for the "
      "JEM %td sampler steps "
      "of size %g and noise %g from a replay buffer of %td images, %g %% of them restarted, and an energy penalty of %g.",
      static_cast<double>(s.learning_rate), s.warm_up, s.iterations, s.batch, static_cast<double>(s.data_noise), s.steps,
      static_cast<double>(s.step_size), static_cast<double>(s.noise), s.buffer, 100 * static_cast<double>(s.restart),
      static_cast<double>(s.penalty));
  return text;
}

/// Several seeds of one of the two objectives.
struct series {
  std::vector<table> figures;
  std::vector<double> seconds;
  std::vector<outcome> first;  ///< of the first seed
  evidence behind;

  void add(outcome run, judgement verdict) {
    figures.push_back(std::move(verdict.figures));
    seconds.push_back(run.seconds);
    if (!first.empty()) return;
    behind = std::move(verdict.behind);
    first.push_back(std::move(run));
  }
};

/// Samples of p(x|y), ten of each class in a row.
jem::io::image sheet_by_class(const settings& s, const outcome& run, const dataset& train, jem::rng& rng) {
  const auto start = starts_by_class(run.net, run.buffer, train.classes, 10);
  return sheet_of(jem::evaluate::continued(sampler_of(s), run.net, start, labels_by_class(train.classes, 10), s.steps, rng), 10);
}

/// Samples of the same sampler on both networks, and the JEM's by class.
void add_samples(comparison& c, const settings& s, const outcome& plain, const outcome& joint, const dataset& train) {
  jem::rng rng{s.seed};
  const auto kernel           = sampler_of(s);
  const jem::index_t long_run = 50 * s.steps;
  const jem::shape hundred    = train.x.extents().with_rows(100);
  c.data                      = sheet_of(tensor(train.x.rows(0, 100)), 10);
  c.joint.samples             = buffer_sheet(joint.buffer);
  c.plain.samples             = sheet_of(jem::evaluate::fresh_samples(kernel, plain.net, hundred, long_run, rng), 10);
  c.fresh                     = sheet_of(jem::evaluate::fresh_samples(kernel, joint.net, hundred, long_run, rng), 10);
  c.by_class                  = sheet_by_class(s, joint, train, rng);
}

void save(const settings& s, const std::string& name, const outcome& run) {
  jem::io::save_parameters(s.out / (name + ".safetensors"), run.net);
}

/// A run that diverges leaves its last good weights before it is reported.
outcome train_or_save(const settings& s, const dataset& set, const std::string& title, const std::filesystem::path& log) {
  try {
    return train(s, set, title, log);
  } catch (const diverged& stop) {
    save(s, "weights", stop.state);
    throw;
  }
}

}  // namespace

void demo(const settings& s, int seeds) {
  prepare(s.out);
  const stopwatch clock;
  const split digits = load(s.data);
  series plain, joint;
  for (int k = 0; k < seeds; ++k) {
    settings now     = s;
    now.seed         = s.seed + static_cast<std::uint64_t>(k);
    const auto title = [&](const char* name) {
      return seeds == 1 ? std::string(name) : std::string(name) + " " + std::to_string(k + 1) + "/" + std::to_string(seeds);
    };
    const auto compete = [&](series& side, const settings& own, const char* name, const std::filesystem::path& log) {
      outcome run = train_or_save(own, digits.train, title(name), log);
      std::fprintf(stderr, "%s: judging\n", title(name).c_str());
      auto verdict = judge(run.net, digits.test, own.seed);
      side.add(std::move(run), std::move(verdict));
    };
    compete(plain, without_energy(now), "cross-entropy", {});
    compete(joint, now, "JEM", k == 0 ? s.out : std::filesystem::path{});
  }
  comparison c;
  c.plain  = {"cross-entropy", median(plain.figures), plain.behind, plain.first[0].curve, median(plain.seconds), {}};
  c.joint  = {"JEM", median(joint.figures), joint.behind, joint.first[0].curve, median(joint.seconds), {}};
  c.seeds  = seeds;
  c.recipe = recipe(s);
  add_samples(c, s, plain.first[0], joint.first[0], digits.train);
  jem::io::write_png(s.out / "samples.png", c.joint.samples);
  jem::io::write_png(s.out / "samples_by_class.png", c.by_class);
  save(s, "cross_entropy", plain.first[0]);
  save(s, "jem", joint.first[0]);
  c.seconds = clock.seconds();
  write_json(s.out / "metrics.json",
             {{"seconds", c.seconds}, {"seeds", seeds}, {"cross_entropy", c.plain.figures}, {"jem", c.joint.figures}});
  write_report(c, s.out / "report.html");
  std::cout << '\n' << terminal_table(c) << "\nwrote " << (s.out / "report.html").string() << std::endl;
}

void train_once(const settings& s) {
  const split data = load(s.data);
  prepare(s.out);
  const outcome run = train_or_save(s, data.train, "training", s.out);
  save(s, "weights", run);
  if (s.weight_x != 0 || s.weight_xy != 0) {
    jem::rng rng{s.seed};
    jem::io::write_png(s.out / "samples.png", buffer_sheet(run.buffer));
    jem::io::write_png(s.out / "samples_by_class.png", sheet_by_class(s, run, data.train, rng));
  }
  table figures      = judge_classifier(run.net, data.test);
  figures["seconds"] = run.seconds;
  write_json(s.out / "metrics.json", figures);
  std::printf("accuracy %.4f  NLL %.4f  Brier %.4f  ECE %.4f  on %td test images\nwrote %s\n", figures["accuracy"].get<double>(),
              figures["nll"].get<double>(), figures["brier"].get<double>(), figures["ece"].get<double>(), data.test.size(),
              (s.out / "metrics.json").c_str());
}

}  // namespace tool
