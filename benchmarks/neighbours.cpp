// What the threads of a program cost beside programs that keep cores busy: each job's time with one thread and with all of them, on an
// idle machine and beside busy loops, as ratios to one thread on an idle machine; medians of the rounds.
// usage: neighbours [busy loops] [rounds] [seconds of a measurement]
#include <jem/data/digits.hpp>
#include <jem/data/toy2d.hpp>
#include <jem/jem.hpp>

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

using tensor = jem::tensor<float, jem::eigen>;

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Threads that do nothing, as fast as they can, until the end of the scope.
class busy_loops {
 public:
  explicit busy_loops(int count) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([this] {
        while (!stop_.load(std::memory_order_relaxed)) {}
      });
    }
  }
  busy_loops(const busy_loops&)            = delete;
  busy_loops& operator=(const busy_loops&) = delete;
  ~busy_loops() {
    stop_ = true;
    for (auto& t : threads_) t.join();
  }

 private:
  std::atomic<bool> stop_ = false;
  std::vector<std::thread> threads_;
};

double median(std::vector<double> x) {
  std::ranges::sort(x);
  return x[x.size() / 2];
}

/// One line of the table for `step`, which is made as often as fills a measurement.
void compare(const char* name, const std::function<void()>& step, int busy, int rounds, double length) {
  const int all = omp_get_num_procs();
  omp_set_num_threads(1);
  int steps = 1;
  while (seconds_of([&] {
           for (int i = 0; i < steps; ++i) step();
         }) < length / 4)
    steps *= 2;
  steps *= 4;
  std::vector<double> times[4];  // one thread, all; the same beside busy loops
  for (int round = 0; round < rounds; ++round) {
    for (int condition = 0; condition < 4; ++condition) {
      const busy_loops neighbours(condition >= 2 ? busy : 0);
      omp_set_num_threads(condition % 2 == 0 ? 1 : all);
      times[condition].push_back(seconds_of([&] {
        for (int i = 0; i < steps; ++i) step();
      }));
    }
  }
  const double alone = median(times[0]);
  std::printf("%-34s %10.3f %10.2f %10.2f %10.2f\n", name, 1e3 * alone / steps, median(times[1]) / alone, median(times[2]) / alone,
              median(times[3]) / alone);
  std::fflush(stdout);
}

int main(int argc, char** argv) {
  const int busy      = argc > 1 ? std::atoi(argv[1]) : 1;
  const int rounds    = argc > 2 ? std::atoi(argv[2]) : 5;
  const double length = argc > 3 ? std::atof(argv[3]) : 1;
  std::printf("%d threads, %d busy loops\n%-34s %10s %10s %10s %10s\n", omp_get_num_procs(), busy, "", "1, idle ms", "all, idle", "1, busy",
              "all, busy");
  const auto line = [&](const char* name, const std::function<void()>& step) { compare(name, step, busy, rounds, length); };
  jem::rng rng{1};

  const auto moons = jem::data::two_moons<tensor>(10'000, 0.1, rng);
  const jem::trainer plane{.loss      = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{},
                           .sampler   = jem::sgld{.step_size = 0.005f, .noise = jem::langevin_noise{}},
                           .optimiser = jem::adam{.learning_rate = jem::linear_warm_up{1e-3f, 200}},
                           .batch     = 256,
                           .steps     = 40};
  auto small = plane.init(jem::mlp<tensor>({2, 64, 64, 2}, rng), moons, rng);
  line("MLP 2-64-64-2, 256 points, 40 steps", [&] { plane.step(small); });

  const auto classify = [&](const char* name, std::vector<jem::index_t> widths, jem::index_t batch) {
    const auto digits = jem::data::digits_train<tensor>();
    const jem::trainer t{.loss      = jem::cross_entropy{},
                         .sampler   = jem::sgld{.step_size = 1.0f, .noise = 0.01f},
                         .optimiser = jem::adam{.learning_rate = 1e-3f},
                         .batch     = batch};
    auto run = t.init(jem::sequential{jem::flatten{}, jem::mlp<tensor>(widths, rng)}, digits, rng);
    line(name, [&] { t.step(run); });
  };
  classify("MLP 64-128-10, 64 digits", {64, 128, 10}, 64);
  classify("MLP 64-512-512-10, 64 digits", {64, 512, 512, 10}, 64);

  const auto digits = jem::data::digits_train<tensor>();
  const jem::trainer images{.loss      = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{} + 0.01f * jem::energy_penalty{},
                            .sampler   = jem::sgld{.step_size = 1.0f, .noise = 0.01f},
                            .optimiser = jem::adam{.learning_rate = jem::linear_warm_up{1e-3f, 200}}};
  auto demo = images.init(jem::convnet<tensor>({.height = 8, .width = 8}, rng), digits, rng);
  line("the demo's network, 64 digits", [&] { images.step(demo); });

  const jem::gaussian<tensor> bell(jem::zeros<tensor>({100}), jem::full<tensor>({100}, 1));
  const auto start = jem::normal<tensor>({1000, 100}, rng);
  line("HMC, 1000 chains of 100 numbers", [&] { jem::evolve(jem::hmc({.step_size = 0.1f}), bell, start, 1, rng); });
}
