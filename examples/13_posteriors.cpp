// Eight posteriors of posteriordb, sampled from nothing but random starts: bounded parameters are mapped to free numbers, warm_up finds
// step size, metric and length of trajectories, and means and mean squares are compared with Stan's.
//
//     13_posteriors [FOLDER [SEEDS [CHAINS [DRAWS [NAME]]]]]
//
// The error is the Monte Carlo error of the mean over that of the reference; z is the difference to the reference in joint errors.
#include <jem/backend/eigen.hpp>
#include <jem/jem.hpp>
#include <jem/metrics/mcse.hpp>
#include <jem/metrics/rhat.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

using tensor = jem::tensor<double, jem::eigen>;
using json   = nlohmann::json;
using reals  = std::vector<double>;

/// y ~ N(Xβ, σ) in terms of sums over the data: −log p(β, σ | X, y), with β ~ N(0, beta_scale) and σ ~ half-Cauchy(0, cauchy_scale) or
/// half-N(0, normal_scale), where these are not 0.
struct regression {
  static constexpr int most = 6;

  double xx[most][most]{}, xy[most]{}, yy = 0;  // XᵀX, Xᵀy, yᵀy
  int columns = 0, rows = 0;
  double beta_scale = 0, cauchy_scale = 0, normal_scale = 0;

  regression(const std::vector<reals>& x, const reals& y) : columns(int(x.size())), rows(int(y.size())) {
    for (std::size_t t = 0; t < y.size(); ++t) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        for (std::size_t j = 0; j < x.size(); ++j) xx[i][j] += x[i][t] * x[j][t];
        xy[i] += x[i][t] * y[t];
      }
      yy += y[t] * y[t];
    }
  }

  template <class V>
  constexpr V operator()(const V* beta) const {
    const V sigma = beta[columns];
    V squares     = yy;  // ‖y − Xβ‖²
    V energy      = rows * log(sigma);
    for (int i = 0; i < columns; ++i) {
      V slope = -2 * xy[i];
      for (int j = 0; j < columns; ++j) slope += xx[i][j] * beta[j];
      squares += beta[i] * slope;
      if (beta_scale > 0) energy += square(beta[i] / beta_scale) / 2;
    }
    if (cauchy_scale > 0) energy += log(1 + square(sigma / cauchy_scale));
    if (normal_scale > 0) energy += square(sigma / normal_scale) / 2;
    return energy + squares / (2 * square(sigma));
  }
};

struct eight_schools {
  double y[8]{}, sigma[8]{};

  template <class V>
  constexpr V operator()(const V* t) const {
    const V mu = t[8], tau = t[9];
    V energy = square(mu / 5) / 2 + log(1 + square(tau / 5));
    for (int i = 0; i < 8; ++i) energy += square(t[i]) / 2 + square((y[i] - (mu + tau * t[i])) / sigma[i]) / 2;
    return energy;
  }
};

/// Poisson counts whose log rates f = Lf̃ are a Gaussian process. A row is ρ, α, f̃.
struct gaussian_process {
  static constexpr int points = 11;

  double x[points]{}, count[points]{};

  template <class V>
  constexpr V operator()(const V* row) const {
    const V rho = row[0], alpha = row[1];
    V f[points];
    rates(row, f);
    V energy = 4 * rho - 24 * log(rho) + square(alpha / 2) / 2;
    for (int i = 0; i < points; ++i) energy += square(row[2 + i]) / 2 + exp(f[i]) - count[i] * f[i];
    return energy;
  }

  /// f = Lf̃, with the Cholesky factor L of the covariance.
  template <class V>
  constexpr void rates(const V* row, V* f) const {
    using std::exp, std::sqrt;
    const V variance = row[1] * row[1], decay = -1 / (2 * row[0] * row[0]);
    V factor[points][points], inverse[points];  // of the diagonal
    for (int i = 0; i < points; ++i) {
      f[i] = V(0);
      for (int j = 0; j <= i; ++j) {
        const double apart = x[i] - x[j];
        V rest             = i == j ? variance + 1e-10 : variance * exp(apart * apart * decay);
        for (int k = 0; k < j; ++k) rest -= factor[i][k] * factor[j][k];
        if (i == j) {
          factor[i][i] = sqrt(rest);
          inverse[i]   = 1 / factor[i][i];
        } else {
          factor[i][j] = rest * inverse[j];
        }
        f[i] += factor[i][j] * row[2 + j];
      }
    }
  }
};

/// y ~ θ N(μ₁, σ₁) + (1 − θ) N(μ₂, σ₂). A row is μ, σ, θ.
struct two_normals {
  const double* y;
  int count;

  template <class V>
  constexpr V operator()(const V* row) const {
    const V *mu = row, *sigma = row + 2, theta = row[4];
    V energy = -4 * (log(theta) + log(1 - theta));
    for (int i = 0; i < 2; ++i) energy += square(mu[i] / 2) / 2 + square(sigma[i] / 2) / 2;
    const V first = log(theta) - log(sigma[0]), second = log(1 - theta) - log(sigma[1]);
    const V root_half = V(std::sqrt(0.5)), scale_1 = root_half / sigma[0], scale_2 = root_half / sigma[1];  // a product is cheaper
    for (int i = 0; i < count; ++i) {
      const V one = first - square((y[i] - mu[0]) * scale_1);
      const V two = second - square((y[i] - mu[1]) * scale_2);
      energy -= one + softplus(two - one);
    }
    return energy;
  }
};

/// Reports the parameters themselves.
struct as_they_are {
  std::size_t size;

  void operator()(const double* x, double* out) const {
    for (std::size_t j = 0; j < size; ++j) out[j] = x[j];
  }
};

struct settings {
  std::string folder;
  int seeds, chains, draws;
  std::string only;  // the name of a posterior, or nothing for all
};

/// The largest figures over parameters and seeds.
struct worst {
  double z = 0, error = 0, rhat = 0, seconds = 0;

  void take(const worst& other) {
    z = std::fmax(z, other.z), error = std::fmax(error, other.error);
    rhat = std::fmax(rhat, other.rhat), seconds = std::fmax(seconds, other.seconds);
  }
  bool passes() const { return z <= 4 && error <= 2 && rhat <= 1.01 && seconds <= 60; }
};

json read(const settings& s, const std::string& name) {
  std::ifstream file(s.folder + "/" + name + ".json");
  if (!file) throw std::runtime_error(s.folder + "/" + name + ".json: cannot be read");
  return json::parse(file);
}

/// Draws (k, n, R) of what is reported, from draws of the constrained parameters (k, n, D).
template <class Report>
tensor reported(const tensor& draws, const Report& report, std::size_t size) {
  const auto x        = draws.to_vector();
  const auto row      = std::size_t(draws.extent(2));
  const std::size_t n = x.size() / row;
  reals out(n * size);
  for (std::size_t i = 0; i < n; ++i) report(x.data() + i * row, out.data() + i * size);
  return tensor({draws.extent(0), draws.extent(1), jem::index_t(size)}, out);
}

/// Compares draws (k, n, R) with the reference, and prints a line for each parameter.
worst compare(const tensor& draws, const json& reference) {
  const tensor squares = draws * draws;
  const auto rhat = jem::metrics::rhat(draws), error = jem::metrics::mcse_mean(draws), error2 = jem::metrics::mcse_mean(squares);
  const auto sum = jem::column_sums(draws).to_vector(), sum2 = jem::column_sums(squares).to_vector();
  const double count = double(draws.extent(0) * draws.extent(1));
  worst all;
  for (std::size_t j = 0; j < error.size(); ++j) {
    const double mean = sum[j] / count, mean2 = sum2[j] / count;
    const double mean_there = reference["mean"][j], error_there = reference["mcse_mean"][j];
    const double z  = (mean - mean_there) / std::hypot(error[j], error_there);
    const double z2 = (mean2 - double(reference["mean_square"][j])) / std::hypot(error2[j], double(reference["mcse_mean_square"][j]));
    std::printf("  %-9s %10.4f %10.4f %6.2f %6.2f %6.2f %7.4f\n", reference["names"][j].get<std::string>().c_str(), mean, mean_there, z, z2,
                error[j] / error_there, rhat[j]);
    all.take({std::fmax(std::fabs(z), std::fabs(z2)), error[j] / error_there, rhat[j], 0});
  }
  return all;
}

/// Samples a posterior with each seed.
template <class Variables, class F, class Report>
worst run(const settings& s, const std::string& name, const json& reference, const Variables& parameters, const F& f,
          const Report& report) {
  const jem::on_support energy{parameters, jem::dual_energy{parameters.size(), f}};
  worst all;
  if (!s.only.empty() && s.only != name) return all;
  for (int seed = 1; seed <= s.seeds; ++seed) {
    const auto began = std::chrono::steady_clock::now();
    jem::rng rng{std::uint64_t(seed)};
    const auto start                         = jem::uniform<tensor>({s.chains, parameters.free_size()}, -2, 2, rng);
    const auto [kernel, warm, tuned]         = jem::warm_up(jem::hmc{}, energy, start, 500, rng);
    const auto draws                         = parameters.constrain(jem::sample(kernel, energy, warm, s.draws, rng));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::printf("%s, seed %d: %.1f s, %.2g gradients to warm up, steps of %.3f, %lld of them, accepted %.2f, %lld divergences\n",
                name.c_str(), seed, took.count(), double(tuned.gradients), tuned.step_size, static_cast<long long>(tuned.steps),
                tuned.acceptance, static_cast<long long>(tuned.divergences));
    std::puts("                  mean  reference      z  of x²  error   R-hat");
    worst here   = compare(reported(draws, report, reference["names"].size()), reference);
    here.seconds = took.count();
    all.take(here);
  }
  std::printf("%s: |z| up to %.2f, error up to %.2f, R-hat up to %.4f, %.1f s: %s\n\n", name.c_str(), all.z, all.error, all.rhat,
              all.seconds, all.passes() ? "agrees" : "DOES NOT AGREE");
  std::fflush(stdout);
  return all;
}

template <class V>
std::vector<V> mapped(const std::vector<V>& x, auto f) {
  std::vector<V> y;
  for (const V& value : x) y.push_back(f(value));
  return y;
}
reals logs(const reals& x) {
  return mapped(x, [](double v) { return std::log(v); });
}
reals plus(const reals& x, const reals& y, double factor = 1) {
  reals z = x;
  for (std::size_t i = 0; i < z.size(); ++i) z[i] += factor * y[i];
  return z;
}
reals times(const reals& x, const reals& y) {
  reals z = x;
  for (std::size_t i = 0; i < z.size(); ++i) z[i] *= y[i];
  return z;
}

/// β, and σ > 0
template <class F>
worst run_regression(const settings& s, const std::string& name, const json& file, const F& f) {
  const jem::variables parameters{jem::variable{"beta", f.columns}, jem::variable{"sigma", jem::support::positive{}}};
  return run(s, name, file["reference"], parameters, f, as_they_are{std::size_t(f.columns) + 1});
}

int main(int argc, char** argv) {
  const settings s{argc > 1 ? argv[1] : "examples/posteriors", argc > 2 ? std::stoi(argv[2]) : 3, argc > 3 ? std::stoi(argv[3]) : 64,
                   argc > 4 ? std::stoi(argv[4]) : 500, argc > 5 ? argv[5] : ""};
  const jem::support::positive positive;
  worst all;
  {
    const json file = read(s, "eight_schools_noncentered"), &data = file["data"];
    eight_schools f;
    for (std::size_t i = 0; i < 8; ++i) f.y[i] = data["y"][i], f.sigma[i] = data["sigma"][i];
    const jem::variables parameters{jem::variable{"t", 8}, jem::variable{"mu"}, jem::variable{"tau", positive}};
    all.take(run(s, "eight_schools", file["reference"], parameters, f, [](const double* x, double* out) {
      for (int i = 0; i < 8; ++i) out[i] = x[8] + x[9] * x[i];
      out[8] = x[8], out[9] = x[9];
    }));
  }
  {
    const json file = read(s, "arK");
    const reals y   = file["data"]["y"];
    std::vector<reals> x{reals(y.size() - 5, 1.0)};
    for (int lag = 1; lag <= 5; ++lag) x.emplace_back(y.begin() + 5 - lag, y.end() - lag);
    regression f(x, reals(y.begin() + 5, y.end()));
    f.beta_scale = 10, f.cauchy_scale = 2.5;
    all.take(run_regression(s, "arK", file, f));
  }
  {
    const json file = read(s, "kidscore_momhsiq"), &data = file["data"];
    const reals y = data["kid_score"];
    regression f({reals(y.size(), 1.0), data["mom_hs"], data["mom_iq"]}, y);
    f.cauchy_scale = 2.5;
    all.take(run_regression(s, "kidscore", file, f));
  }
  {
    const json file = read(s, "logearn_interaction"), &data = file["data"];
    const reals y = logs(data["earn"]), height = data["height"], male = data["male"];
    all.take(run_regression(s, "logearn", file, regression({reals(y.size(), 1.0), height, male, times(height, male)}, y)));
  }
  {
    const json file = read(s, "logmesquite_logvash"), &data = file["data"];
    const reals y = logs(data["weight"]), one = logs(data["diam1"]), two = logs(data["diam2"]), canopy = logs(data["canopy_height"]);
    const regression f(
        {reals(y.size(), 1.0), plus(plus(one, two), canopy), plus(one, two), plus(one, two, -1), logs(data["total_height"]), data["group"]},
        y);
    all.take(run_regression(s, "mesquite", file, f));
  }
  {
    const json file = read(s, "blr"), &data = file["data"];
    std::vector<reals> x(5);
    for (const json& row : data["X"]) {
      for (std::size_t j = 0; j < 5; ++j) x[j].push_back(row[j]);
    }
    regression f(x, data["y"]);
    f.beta_scale = 10, f.normal_scale = 10;
    all.take(run_regression(s, "blr", file, f));
  }
  {
    const json file = read(s, "gp_pois_regr"), &data = file["data"];
    gaussian_process f;
    for (std::size_t i = 0; i < 11; ++i) f.x[i] = data["x"][i], f.count[i] = data["k"][i];
    const jem::variables parameters{jem::variable{"rho", positive}, jem::variable{"alpha", positive}, jem::variable{"f", 11}};
    all.take(run(s, "gp_pois_regr", file["reference"], parameters, f, [f](const double* x, double* out) {
      out[0] = x[0], out[1] = x[1];
      f.rates(x, out + 2);
    }));
  }
  {
    const json file = read(s, "low_dim_gauss_mix");
    const reals y   = file["data"]["y"];
    const jem::variables parameters{jem::variable{"mu", 2, jem::support::ordered{}}, jem::variable{"sigma", 2, positive},
                                    jem::variable{"theta", jem::support::interval{0, 1}}};
    all.take(run(s, "gauss_mix", file["reference"], parameters, two_normals{y.data(), int(y.size())}, as_they_are{5}));
  }
  std::puts(all.passes() ? "all agree with the reference" : "NOT ALL AGREE WITH THE REFERENCE");
  return all.passes() ? 0 : 1;
}
