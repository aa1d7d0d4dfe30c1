// What do ways of training learn of a density that is known? Four networks learn the energy of a mixture of two normals, which have 4/5 and
// 1/5 of the mass; writes known_density.svg, the energies along the line through both means, if gnuplot is there.
// usage: 12_known_density [iterations]
#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/io/file.hpp>
#include <jem/io/gnuplot.hpp>
#include <jem/io/picture.hpp>
#include <jem/jem.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

namespace {

constexpr float mean = 1, deviation = 0.35f, share = 0.8f;  // of the left normal, at (−1, 0)

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
};

template <class Trainer>
learned train(const std::string& name, const Trainer& trainer, const jem::data::dataset<tensor>& set, int iterations) {
  jem::rng rng{7};
  auto state = trainer.init(jem::mlp<tensor>({2, 64, 64, 1}, rng), set, rng);
  for (int i = 0; i < iterations; ++i) trainer.step(state);
  return {name, [net = state.net](const tensor& x) { return jem::marginal_energy{net}.value(x); }};
}

/// The root mean square of the error of energies, which are known up to a constant.
double error_of(const tensor& energy, const tensor& right) {
  const tensor d      = energy - right;
  const double middle = jem::mean(d);
  return std::sqrt(std::max(0.0, jem::squared_norm(d) / double(d.size()) - middle * middle));
}

}  // namespace

int main(int argc, char** argv) {
  const int iterations = argc > 1 ? std::atoi(argv[1]) : 4000;
  jem::rng rng{3};
  const tensor data = draws(20'000, rng);
  const auto set    = jem::data::make_dataset(data, jem::labels<tensor>({data.extent(0)}, std::vector<std::int32_t>(20'000, 0)), 1);
  const jem::adam adam{.learning_rate = jem::cosine_decay{.rate = 3e-3f, .updates = iterations, .last = 0}};
  const auto matched = [&](const auto& path, float weight) {
    return jem::trainer{
        .loss = weight * jem::gradient_matching{}, .optimiser = adam, .batch = 256, .data_noise = 0, .path = path, .reach = 0.02f};
  };
  const jem::trainer chains{.loss       = jem::contrastive_divergence{} + 0.001f * jem::energy_penalty{},
                            .sampler    = jem::sgld{.step_size = 0.01f, .noise = jem::langevin_noise{}},
                            .optimiser  = adam,
                            .batch      = 256,
                            .steps      = 20,
                            .data_noise = 0};
  const jem::straight_path one_level{.direction = jem::added{}, .level = jem::uniform_level{0.1f, 0.1f}, .strength = jem::score_strength{}};
  const jem::straight_path to_wide_noise{.direction = jem::toward{jem::normal_start{.deviation = 2}}};
  const learned all[] = {{"true", [](const tensor& x) { return jem::pointwise<2>(truth{}).value(x); }},
                         train("chains", chains, set, iterations),
                         train("score, noise 0.1", matched(one_level, 0.01f), set, iterations),
                         train("denoising", matched(jem::denoising_path{}, 1), set, iterations),
                         train("equilibrium", matched(to_wide_noise, 1), set, iterations)};

  const tensor near = draws(2000, rng), away = jem::uniform<tensor>({2000, 2}, -3, 3, rng);
  const jem::io::picture_options plane{.left = -4, .right = 4, .bottom = -4, .top = 4, .width = 200, .height = 200};
  const auto grid = jem::io::pixel_centres<tensor>(plane);
  const auto at   = grid.to_vector();
  std::printf("%-18s %10s %10s %12s %12s\n", "", "rms near", "rms away", "mass left", "E(0) - E(-1)");
  for (const auto& each : all) {
    const auto energy = each.energy(grid).to_vector();
    const double low  = *std::min_element(energy.begin(), energy.end());
    double left = 0, both = 0;
    for (std::size_t i = 0; i < energy.size(); ++i) {
      const double p = std::exp(low - double(energy[i]));
      left += at[2 * i] < 0 ? p : 0;
      both += p;
    }
    const auto line = each.energy(tensor({2, 2}, {0, 0, -1, 0})).to_vector();
    std::printf("%-18s %10.3f %10.3f %12.3f %12.3f\n", each.name.c_str(), error_of(each.energy(near), all[0].energy(near)),
                error_of(each.energy(away), all[0].energy(away)), left / both, double(line[0] - line[1]));
  }

  constexpr const char* colours[] = {"'black' dt 2", "'#0072b2'", "'#009e73'", "'#cc79a7'", "'#d55e00'"};
  std::string script, plot = "plot ";
  for (std::size_t k = 0; k < std::size(all); ++k) {
    script += "$line" + std::to_string(k) + " << EOD\n";
    const float from = all[k].energy(tensor({1, 2}, {-mean, 0})).to_vector()[0];
    for (float x = -2.5f; x < 2.5f; x += 0.05f) {
      script += std::to_string(x) + " " + std::to_string(all[k].energy(tensor({1, 2}, {x, 0})).to_vector()[0] - from) + "\n";
    }
    script += "EOD\n";
    plot += (k > 0 ? ", " : "") + ("$line" + std::to_string(k)) + " with lines lw 2 lc rgb " + colours[k] + " title '" + all[k].name + "'";
  }
  try {
    script += "set xlabel 'x'\nset ylabel 'E(x, 0) - E(-1, 0)'\nset yrange [-2:12]\nset key top center\n" + plot + "\n";
    jem::io::write_file("known_density.svg", jem::io::gnuplot_svg(script, "known_density.plot", 560, 380));
  } catch (const std::runtime_error& missing) { std::printf("%s\n", missing.what()); }
}
