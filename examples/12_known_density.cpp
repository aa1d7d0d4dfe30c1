// What do ways of training learn of a density that is known? Four networks learn the energy of a mixture of two normals, which have 4/5 and
// 1/5 of the mass; writes known_density.svg, the energies along the line through both means, if gnuplot is there.
// usage: 12_known_density [iterations] [seeds]
#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/evaluate/generate.hpp>
#include <jem/io/file.hpp>
#include <jem/io/gnuplot.hpp>
#include <jem/io/picture.hpp>
#include <jem/jem.hpp>
#include <jem/metrics/kernel_distance.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace {

constexpr float mean = 1, deviation = 0.35f, share = 0.8f;  // the share is that of the left normal, at (−1, 0)

/// −log p up to a constant.
struct truth {
  constexpr auto operator()(auto x, auto y) const {
    const auto normal = [&](float at, float weight) { return weight * exp(-(square(x - at) + square(y)) / (2 * deviation * deviation)); };
    return -log(normal(-mean, share) + normal(mean, 1 - share));
  }
};

tensor draws(jem::index_t n, jem::rng& rng) {
  auto x       = jem::normal<tensor>({n, 2}, rng).to_vector();
  const auto u = jem::uniform<tensor>({n}, 0, 1, rng).to_vector();
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] *= deviation;
    if (i % 2 == 0) x[i] += u[i / 2] < share ? -mean : mean;
  }
  return tensor({n, 2}, x);
}

struct learned {
  std::string name;
  std::function<tensor(const tensor&)> energy;
  std::function<tensor(jem::rng&)> samples;  ///< 1000 of them
};

/// The energy that a network learns, and how samples are made of it.
template <class Trainer, class Samples>
learned train(const std::string& name, const Trainer& trainer, const jem::data::dataset<tensor>& set, int iterations, std::uint64_t seed,
              Samples samples) {
  jem::rng rng{seed};
  auto state = trainer.init(jem::mlp<tensor>({2, 64, 64, 1}, rng), set, rng);
  for (int i = 0; i < iterations; ++i) trainer.step(state);
  return {name, [net = state.net](const tensor& x) { return jem::marginal_energy{net}.value(x); },
          [net = state.net, samples](jem::rng& g) { return samples(net, g); }};
}

/// The root mean square of the error of energies, which are known up to a constant.
double error_of(const tensor& energy, const tensor& right) {
  const tensor d      = energy - right;
  const double middle = jem::mean(d);
  return std::sqrt(std::max(0.0, jem::squared_norm(d) / double(d.size()) - middle * middle));
}

/// Figures of an energy; their names are the heads of the table.
constexpr const char* names[] = {"rms near", "rms away", "mass left", "E(0)-E(-1)", "log Z", "KL", "drawn left", "distance"};
using figures                 = std::array<double, std::size(names)>;

/// Energies at the centres of a fine grid on [−4, 4]²; each has the same area.
struct integral {
  double log_z = 0, left = 0;  ///< ln ∫ e^(−E), and the share of it at x < 0

  explicit integral(const learned& of) {
    const jem::io::picture_options plane{.left = -4, .right = 4, .bottom = -4, .top = 4, .width = 200, .height = 200};
    const auto grid = jem::io::pixel_centres<tensor>(plane);
    const auto at = grid.to_vector(), energy = of.energy(grid).to_vector();
    const double low = *std::min_element(energy.begin(), energy.end());
    double both      = 0;
    for (std::size_t i = 0; i < energy.size(); ++i) {
      const double p = std::exp(low - double(energy[i]));
      left += at[2 * i] < 0 ? p : 0;
      both += p;
    }
    left /= both;
    log_z = std::log(both * 8 * 8 / double(energy.size())) - low;
  }
};

double share_on_the_left(const tensor& x) {
  const auto at = x.to_vector();
  double left   = 0;
  for (std::size_t i = 0; i < at.size(); i += 2) left += at[i] < 0;
  return left / double(x.extent(0));
}

figures judged(const learned& of, const learned& truth, jem::rng rng) {
  const tensor near = draws(2000, rng), away = jem::uniform<tensor>({2000, 2}, -3, 3, rng), drawn = of.samples(rng);
  const integral learned_mass(of), true_mass(truth);
  const auto line = of.energy(tensor({2, 2}, {0, 0, -1, 0})).to_vector();
  return {error_of(of.energy(near), truth.energy(near)),
          error_of(of.energy(away), truth.energy(away)),
          learned_mass.left,
          double(line[0] - line[1]),
          learned_mass.log_z,
          jem::mean(of.energy(near)) + learned_mass.log_z - jem::mean(truth.energy(near)) - true_mass.log_z,
          share_on_the_left(drawn),
          jem::metrics::kernel_distance(drawn, draws(1000, rng), 0.5)};
}

}  // namespace

int main(int argc, char** argv) {
  const int iterations = argc > 1 ? std::atoi(argv[1]) : 4000, seeds = argc > 2 ? std::atoi(argv[2]) : 3;
  jem::rng rng{3};
  const tensor data = draws(20'000, rng);
  const auto set    = jem::data::make_dataset(data, jem::labels<tensor>({data.extent(0)}, std::vector<std::int32_t>(20'000, 0)), 1);
  const jem::adam adam{.learning_rate = jem::cosine_decay{.rate = 3e-3f, .updates = iterations, .last = 0}};
  const auto matched = [&](const auto& path, float weight) {
    return jem::trainer{
        .loss = weight * jem::gradient_matching{}, .optimiser = adam, .batch = 256, .data_noise = 0, .path = path, .reach = 0.02f};
  };
  const jem::sgld langevin{.step_size = 0.01f, .noise = jem::langevin_noise{}};
  const jem::trainer chains{.loss       = jem::contrastive_divergence{} + 0.001f * jem::energy_penalty{},
                            .sampler    = langevin,
                            .optimiser  = adam,
                            .batch      = 256,
                            .steps      = 20,
                            .data_noise = 0};
  const jem::straight_path one_level{.direction = jem::added{}, .level = jem::uniform_level{0.1f, 0.1f}, .strength = jem::score_strength{}};
  const jem::straight_path to_wide_noise{.direction = jem::toward{jem::normal_start{.deviation = 2}}};

  // samples: by Langevin chains where the energy is to be that of a density, else from noise down the energy
  const auto by_chains = [&](const auto& net, jem::rng& g) {
    return jem::evaluate::continued(langevin, net, jem::normal_start{.deviation = 2}.operator()<tensor>({1000, 2}, g), 500, g);
  };
  const auto downwards = [](float deviation) {
    return [deviation](const auto& net, jem::rng& g) {
      const tensor start = jem::normal_start{.deviation = deviation}.operator()<tensor>({1000, 2}, g);
      return jem::evaluate::continued(jem::evaluate::descent(20), net, start, 20, g);
    };
  };
  const learned right{"true", [](const tensor& x) { return jem::pointwise<2>(truth{}).value(x); },
                      [](jem::rng& g) { return draws(1000, g); }};
  std::vector<std::vector<learned>> all;  // for each seed
  for (int i = 0; i < seeds; ++i) {
    const auto seed = std::uint64_t(7 + i);
    all.push_back({right, train("chains", chains, set, iterations, seed, by_chains),
                   train("score, noise 0.1", matched(one_level, 0.01f), set, iterations, seed, by_chains),
                   train("denoising", matched(jem::denoising_path{}, 1), set, iterations, seed, downwards(1)),
                   train("equilibrium", matched(to_wide_noise, 1), set, iterations, seed, downwards(2))});
  }
  for (const bool spread : {false, true}) {
    std::printf("%-18s", spread ? "\nhalf the range" : jem::concat("medians of ", seeds).c_str());
    for (const char* const name : names) std::printf(" %11s", name);
    std::printf("\n");
    for (std::size_t k = 0; k < all[0].size(); ++k) {
      std::vector<figures> of_seeds;
      for (const auto& run : all) of_seeds.push_back(judged(run[k], right, jem::rng{11}));
      std::printf("%-18s", all[0][k].name.c_str());
      for (std::size_t j = 0; j < std::size(names); ++j) {
        std::ranges::sort(of_seeds, {}, [&](const figures& f) { return f[j]; });
        std::printf(" %11.3f", spread ? (of_seeds.back()[j] - of_seeds.front()[j]) / 2 : of_seeds[of_seeds.size() / 2][j]);
      }
      std::printf("\n");
    }
  }

  constexpr const char* colours[] = {"'black' dt 2", "'#0072b2'", "'#009e73'", "'#cc79a7'", "'#d55e00'"};
  std::string script, plot = "plot ";
  for (std::size_t k = 0; k < all[0].size(); ++k) {
    script += "$line" + std::to_string(k) + " << EOD\n";
    const float from = all[0][k].energy(tensor({1, 2}, {-mean, 0})).to_vector()[0];
    for (float x = -2.5f; x < 2.5f; x += 0.05f) {
      script += std::to_string(x) + " " + std::to_string(all[0][k].energy(tensor({1, 2}, {x, 0})).to_vector()[0] - from) + "\n";
    }
    script += "EOD\n";
    plot +=
        (k > 0 ? ", " : "") + ("$line" + std::to_string(k)) + " with lines lw 2 lc rgb " + colours[k] + " title '" + all[0][k].name + "'";
  }
  try {
    script += "set xlabel 'x'\nset ylabel 'E(x, 0) - E(-1, 0)'\nset yrange [-2:12]\nset key top center\n" + plot + "\n";
    jem::io::write_file("known_density.svg", jem::io::gnuplot_svg(script, "known_density.plot", 560, 380));
  } catch (const std::runtime_error& missing) { std::printf("%s\n", missing.what()); }
}
