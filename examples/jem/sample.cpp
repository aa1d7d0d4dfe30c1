// `jem sample`: makes images from noise with the network of a run, and measures how good they are.
#include "demo.hpp"
#include "padded.hpp"
#include "progress.hpp"
#include "run.hpp"
#include "samples.hpp"
#include "start.hpp"

#include <jem/evaluate/generate.hpp>
#include <jem/io/png.hpp>
#include <jem/io/run.hpp>
#include <jem/metrics/accuracy.hpp>
#include <jem/metrics/kernel_distance.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

namespace tool {

namespace {

/// f(sampler) with the sampler for the method of a run: its own SGLD for chains, else a descent in `steps` steps.
template <class F>
tensor with_sampler(const settings& s, jem::index_t steps, float noise, F f) {
  return s.method == "chains" ? f(sampler_of(s)) : f(jem::evaluate::descent(steps, noise));
}

/// For each row of x, the number of the nearest row of y; and the root mean square of their difference, averaged over the rows of x.
struct nearest {
  std::vector<std::int32_t> row;
  double distance;

  nearest(const tensor& x, const tensor& y) : distance(0) {
    const auto all = jem::squared_distances(x, y);
    const auto m   = y.extent(0);
    for (auto from = all.begin(); from != all.end(); from += m) {
      const auto least = std::min_element(from, from + m);
      row.push_back(static_cast<std::int32_t>(least - from));
      distance += std::sqrt(*least / static_cast<double>(x.extents().row_size())) / static_cast<double>(x.extent(0));
    }
  }
};

/// `shown` of the numbers from 0 to count - 1, evenly spread, so that samples of all classes are chosen.
std::vector<std::int32_t> spread(jem::index_t count, jem::index_t shown) {
  std::vector<std::int32_t> rows;
  for (jem::index_t i = 0; i < shown; ++i) rows.push_back(static_cast<std::int32_t>(i * count / shown));
  return rows;
}

tensor rows_of(const tensor& x, const std::vector<std::int32_t>& rows) {
  return jem::gather_rows(x, jem::labels<tensor>(jem::shape{std::ssize(rows)}, rows));
}

/// A sheet of at most five rows of samples. Below each row are the training images that are nearest to its samples.
jem::io::image beside_nearest(const tensor& samples, const tensor& train, const nearest& found) {
  const jem::index_t count = samples.extent(0), shown = std::min<jem::index_t>(50, count - count % 10);
  const auto chosen = spread(count, shown);
  std::vector<std::int32_t> rows;  // of the samples with the training images behind them
  for (std::size_t first = 0; first < chosen.size(); first += 10) {
    for (std::size_t i = first; i < first + 10; ++i) rows.push_back(chosen[i]);
    for (std::size_t i = first; i < first + 10; ++i) {
      rows.push_back(static_cast<std::int32_t>(count) + found.row[static_cast<std::size_t>(chosen[i])]);
    }
  }
  return sheet_of(rows_of(jem::concatenate(samples, train), rows), 10);
}

double share_beyond_the_range(const tensor& x) {
  const auto values = x.to_vector();
  return static_cast<double>(std::ranges::count_if(values, [](float v) { return std::abs(v) > 1.15f; })) /
         static_cast<double>(values.size());
}

}  // namespace

void sample_run(const std::filesystem::path& folder, const sampling& how) {
  const auto run   = jem::io::load_run<tensor>(folder);
  const auto judge = jem::io::load_run<tensor>(how.judge.empty() ? folder : std::filesystem::path(how.judge));
  const settings s = settings_of_run(folder);
  if (s.method != "matched" && how.noise > 0) refuse("noise", "0 for a run whose samples are those of its own chains", text_of(how.noise));
  const split data   = load(s);
  const auto classes = data.train.classes;
  const double width = std::sqrt(0.15 * static_cast<double>(data.train.x.extents().row_size()));  // of the kernel
  const tensor train = data.train.rows(0, std::min<jem::index_t>(2000, data.train.size())).x;
  const dataset real = data.test.all.rows(0, std::min<jem::index_t>(500, data.test.all.size()));
  std::vector<std::int32_t> wanted;
  for (jem::index_t i = 0; i < how.count; ++i) wanted.push_back(static_cast<std::int32_t>(i * classes / how.count));
  const jem::labels<tensor> y(jem::shape{how.count}, wanted);
  const auto extents      = real.x.extents().with_rows(how.count);
  const auto chains_start = start_of(s, data.train);
  const jem::pooled_vector<std::int32_t> of_classes(wanted.begin(), wanted.end());
  table lines = table::array();
  std::printf("%8s %14s %16s %16s %16s %10s\n", "steps", "of its class", "kernel distance", "nearest train", "beyond range", "seconds");
  for (const auto steps : how.steps) {
    jem::rng rng{how.seed};
    const stopwatch clock;
    const tensor start = s.method == "matched" ? noise_law{s.path_noise}.operator()<tensor>(extents, rng)
                                               : chains_start.operator()<tensor>(extents, of_classes, rng);
    const tensor x =
        with_sampler(s, steps, how.noise, [&](const auto& k) { return jem::evaluate::continued(k, run.network, start, y, steps, rng); });
    const double seconds  = clock.seconds();
    const double right    = jem::metrics::accuracy(jem::evaluate::logits_of(judge.network, x), y);
    const double distance = jem::metrics::kernel_distance(x, real.x, width);
    const nearest found(x, train);
    lines.push_back({{"steps", steps},
                     {"of_its_class", right},
                     {"kernel_distance", distance},
                     {"nearest", found.distance},
                     {"beyond_range", share_beyond_the_range(x)},
                     {"seconds", seconds}});
    std::printf("%8td %14.3f %16.4f %16.3f %16.3f %10.2f\n", steps, right, distance, found.distance, share_beyond_the_range(x), seconds);
    const std::string name = "samples-" + std::to_string(steps);
    jem::io::write_png(folder / (name + ".png"), sheet_of(rows_of(x, spread(how.count, std::min<jem::index_t>(100, how.count))), 10));
    if (how.count >= 10) jem::io::write_png(folder / (name + "-nearest.png"), beside_nearest(x, train, found));
  }
  std::printf("%8s %14.3f %16.4f %16.3f %16.3f\n", "images",
              jem::metrics::accuracy(jem::evaluate::logits_of(judge.network, real.x), real.y),
              jem::metrics::kernel_distance(train, real.x, width), nearest(real.x, train).distance, share_beyond_the_range(real.x));
  write_json(folder / "samples.json", lines);
}

}  // namespace tool
