#include "run.hpp"

#include "progress.hpp"

#include <jem/data/augment.hpp>
#include <jem/data/cifar.hpp>
#include <jem/data/digits.hpp>
#include <jem/data/idx.hpp>
#include <jem/data/png_folder.hpp>
#include <jem/io/gzip.hpp>
#include <jem/io/safetensors.hpp>
#include <jem/io/xz.hpp>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

namespace tool {

namespace {

std::string details(const jem::training_info& info, double images_per_second) {
  char text[160];
  if (std::isnan(info.energy_sample)) {
    std::snprintf(text, sizeof text, "loss %.3f  acc %.3f  %.0f images/s", static_cast<double>(info.loss),
                  static_cast<double>(info.accuracy), images_per_second);
  } else {
    std::snprintf(text, sizeof text, "loss %.3f  gap %+.3f  acc %.3f  %.0f images/s", static_cast<double>(info.loss),
                  static_cast<double>(info.energy_gap()), static_cast<double>(info.accuracy), images_per_second);
  }
  return text;
}

nlohmann::json line(const jem::training_info& info, double seconds) {
  return {{"iteration", info.iteration},         {"loss", info.loss},
          {"accuracy", info.accuracy},           {"energy_data", info.energy_data},
          {"energy_sample", info.energy_sample}, {"energy_gap", info.energy_gap()},
          {"gradient_norm", info.gradient_norm}, {"seconds", seconds}};
}

/// The augmentation of the settings, as one type for all of them.
struct augmentation {
  jem::index_t crop;
  bool flip;

  void operator()(tensor& x, jem::rng& rng) const {
    if (crop > 0) jem::data::reflect_crop{crop}(x, rng);
    if (flip) jem::data::random_flip{}(x, rng);
  }
};

enum class part { train, test };

dataset load_cifar(const std::filesystem::path& path, part which, const jem::data::cifar_format& format) {
  const jem::io::packings packings{jem::io::gzip, jem::io::xz};
  if (std::filesystem::is_regular_file(path)) return jem::data::read_cifar_file<tensor>(path, format, packings);
  return jem::data::read_cifar<tensor>(path, which == part::train ? "train" : "test", format, packings);
}

/// One part of the data that a specification names: KIND or KIND:PATH.
dataset load_part(const std::string& data, part which) {
  namespace data_sets    = jem::data;
  const bool train       = which == part::train;
  const auto colon       = data.find(':');
  const std::string kind = data.substr(0, colon);
  if (kind == "digits" && colon == std::string::npos) return train ? data_sets::digits_train<tensor>() : data_sets::digits_test<tensor>();
  if (colon != std::string::npos && colon + 1 < data.size()) {
    const std::filesystem::path path = data.substr(colon + 1);
    if (kind == "idx") return data_sets::read_idx_dataset<tensor>(path, train ? "train" : "t10k", 10, {jem::io::gzip, jem::io::xz});
    if (kind == "cifar10") return load_cifar(path, which, data_sets::cifar10);
    if (kind == "cifar100") return load_cifar(path, which, data_sets::cifar100);
    if (kind == "png") return data_sets::read_png_folder<tensor>(path / (train ? "train" : "test")).set;
  }
  jem::fail("jem", "data named digits, or idx, cifar10, cifar100 or png with :PATH behind,", data);
}

}  // namespace

dataset load_test(const std::string& data) {
  dataset test = load_part(data, part::test);
  jem::expect_at_least("jem", "test images", 1, test.size());
  return test;
}

split load(const std::string& data, jem::index_t validation) {
  if (validation > 0) {
    const dataset all       = load_part(data, part::train);
    const jem::index_t rest = all.size() - validation;
    if (rest < 1)
      jem::fail("jem", "fewer validation images than the " + std::to_string(all.size()) + " for training", std::to_string(validation));
    return {all.rows(0, rest), all.rows(rest, validation)};
  }
  split both{load_part(data, part::train), load_test(data)};
  jem::expect_shape("jem: test images", both.train.x.extents().with_rows(both.test.size()), both.test.x.extents());
  return both;
}

namespace {

/// A network whose weights are drawn as the settings say.
template <class Net>
Net make_network(const settings& s, const auto& options, jem::rng& rng) {
  if (s.initialisation == "he") return Net(options, rng, {}, jem::he_normal{});
  return Net(options, rng);
}

}  // namespace

small_network make_small_network(const settings& s, const jem::shape& images, jem::index_t classes, jem::rng& rng) {
  jem::rng own = rng.split();
  const jem::convnet_options options{
      .height = images[1], .width = images[2], .channels = images[3], .classes = classes, .widths = s.widths};
  return make_network<small_network>(s, options, own);
}

deep_network make_deep_network(const settings& s, const jem::shape& images, jem::index_t classes, jem::rng& rng) {
  jem::rng own = rng.split();
  jem::wide_resnet_options options{.channels = images[3], .classes = classes};
  char rest = 0;
  if (std::sscanf(s.network.c_str(), "wide-resnet-%td-%td%c", &options.depth, &options.width, &rest) != 2) {
    jem::fail("jem", "a network named convnet or wide-resnet-DEPTH-WIDTH", s.network);
  }
  return make_network<deep_network>(s, options, own);
}

void begin_run(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const char* name : {"metrics.json", "report.html", "weights.safetensors"}) std::filesystem::remove(folder / name);
}

jem::sgld<jem::constant, jem::fixed_noise> sampler_of(const settings& s) {
  return {.step_size = jem::constant{s.step_size}, .noise = jem::fixed_noise{s.noise}};
}

namespace {

/// A rise over the warm-up, under half a cosine down to the rate at the end.
jem::warm_up<jem::cosine_decay> learning_rate_of(const settings& s) {
  return {.rate = {.rate = s.learning_rate, .updates = s.iterations, .last = s.rate_at_end * s.learning_rate}, .updates = s.warm_up};
}

}  // namespace

template <class Net>
outcome<Net> train(const settings& s, Net net, const dataset& set, jem::rng& rng, const std::string& title, bool write_log) {
  const jem::trainer trainer{
      .loss = s.weight_yx * jem::cross_entropy{} + s.weight_x * jem::contrastive_divergence{} +
              s.weight_xy * jem::joint_contrastive_divergence{} + s.penalty * jem::energy_penalty{},
      .sampler    = sampler_of(s),
      .optimiser  = jem::adam{.learning_rate = learning_rate_of(s)},
      .batch      = s.batch,
      .steps      = s.steps,
      .data_noise = s.data_noise,
      .buffer     = {.capacity = s.buffer, .restart_probability = s.restart, .classes = s.by_class || s.weight_xy != 0 ? set.classes : 0},
      .augment    = jem::data::augment{.labelled = augmentation{s.crop, s.flip}, .unlabelled = augmentation{s.crop, s.flip}},
      .draws      = s.with_replacement ? jem::data::draws::with_replacement : jem::data::draws::shuffled};
  auto state = trainer.init(std::move(net), set, rng);

  std::ofstream log;
  if (write_log) {
    log.open(s.out / "metrics.jsonl");
    if (!log) throw std::runtime_error((s.out / "metrics.jsonl").string() + ": expected a file that can be written");
  }
  progress bar(title, s.iterations);
  const stopwatch clock;
  outcome<Net> result;
  Net last_good = state.net, candidate;  // weights are good once a step has seen a finite loss at them
  try {
    for (jem::index_t i = 0; i < s.iterations; ++i) {
      candidate       = state.net;
      const auto info = trainer.step(state);
      std::swap(last_good, candidate);
      result.curve.push_back(info);
      if (log.is_open()) log << line(info, clock.seconds()).dump() << std::endl;
      bar.show(i + 1, details(info, static_cast<double>((i + 1) * s.batch) / clock.seconds()));
    }
  } catch (const jem::divergence_error& error) {
    jem::io::save_parameters(s.out / "weights.safetensors", last_good);
    throw diverged(error.what());
  }
  result.net     = std::move(state.net);
  result.buffer  = state.buffer.positions();
  result.seconds = clock.seconds();
  if (log.is_open() && !log.flush()) throw std::runtime_error((s.out / "metrics.jsonl").string() + ": expected room for all lines");
  return result;
}

template outcome<small_network> train(const settings&, small_network, const dataset&, jem::rng&, const std::string&, bool);
template outcome<deep_network> train(const settings&, deep_network, const dataset&, jem::rng&, const std::string&, bool);
template outcome<in_bfloat16<small_network>> train(const settings&, in_bfloat16<small_network>, const dataset&, jem::rng&,
                                                   const std::string&, bool);
template outcome<in_bfloat16<deep_network>> train(const settings&, in_bfloat16<deep_network>, const dataset&, jem::rng&, const std::string&,
                                                  bool);

}  // namespace tool
