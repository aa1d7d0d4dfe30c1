// Times one training iteration of a joint energy-based model, phase by phase, and prints a line of JSON: milliseconds of one
// SGLD step, of the gradient of the loss with its Adam step, and of the whole iteration with K steps (the minimum of five each),
// and the peak memory of the process. peer.py does the same arithmetic in PyTorch.
#include "../../examples/tensor.hpp"

#include <jem/jem.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <limits>
#include <omp.h>
#include <string>
#include <sys/resource.h>

namespace {

using jem::index_t;

struct options {
  std::string network = "wide-resnet", precision = "float32";
  index_t depth = 10, width = 1, batch = 64, steps = 20, size = 32, channels = 3, classes = 10;
  int threads = 2;
};

/// The smallest of five times, in milliseconds, after two that warm up, or as many as fill a quarter of a second: a processor that
/// was idle takes its time to reach its speed.
template <class F>
double fastest(F f) {
  using milliseconds = std::chrono::duration<double, std::milli>;
  const auto timed   = [&f] {
    const auto start = std::chrono::steady_clock::now();
    f();
    return milliseconds(std::chrono::steady_clock::now() - start).count();
  };
  double warm = 0, best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 2 || warm < 250; ++i) warm += timed();
  for (int i = 0; i < 5; ++i) best = std::min(best, timed());
  return std::round(best * 100) / 100;
}

/// Waits until a device has made a tensor: by reading a row of it.
void wait_for(const tensor& made) { (void)tensor(made.rows(0, 1)).to_vector(); }

/// Of the process, or of what the backend's device has given away.
template <class Backend>
long peak_mib() {
  if constexpr (requires { Backend::memory_in_use(); }) return static_cast<long>(Backend::memory_in_use() >> 20);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

template <class Net>
nlohmann::ordered_json measure(Net net, const options& o, jem::rng& rng) {
  const auto x = jem::uniform<tensor>({o.batch, o.size, o.size, o.channels}, -1, 1, rng);  // (n, h, w, c)
  std::vector<std::int32_t> classes(static_cast<std::size_t>(o.batch));
  for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = static_cast<std::int32_t>(static_cast<index_t>(i) % o.classes);
  const jem::labels<tensor> y(jem::shape{o.batch}, classes);  // (n)

  const jem::sgld langevin{.step_size = 1.0f, .noise = 0.01f};
  const auto loss = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{};
  const jem::adam adam{.learning_rate = jem::linear_warm_up{1e-4f}};
  auto moments = adam.init(net);

  const auto sample = [&](index_t steps) { return jem::evolve(langevin, jem::marginal_energy{net}, x, steps, rng); };
  const auto learn  = [&](const tensor& samples) {
    const auto [value, gradient] = jem::value_and_grad(loss, net, {.x = x, .y = y, .samples = samples});
    adam.step(moments, net, gradient);
    const tensor* last = nullptr;
    jem::for_each_parameter_of([&](const tensor& parameter) { last = &parameter; }, net);
    wait_for(*last);
  };
  nlohmann::ordered_json line{{"backend", tensor::backend_type::name},
                              {"precision", o.precision},
                              {"network", o.network},
                              {"batch", o.batch},
                              {"steps", o.steps},
                              {"threads", o.threads}};
  if (o.network == "wide-resnet") line.update({{"depth", o.depth}, {"width", o.width}});
  line["parameters"] = jem::parameter_count(net);
  line["sgld_ms"]    = fastest([&] { wait_for(sample(1)); });
  line["grad_ms"]    = fastest([&] { learn(x); });
  line["iter_ms"]    = fastest([&] { learn(sample(o.steps)); });
  line["peak_mib"]   = peak_mib<tensor::backend_type>();
  return line;
}

/// In the precision of the options.
template <class Net>
nlohmann::ordered_json measure_in_precision(Net net, const options& o, jem::rng& rng) {
  if (o.precision == "bfloat16") return measure(jem::compute_in<jem::bfloat16>(std::move(net)), o, rng);
  return measure(std::move(net), o, rng);
}

nlohmann::ordered_json run(const options& o) {
  jem::rng rng{1};
  if (o.network == "digits") {
    return measure_in_precision(
        jem::convnet<tensor>({.height = o.size, .width = o.size, .channels = o.channels, .classes = o.classes}, rng), o, rng);
  }
  return measure_in_precision(
      jem::wide_resnet<tensor>({.depth = o.depth, .width = o.width, .channels = o.channels, .classes = o.classes}, rng), o, rng);
}

}  // namespace

int main(int argc, char** argv) {
  options o;
  CLI::App app{"the time of one training iteration, phase by phase, as a line of JSON"};
  app.add_option("--network", o.network, "wide-resnet, or digits: the demo's")->check(CLI::IsMember({"wide-resnet", "digits"}));
  app.add_option("--precision", o.precision, "what the network computes in")->check(CLI::IsMember({"float32", "bfloat16"}));
  app.add_option("--depth", o.depth, "6n + 4");
  app.add_option("--width", o.width, "channels of the first group in units of 16");
  app.add_option("--batch", o.batch, "images")->check(CLI::PositiveNumber);
  app.add_option("--steps", o.steps, "K, sampler steps an iteration")->check(CLI::NonNegativeNumber);
  auto* const size     = app.add_option("--size", o.size, "height and width of the images")->check(CLI::PositiveNumber);
  auto* const channels = app.add_option("--channels", o.channels, "of the images")->check(CLI::PositiveNumber);
  app.add_option("--classes", o.classes, "of the classifier")->check(CLI::PositiveNumber);
  app.add_option("--threads", o.threads, "threads")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  if (o.network == "digits") {
    if (size->count() == 0) o.size = 8;
    if (channels->count() == 0) o.channels = 1;
  }
  omp_set_num_threads(o.threads);
  try {
    std::cout << run(o).dump() << std::endl;
  } catch (const std::exception& error) {
    std::cerr << "training_iteration: " << error.what() << std::endl;
    return 2;
  }
}
