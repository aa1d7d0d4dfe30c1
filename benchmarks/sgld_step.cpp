// One SGLD step of 64 images on every backend, as `evolve` takes it: the weights stand still and are prepared once. Under the demo's
// digits network, and under WRN-10-1 on images of 32×32; on onednn in bfloat16, too. Items are images.
#include <jem/backend/onednn.hpp>
#include <jem/backend/thrust_omp.hpp>
#include <jem/backend/xtensor.hpp>
#include <jem/jem.hpp>

#include <benchmark/benchmark.h>

#include <string>

namespace {

struct digits {
  static constexpr const char* name = "digits";
  static constexpr jem::shape images{64, 8, 8, 1};  // (n, h, w, c)

  template <class T>
  static auto network(jem::rng& g) {
    return jem::convnet<T>({.height = 8, .width = 8}, g);
  }
};

struct wrn_10_1 {
  static constexpr const char* name = "WRN-10-1";
  static constexpr jem::shape images{64, 32, 32, 3};  // (n, h, w, c)

  template <class T>
  static auto network(jem::rng& g) {
    return jem::wide_resnet<T>({.depth = 10, .width = 1}, g);
  }
};

template <class Network>
struct in_bfloat16 {
  static constexpr const char* name  = Network::name;
  static constexpr jem::shape images = Network::images;

  template <class T>
  static auto network(jem::rng& g) {
    return jem::compute_in<jem::bfloat16>(Network::template network<T>(g));
  }
};

template <class Backend, class Network>
void sgld_step(benchmark::State& state) {
  using tensor = jem::tensor<float, Backend>;
  jem::rng rng{1};
  const auto net    = Network::template network<tensor>(rng);
  const auto start  = jem::uniform<tensor>(Network::images, -1, 1, rng);
  const auto energy = jem::marginal_energy{net}.prepared(start);
  const jem::sgld kernel{.step_size = 1.0f, .noise = 0.01f};
  auto chains = kernel.init(energy, start);
  for (auto _ : state) kernel.step(energy, chains, rng);
  state.SetItemsProcessed(state.iterations() * Network::images[0]);
}

template <class Network, class... Backends>
void add_steps(const std::string& precision = "") {
  (benchmark::RegisterBenchmark((std::string(Network::name) + "/" + Backends::name + precision).c_str(), sgld_step<Backends, Network>)
       ->Unit(benchmark::kMillisecond)
       ->UseRealTime(),
   ...);
}

/// The one list: a backend joins it here, and jem::… of it in CMakeLists.txt.
template <class Network>
void add_backends() {
  add_steps<Network, jem::reference, jem::openmp, jem::eigen, jem::xtensor, jem::thrust_omp, jem::onednn>();
  add_steps<in_bfloat16<Network>, jem::onednn>(", bfloat16");
}

}  // namespace

int main(int argc, char** argv) {
  add_backends<digits>();
  add_backends<wrn_10_1>();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
