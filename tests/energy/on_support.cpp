// SPDX-License-Identifier: MIT
#include "../support/distributions.hpp"
#include "../support/doubles.hpp"
#include "../support/transforms.hpp"

#include <jem/energy/check_gradient.hpp>
#include <jem/energy/combine.hpp>
#include <jem/energy/gaussian.hpp>
#include <jem/energy/on_support.hpp>
#include <jem/energy/row.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/tensor/noise.hpp>

using namespace test;
namespace support = jem::support;

namespace {

/// −log p(t, mu, tau | y): eight schools (Rubin 1981) with θᵢ = mu + tau·tᵢ, mu ~ N(0, 5²), tau ~ half-Cauchy(5).
struct eight_schools {
  static constexpr double y[8] = {28, 8, -3, 7, -1, 1, 18, 12}, s[8] = {15, 10, 16, 11, 9, 11, 10, 18};

  template <class V>
  constexpr V operator()(const V* x) const {
    const V *t = x, mu = x[8], tau = x[9];
    V e = square(mu / 5) / 2 + log(1 + square(tau / 5));
    for (int i = 0; i < 8; ++i) e += square(t[i]) / 2 + square((y[i] - mu - tau * t[i]) / s[i]) / 2;
    return e;
  }
};

/// The posterior means of mu and tau, by sums over a grid of tau; given tau, mu is normal.
std::pair<double, double> means_of_eight_schools() {
  double total = 0, of_mu = 0, of_tau = 0;
  for (double tau = 0.0125; tau < 200; tau += 0.025) {
    double precision = 1.0 / 25, sum = 0, squares = 0, log_density = -std::log(1 + tau * tau / 25);
    for (int i = 0; i < 8; ++i) {
      const double y = eight_schools::y[i], v = eight_schools::s[i] * eight_schools::s[i] + tau * tau;
      precision += 1 / v, sum += y / v, squares += y * y / v;
      log_density -= std::log(v) / 2;
    }
    const double weight = std::exp(log_density - (squares - sum * sum / precision) / 2) / std::sqrt(precision);
    total += weight, of_mu += weight * sum / precision, of_tau += weight * tau;
  }
  return {of_mu / total, of_tau / total};
}

struct gamma_law {  // density 2³·x²·e^(−2x) / Γ(3)
  template <class V>
  constexpr V operator()(const V* x) const {
    return 2 * x[0] - 2 * log(x[0]) - 3 * std::log(2.0) + std::log(2.0);
  }
};

struct beta_law {  // density 30·x·(1 − x)⁴
  template <class V>
  constexpr V operator()(const V* x) const {
    return -log(x[0]) - 4 * log(1 - x[0]) - std::log(30.0);
  }
};

struct dirichlet_law {  // Dirichlet(1, 2, 3): density 60·x₂·x₃²
  template <class V>
  constexpr V operator()(const V* x) const {
    return -log(x[1]) - 2 * log(x[2]) - std::log(60.0);
  }
};

struct three_normals {  // of which the order statistics have 3! times the density
  template <class V>
  constexpr V operator()(const V* x) const {
    return (square(x[0]) + square(x[1]) + square(x[2])) / 2;
  }
};

/// Depends on all of nine numbers, each together with another.
struct entangled {
  template <class V>
  constexpr V operator()(const V* x) const {
    V e = square(x[0]) / 2;
    for (int j = 1; j < 9; ++j) e += softplus(x[j] - x[j - 1] / 2) + x[j] * x[(j + 3) % 9] / 4;
    return e;
  }
};

struct saddle {
  template <class V>
  constexpr V operator()(const V* x, V* gradient) const {
    gradient[0] = x[1] * x[2], gradient[1] = x[0] * x[2], gradient[2] = x[0] * x[1];
    return x[0] * x[1] * x[2];
  }
};

using test::angle;

auto all_kinds() {
  return jem::variables{jem::variable{"a"}, jem::variable{"s", 2, support::positive{}}, jem::variable{"p", support::interval{-1, 1}},
                        jem::variable{"cut", 2, support::ordered{}}, jem::variable{"w", 3, support::simplex{}}};
}

/// e^(−E) at a point, or at each point of a grid, in sum.
template <class E>
double total_density(const E& energy, const eigen_double& u) {
  double sum = 0;
  for (const double e : energy.value(u).to_vector()) sum += std::exp(-e);
  return sum;
}

eigen_double line(double low, double high, double step) {
  std::vector<double> points;
  for (double u = low; u < high; u += step) points.push_back(u);
  return {{std::ssize(points), 1}, points};
}

/// n independent draws: the last positions of n chains of hmc, mapped back, one after the other.
template <class P, class E>
std::vector<double> independent_draws(const P& parameters, const E& inner, jem::index_t n, float step_size) {
  using T = jem::tensor<double, jem::eigen>;
  jem::rng rng{5};
  const T start = 0.4f * jem::normal<T>({n, parameters.free_size()}, rng);
  const jem::hmc kernel{{.step_size = step_size, .steps = 6}};
  return parameters.constrain(jem::evolve(kernel, jem::on_support<P, E>{parameters, inner}, start, 40, rng)).to_vector();
}

/// Every `of`-th number.
std::vector<double> column(const std::vector<double>& x, std::size_t j, std::size_t of) {
  std::vector<double> some;
  for (std::size_t i = j; i < x.size(); i += of) some.push_back(x[i]);
  return some;
}

/// Five standard errors of the mean and of the variance of independent draws: false alarms of 6e-7 each. `kurtosis` is E(x − μ)⁴ / σ⁴.
void check_moments(const std::vector<double>& x, double mean, double variance, double kurtosis) {
  const auto n = static_cast<double>(x.size());
  double sum = 0, squares = 0;
  for (const double each : x) sum += each, squares += (each - mean) * (each - mean);
  CHECK(std::abs(sum / n - mean) < 5 * std::sqrt(variance / n));
  CHECK(std::abs(squares / n - variance) < 5 * variance * std::sqrt((kurtosis - 1) / n));
}

constexpr jem::index_t chains = 10'000;

using positive_gamma = jem::on_support<jem::variables<support::positive>, jem::dual_energy<gamma_law>>;
static_assert(jem::differentiable_energy<positive_gamma, reference_double>);
static_assert(jem::differentiable_energy<positive_gamma, eigen_float>);
static_assert(!jem::energy<jem::on_support<jem::variables<support::positive>, int>, reference_double>);
static_assert(jem::row_wise<positive_gamma>);

}  // namespace

TEST_CASE("eight schools: named variables, an energy of them, and draws mapped back") {
  using tensor = jem::tensor<double, jem::eigen>;
  const jem::variables parameters{jem::variable{"t", 8}, jem::variable{"mu"}, jem::variable{"tau", jem::support::positive{}}};
  const jem::dual_energy posterior{10, eight_schools{}};
  const jem::on_support energy{parameters, posterior};
  jem::rng rng{1};
  const jem::hmc kernel{{.step_size = 0.25f, .steps = 8}};
  const auto start = jem::evolve(kernel, energy, jem::normal<tensor>({2000, 10}, rng), 60, rng);
  const auto draws = jem::sample(kernel, energy, start, 3, rng);  // (3, 2000, 10)
  const auto x     = parameters.constrain(draws);
  CHECK(x.extents() == jem::shape{3, 2000, 10});
  CHECK(parameters.names()[7] == "t[8]");
  const auto last                = tensor(x.rows(2, 1)).to_vector();  // independent chains
  const auto [mean_mu, mean_tau] = means_of_eight_schools();
  const auto mu = column(last, 8, 10), tau = column(last, 9, 10);
  const auto mean_of = [](const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0) / double(v.size()); };
  CHECK(std::abs(mean_of(mu) - mean_mu) < 5 * 3.4 / std::sqrt(2000.0));    // deviations of 3.3 and 3.2: five standard errors
  CHECK(std::abs(mean_of(tau) - mean_tau) < 5 * 3.4 / std::sqrt(2000.0));  // false alarms of 6e-7
  for (const double each : tau) REQUIRE(each > 0);
}

TEST_CASE_TEMPLATE("the gradient on free numbers is that of central differences, for every support in a row", T, eigen_double,
                   guarded_double) {
  const jem::on_support energy{all_kinds(), jem::dual_energy{9, entangled{}}};
  const T u = waves<T>({5, 8}, 1.5, 1);
  CHECK(energy_gradient_error(energy, u) < 1e-7);
  CHECK(jem::check_gradient(energy, u).error < 1e-9);
  T grad, alone;
  (void)energy.value_and_grad(u, grad);
  energy.gradient(u, alone);
  CHECK(grad.to_vector() == alone.to_vector());
}

TEST_CASE_TEMPLATE("any energy of x becomes one of free numbers: by hand, normal, sums and one with a support of one's own", T,
                   eigen_double, guarded_double) {
  const jem::variables parameters{jem::variable{"w", 3, support::simplex{}}};
  const T u = waves<T>({4, 2}, 1.5, 1);
  const jem::gaussian<T> bowl(T({3}, {0.1, 0.2, 0.3}), T({3}, {1, 0.5, 2}));
  CHECK(energy_gradient_error(jem::on_support{parameters, jem::row_energy{3, saddle{}}}, u) < 1e-8);
  CHECK(energy_gradient_error(jem::on_support{parameters, bowl}, u) < 1e-8);
  CHECK(energy_gradient_error(jem::on_support{parameters, jem::sum_energies(bowl, jem::row_energy{3, saddle{}})}, u) < 1e-8);
  CHECK(energy_gradient_error(jem::temper(jem::on_support{parameters, bowl}, 2.0f), u) < 1e-8);
  const jem::variables angles{jem::variable{"phi", 3, angle{}}};
  CHECK(energy_gradient_error(jem::on_support{angles, bowl}, waves<T>({4, 3}, 1.5, 1)) < 1e-8);
}

TEST_CASE("an energy on a support has the gradient of differences in float") {
  const jem::on_support energy{all_kinds(), jem::dual_energy{9, entangled{}}};
  CHECK(jem::check_gradient(energy, waves<eigen_float>({5, 8}, 1.5f, 1)).error < 1e-4);
}

TEST_CASE("the value on free numbers is f(x(u)) less the log-Jacobian") {
  const jem::on_support energy{jem::variables{jem::variable{"x", support::positive{}}}, jem::dual_energy{1, gamma_law{}}};
  const double u = 0.7, x = std::exp(u);
  CHECK(energy.value(eigen_double({1, 1}, {u})).to_vector()[0] == doctest::Approx(2 * x - 2 * u - 2 * std::log(2.0) - u));
}

TEST_CASE("a density has the integral 1 after the change of variables") {
  const jem::on_support positive{jem::variables{jem::variable{"x", support::positive{}}}, jem::dual_energy{1, gamma_law{}}};
  CHECK(0.05 * total_density(positive, line(-20, 8, 0.05)) == doctest::Approx(1).epsilon(1e-9));
  const jem::on_support interval{jem::variables{jem::variable{"x", support::interval{0, 1}}}, jem::dual_energy{1, beta_law{}}};
  CHECK(0.05 * total_density(interval, line(-30, 30, 0.05)) == doctest::Approx(1).epsilon(1e-9));
  const jem::on_support simplex{jem::variables{jem::variable{"w", 3, support::simplex{}}}, jem::dual_energy{3, dirichlet_law{}}};
  std::vector<double> grid;
  for (double a = -30; a < 30; a += 0.2) {
    for (double b = -30; b < 30; b += 0.2) grid.insert(grid.end(), {a, b});
  }
  CHECK(0.04 * total_density(simplex, {{std::ssize(grid) / 2, 2}, grid}) == doctest::Approx(1).epsilon(1e-6));
}

TEST_CASE("hmc on positive numbers draws a gamma law, to the bound of Dvoretzky, Kiefer and Wolfowitz at 1e-6") {
  const auto x =
      independent_draws(jem::variables{jem::variable{"x", support::positive{}}}, jem::dual_energy{1, gamma_law{}}, chains, 0.35f);
  check_moments(x, 1.5, 0.75, 5);
  CHECK(cdf_distance(x, [](double v) { return 1 - std::exp(-2 * v) * (1 + 2 * v + 2 * v * v); }) < dkw_bound(chains, 1e-6));
}

TEST_CASE("hmc on an interval draws a beta law, to the same bound") {
  const auto x =
      independent_draws(jem::variables{jem::variable{"x", support::interval{0, 1}}}, jem::dual_energy{1, beta_law{}}, chains, 0.5f);
  check_moments(x, 2.0 / 7, 10.0 / 392, 2.88);
  const auto cdf = [](double v) { return 1 - std::pow(1 - v, 6) - 6 * v * std::pow(1 - v, 5); };  // two or more of six uniforms are ≤ v
  CHECK(cdf_distance(x, cdf) < dkw_bound(chains, 1e-6));
}

TEST_CASE("hmc on a simplex draws a Dirichlet law") {
  const auto x =
      independent_draws(jem::variables{jem::variable{"w", 3, support::simplex{}}}, jem::dual_energy{3, dirichlet_law{}}, chains, 0.5f);
  for (int i = 0; i < 3; ++i) {  // Beta(i + 1, 5 − i)
    const double a = i + 1, b = 5 - i;
    const double excess = 6 * ((a - b) * (a - b) * 7 - a * b * 8) / (a * b * 8 * 9);
    check_moments(column(x, static_cast<std::size_t>(i), 3), a / 6, a * b / (36 * 7), 3 + excess);
  }
}

TEST_CASE("hmc on ordered numbers draws the order statistics of normals") {
  const auto x =
      independent_draws(jem::variables{jem::variable{"cut", 3, support::ordered{}}}, jem::dual_energy{3, three_normals{}}, chains, 0.2f);
  const double pi = 3.141592653589793, top = 1.5 / std::sqrt(pi), of_ends = 1 + std::sqrt(3.0) / (2 * pi) - 9 / (4 * pi);
  check_moments(column(x, 0, 3), -top, of_ends, 3.3);  // the kurtosis of both is below 3.3
  check_moments(column(x, 1, 3), 0, 1 - std::sqrt(3.0) / pi, 3.3);
  check_moments(column(x, 2, 3), top, of_ends, 3.3);
}

TEST_CASE("a run on a support gives the same bits for chains together and alone") {
  using T = jem::tensor<float, jem::eigen>;
  const jem::on_support energy{all_kinds(), jem::dual_energy{9, entangled{}}};
  jem::rng rng{9}, same{9};
  const auto start = waves<T>({700, 8}, 1, 1);
  const jem::hmc kernel{{.step_size = 0.1f, .steps = 3}};
  const T all   = jem::evolve(kernel, energy, start, 4, rng);
  const T first = jem::evolve(kernel, energy, T(start.rows(0, 3)), 4, same);
  CHECK(T(all.rows(0, 3)).to_vector() == first.to_vector());
}

TEST_CASE("an energy on a support accepts no chains and one, and refuses chains of another size") {
  const jem::on_support energy{all_kinds(), jem::dual_energy{9, entangled{}}};
  reference_double grad;
  CHECK(energy.value_and_grad(reference_double(jem::shape{0, 8}), grad).size() == 0);
  CHECK(grad.extents() == jem::shape{0, 8});
  CHECK(energy.value_and_grad(waves<reference_double>({1, 8}, 1, 1), grad).size() == 1);
  CHECK_THROWS_WITH_AS(energy.value(reference_double(jem::shape{2, 9})), "[on_support] expected (2, 8) but received (2, 9)",
                       std::invalid_argument);
  CHECK_THROWS_AS(energy.value_and_grad(reference_double(jem::shape{2, 4, 2}), grad), std::invalid_argument);
  CHECK_THROWS_AS(energy.gradient(reference_double(jem::shape{}), grad), std::invalid_argument);
  const jem::on_support narrow{all_kinds(), jem::dual_energy{3, three_normals{}}};
  CHECK_THROWS_WITH_AS(narrow.value(reference_double(jem::shape{2, 8})), "[dual_energy] expected rows of 3 elements but received (2, 9)",
                       std::invalid_argument);
}
