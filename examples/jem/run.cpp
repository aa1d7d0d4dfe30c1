#include "run.hpp"

#include "progress.hpp"

#include <jem/data/digits.hpp>
#include <jem/data/idx.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

namespace tool {

namespace {

network make_network(const settings& s, const dataset& set, jem::rng rng) {
  const auto& x = set.x.extents();
  return network({.height = x[1], .width = x[2], .channels = x[3], .classes = set.classes, .widths = s.widths}, rng);
}

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

}  // namespace

split load(const std::string& data) {
  if (data == "digits") return {jem::data::digits_train<tensor>(), jem::data::digits_test<tensor>()};
  if (data.starts_with("idx:")) {
    const std::string folder = data.substr(4);
    split both{jem::data::read_idx_dataset<tensor>(folder, "train"), jem::data::read_idx_dataset<tensor>(folder, "t10k")};
    jem::expect_shape("jem: test images", both.train.x.extents().with_rows(both.test.size()), both.test.x.extents());
    jem::expect_at_least("jem", "test images", 1, both.test.size());
    return both;
  }
  jem::fail("jem", "--data digits or --data idx:DIRECTORY", data);
}

jem::sgld<jem::constant, jem::fixed_noise> sampler_of(const settings& s) {
  return {.step_size = jem::constant{s.step_size}, .noise = jem::fixed_noise{s.noise}};
}

outcome train(const settings& s, const dataset& set, const std::string& title, const std::filesystem::path& folder) {
  const jem::trainer trainer{
      .loss = s.weight_yx * jem::cross_entropy{} + s.weight_x * jem::contrastive_divergence{} +
              s.weight_xy * jem::joint_contrastive_divergence{} + s.penalty * jem::energy_penalty{},
      .sampler    = sampler_of(s),
      .optimiser  = jem::adam{.learning_rate = jem::warm_up{s.learning_rate, s.warm_up}},
      .batch      = s.batch,
      .steps      = s.steps,
      .data_noise = s.data_noise,
      .buffer     = {.capacity = s.buffer, .restart_probability = s.restart, .classes = s.by_class || s.weight_xy != 0 ? set.classes : 0}};
  jem::rng rng{s.seed};
  auto net   = make_network(s, set, rng.split());  // its own generator: another network sees the same batches
  auto state = trainer.init(std::move(net), set, rng);

  std::ofstream log;
  if (!folder.empty()) {
    log.open(folder / "metrics.jsonl");
    if (!log) throw std::runtime_error((folder / "metrics.jsonl").string() + ": expected a file that can be written");
  }
  progress bar(title, s.iterations);
  const stopwatch clock;
  outcome result;
  network last_good = state.net, candidate;  // weights are good once a step has seen a finite loss at them
  const auto finish = [&](network weights) {
    result.net     = std::move(weights);
    result.buffer  = state.buffer.positions();
    result.seconds = clock.seconds();
  };
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
    finish(std::move(last_good));
    throw diverged(error.what(), std::move(result));
  }
  finish(std::move(state.net));
  if (log.is_open() && !log.flush()) throw std::runtime_error((folder / "metrics.jsonl").string() + ": expected room for all lines");
  return result;
}

}  // namespace tool
