#include "demo.hpp"
#include "kept_states.hpp"
#include "report.hpp"
#include "start.hpp"
#include "run.hpp"
#include "samples.hpp"

#include <jem/data/resize.hpp>
#include <jem/io/file.hpp>
#include <jem/io/png.hpp>
#include <jem/io/run.hpp>
#include <jem/io/safetensors.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace tool {

namespace {

/// A short name of other data: the last folder of "idx:…/mnist", or the kind.
std::string short_name(const std::string& data) {
  const auto name = without_folders(data);
  return name.substr(name.find(':') + 1);  // the whole of it without a colon
}

/// The names under which a table shows other data: short names, or the full text of the option where the short name is not meaningful or
/// is also that of another set. Throws std::invalid_argument for data given twice.
std::vector<std::string> names_of(const std::vector<std::string>& others) {
  std::vector<std::string> names;
  for (const auto& other : others) {
    if (std::ranges::count(others, other) > 1) refuse("ood", "each of the data once", other + " twice");
    const auto name   = short_name(other);
    const auto has_it = [&](const auto& another) { return another != other && (another == name || short_name(another) == name); };
    const bool clear  = !name.empty() && name != "." && name != ".." && name != "test" && std::ranges::count(made_up_names, name) == 0;
    names.push_back(clear && std::ranges::none_of(others, has_it) ? name : other);
  }
  return names;
}

/// Calls f(net, rng) with the network of the settings for such images, and the generator for all further random numbers.
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
  } else if (activation_of(s) == "swish") {
    in_precision(make_deep_network<smooth_network>(s, images, classes, rng));
  } else {
    in_precision(make_deep_network<deep_network>(s, images, classes, rng));
  }
}

}  // namespace

void train_once(const settings& given, keeping k) {
  const auto checkpoint = given.out / "checkpoint.safetensors";
  if (k.resume && std::filesystem::exists(given.out / "metrics.json")) {
    remove_states(checkpoint);  // they are still there if it was killed after it wrote its last file
    std::printf("%s is finished: there is nothing to go on with\n", given.out.c_str());
    return;
  }
  const settings resolved = k.resume ? given : with_resolved_paths(given);
  const split data        = load(resolved);
  expect_possible(resolved, data.train);
  tell_doubts(data);
  with_network(resolved, data.train.x.extents(), data.train.classes, [&](auto net, jem::rng& rng) {
    const settings s  = k.resume ? resolved : with_form_of(data, resolved);
    const auto folder = begin_run(s, needs_of(s, net, data), k);
    k.settings        = table(s).dump();
    k.log             = s.out / "metrics.jsonl";
    k.checkpoint      = checkpoint;
    k.go_on           = "jem train --resume " + s.out.string();
    const auto run    = train(s, std::move(net), data, rng, "training", k);
    insist([&] { jem::io::save_parameters(s.out / "model.safetensors", run.net, {}, {{"run", s.run}}); });
    insist([&] { jem::io::write_run_config(s.out, config_of(s, data.test, familiar_from(run.net, data.test.all))); });
    if (s.method == "matched") {
      const auto& images = data.train.x.extents();
      const auto any = noise_sheet(s, run.net, images, rng), by_class = noise_sheet_by_class(s, run.net, images, data.train.classes, rng);
      insist([&] { jem::io::write_png(s.out / "samples.png", any); });
      insist([&] { jem::io::write_png(s.out / "samples_by_class.png", by_class); });
    } else if (has_chains(s)) {
      const auto by_class = sheet_by_class(s, run, data.train.classes, rng);
      insist([&] { jem::io::write_png(s.out / "samples.png", buffer_sheet(run.buffer, keeps_classes_apart(s))); });
      insist([&] { jem::io::write_png(s.out / "samples_by_class.png", by_class); });
    }
    table figures{{"run", s.run}};
    figures.update(judge_classifier(run.net, data.test.all));
    figures["judged"]  = judged_of(data.test);
    figures["seconds"] = run.seconds;
    insist([&] { write_json(s.out / "metrics.json", figures); });
    remove_states(checkpoint);
    std::printf("accuracy %.4f  NLL %.4f  Brier %.4f  ECE %.4f  on %td %s images\nwrote %s\n", figures["accuracy"].get<double>(),
                figures["nll"].get<double>(), figures["brier"].get<double>(), figures["ece"].get<double>(), data.test.all.size(),
                data.test.kind.c_str(), (s.out / "metrics.json").c_str());
  });
}

namespace {

/// A network that a run has saved.
struct left_network {
  std::string name, key;  ///< its name in tables, and its key in evaluation.json; both are empty for a single network
  std::filesystem::path weights;
};

/// The networks of a demo, or the one of a run.
std::vector<left_network> networks_of(const std::filesystem::path& run) {
  const auto older = run / "weights.safetensors";
  const auto one   = std::filesystem::exists(older) ? older : run / "model.safetensors";
  if (std::filesystem::exists(one) || !std::filesystem::exists(run / "jem.safetensors")) return {{"", "", one}};
  std::vector<left_network> found;
  for (const auto& c : columns_of_demo) {
    const auto weights = run / (std::string(c.key) + ".safetensors");
    if (std::filesystem::exists(weights)) found.push_back({c.name, c.key, weights});  // a demo of an older version has only two
  }
  return found;
}

/// At most `count` test images of each of the others, in the size of those that are judged, by the names that the table shows. Says which
/// had another size.
image_sets load_others(const std::vector<std::string>& others, const judged_images& test, jem::index_t count) {
  const auto names   = names_of(others);
  const jem::shape e = test.all.x.extents();
  image_sets sets;
  for (std::size_t i = 0; i < others.size(); ++i) {
    auto other    = load_other(others[i]);
    other.seed    = test.seed;
    tensor images = other.part(count).x;
    if (const jem::shape own = images.extents(); own != e.with_rows(own[0])) {
      images = about("ood", [&] { return jem::data::resized(images, e[1], e[2], e[3]); });
      std::cout << jem::concat("images of ", names[i], ": resized from ", own[1], "x", own[2], "x", own[3], " to ", e[1], "x", e[2], "x",
                               e[3], "\n");
    }
    sets.emplace_back(names[i], std::move(images));
  }
  return sets;
}

/// Judges the network of the settings with these weights. The result depends on the seed, but not on which other networks are judged.
judgement judge_weights(const settings& s, const std::filesystem::path& weights, const judged_images& test, const image_sets& others,
                        const effort& e) {
  judgement verdict;
  with_network(s, test.all.x.extents(), test.all.classes, [&](auto net, jem::rng& rng) {
    jem::io::load_run_weights(weights, net, s.run);
    auto sets = made_up_sets(test.part(e.scored), rng);
    sets.insert(sets.end(), others.begin(), others.end());
    verdict = judge(net, test, sets, e, rng);
  });
  return verdict;
}

}  // namespace

void evaluate_run(const std::filesystem::path& run, const std::string& data, const std::vector<std::string>& others, const effort& e,
                  std::uint64_t seed) {
  settings s = settings_of_run(run);
  if (!data.empty()) s.data = data;
  judged_images test = load_judged(s, e.validation);
  test.seed = s.seed = seed;
  const auto sets    = load_others(others, test, e.scored);
  table result{{"run", s.run}, {"judged", judged_of(test)}};
  const auto scored = std::min(e.scored, test.all.size()), attacked = std::min(e.attacked, test.all.size());
  result["judged"].update({{"scored", scored}, {"attacked", attacked}});
  std::vector<judged_network> networks;
  for (const auto& [name, key, weights] : networks_of(run)) {
    auto verdict           = judge_weights(s, weights, test, sets, e);
    table figures          = verdict.figures;
    figures["reliability"] = bins_of(verdict.behind.bins);
    if (key.empty()) {
      result.update(figures);
    } else {
      result[key] = figures;
    }
    networks.push_back({name, std::move(verdict.figures), std::move(verdict.behind.bins)});
  }
  write_json(run / "evaluation.json", result);
  std::cout << "judged on " << test.all.size() << " " << test.kind << " images, " << scored << " of them scored and " << attacked
            << " attacked\n"
            << terminal_table(networks) << "wrote " << (run / "evaluation.json").string() << std::endl;
}

}  // namespace tool
