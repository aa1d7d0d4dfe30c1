#include "demo.hpp"
#include "report.hpp"
#include "run.hpp"
#include "samples.hpp"

#include <jem/io/file.hpp>
#include <jem/io/png.hpp>
#include <jem/io/safetensors.hpp>

#include <cstdio>
#include <iostream>

namespace tool {

namespace {

void write_json(const std::filesystem::path& path, const table& value) { jem::io::write_file(path, value.dump(2) + "\n"); }

/// The name under which a table shows other data: the last folder of "idx:…/mnist", or the kind.
std::string name_of(const std::string& data) {
  const auto colon = data.find(':');
  if (colon == std::string::npos) return data;
  const auto path = std::filesystem::path(data.substr(colon + 1)).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

/// f(net, rng) with the network of the settings for such images, and the generator that everything else draws from.
template <class F>
void with_network(const settings& s, const jem::shape& images, jem::index_t classes, F f) {
  jem::rng rng{s.seed};
  const auto in_precision = [&](auto net) {
    if (s.precision == "bfloat16") {
      f(jem::compute_in<jem::bfloat16>(std::move(net)), rng);
    } else {
      f(std::move(net), rng);
    }
  };
  if (s.network == "convnet") {
    in_precision(make_small_network(s, images, classes, rng));
  } else {
    in_precision(make_deep_network(s, images, classes, rng));
  }
}

}  // namespace

void train_once(const settings& s) {
  const split data = load(s.data, s.validation);
  begin_run(s.out);
  write_json(s.out / "settings.json", s);
  with_network(s, data.train.x.extents(), data.train.classes, [&](auto net, jem::rng& rng) {
    const auto run = train(s, std::move(net), data.train, rng, "training", true);
    jem::io::save_parameters(s.out / "weights.safetensors", run.net);
    if (s.weight_x != 0 || s.weight_xy != 0) {
      jem::io::write_png(s.out / "samples.png", buffer_sheet(run.buffer));
      jem::io::write_png(s.out / "samples_by_class.png", sheet_by_class(s, run, data.train.classes, rng));
    }
    table figures      = judge_classifier(run.net, data.test);
    figures["seconds"] = run.seconds;
    write_json(s.out / "metrics.json", figures);
    std::printf("accuracy %.4f  NLL %.4f  Brier %.4f  ECE %.4f  on %td %s images\nwrote %s\n", figures["accuracy"].get<double>(),
                figures["nll"].get<double>(), figures["brier"].get<double>(), figures["ece"].get<double>(), data.test.size(),
                s.validation > 0 ? "validation" : "test", (s.out / "metrics.json").c_str());
  });
}

void evaluate_run(const std::filesystem::path& run, const std::vector<std::string>& others, const effort& e, std::uint64_t seed) {
  settings s         = read_settings(run / "settings.json");
  s.seed             = seed;
  const dataset test = load_test(s.data);
  with_network(s, test.x.extents(), test.classes, [&](auto net, jem::rng& rng) {
    const auto weights = run / "weights.safetensors";
    jem::io::load_parameters(weights, net);
    auto sets = made_up_sets(test.rows(0, std::min(e.scored, test.size())), rng);
    for (const auto& other : others) {
      const auto images = load_test(other);
      jem::expect_shape("jem: images of " + other, test.x.extents().with_rows(images.size()), images.x.extents());
      sets.emplace_back(name_of(other), tensor(images.x.rows(0, std::min(e.scored, images.size()))));
    }
    const table figures = judge(net, test, sets, e, rng).figures;
    write_json(run / "evaluation.json", figures);
    std::cout << terminal_table(figures) << "wrote " << (run / "evaluation.json").string() << std::endl;
  });
}

}  // namespace tool
