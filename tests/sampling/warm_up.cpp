// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"
#include "../support/plane_kernels.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/energy/row.hpp>
#include <jem/sampling/warm_up.hpp>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace {

using tensor = jem::tensor<float, jem::eigen>;

using namespace test;

/// Deviations from 1 to 1/spread, evenly spaced in the logarithm.
template <class T>
T deviations(jem::index_t d, double spread) {
  std::vector<typename T::value_type> s;
  for (jem::index_t j = 0; j < d; ++j) s.push_back(static_cast<typename T::value_type>(std::pow(spread, -double(j) / double(d - 1))));
  return T({d}, s);
}

template <class T>
jem::gaussian<T> normal_law(jem::index_t d, double spread) {
  return {jem::zeros<T>({d}), deviations<T>(d, spread)};
}

/// xⱼ with variance 1 and correlations 0.99 with each other, in ten dimensions.
struct correlated {
  template <class V>
  constexpr V operator()(const V* x, V* slope) const {
    V sum{}, energy{};
    for (int j = 0; j < 10; ++j) sum += x[j];
    for (int j = 0; j < 10; ++j) {
      slope[j] = V(100) * x[j] - V(99.0 / 9.91) * sum;
      energy += slope[j] * x[j] / 2;
    }
    return energy;
  }
};

/// NaN from 1 on; the mode is far from there.
struct half_defined {
  constexpr auto operator()(auto x) const { return square(x + 1) / 2 - log(1 - x); }
};

/// Everything that a warm-up found.
template <class W>
std::vector<double> numbers(const W& w) {
  auto all = w.report.metric;
  all.insert(all.end(), {w.report.step_size, double(w.report.steps), w.report.acceptance, double(w.report.gradients)});
  for (const auto x : w.position.to_vector()) all.push_back(static_cast<double>(x));
  return all;
}

struct faulty {  // an energy of 1/0 for the chain at 7, a gradient of 0/0 for the one at 8
  template <jem::tensor_value T>
  T value(const T& x) const {
    return jem::map(jem::row_sums(x), [](auto s) { return s == 7 ? decltype(s)(HUGE_VAL) : s; });
  }
  template <jem::tensor_value T>
  T value_and_grad(const T& x, T& grad) const {
    grad = jem::map(x, [](auto s) { return s == 8 ? decltype(s)(NAN) : s; });
    return value(x);
  }
};

}  // namespace

TEST_CASE("warm_up finds the scales of a normal whose deviations differ by a factor of 100, and a step size and a length for them") {
  jem::rng g{1};
  const auto law                    = normal_law<tensor>(100, 100);
  const auto [kernel, warm, report] = jem::warm_up(jem::hmc{}, law, jem::normal<tensor>({64, 100}, g), 300, g);
  const auto scales = kernel.proposal.metric.scale.to_vector(), truth = deviations<tensor>(100, 100).to_vector();
  for (std::size_t j = 0; j < 100; ++j) CHECK(scales[j] == doctest::Approx(truth[j]).epsilon(0.1));
  CHECK(report.step_size > 0.3);
  CHECK(report.step_size < 0.8);
  CHECK(report.length > 0.9);  // 1.43 for a normal, in whole steps
  CHECK(report.length < 2.4);
  CHECK(report.late_divergences == 0);
  CHECK(report.notes.empty());
  double acceptance = 0;
  (void)jem::sample(kernel, law, warm, 50, g,
                    [&](auto, const auto&, const auto& info) { acceptance += jem::mean(info.acceptance_probability) / 50; });
  CHECK(acceptance > 0.65);
  CHECK(acceptance < 0.9);
}

TEST_CASE("trajectories are longer, relative to the scales, for a normal that is correlated") {
  jem::rng g{2};
  const auto w = jem::warm_up(jem::hmc{}, jem::row_energy{10, correlated{}}, jem::normal<tensor>({64, 10}, g), 300, g);
  // a unit of z = x/s along the widest direction, of variance 9.91: the optimum for a normal is 1.43·√9.91/s
  const double best = 1.4343 * std::sqrt(9.91) / w.report.metric[0];
  CHECK(w.report.length > 0.6 * best);
  CHECK(w.report.length < 1.7 * best);
}

TEST_CASE("starts far out, with gradients of 1e6 and more, lead to the same kernel") {
  jem::rng g{3};
  const auto law = normal_law<tensor>(10, 100);
  auto far       = jem::normal<tensor>({32, 10}, g);
  jem::scale(far, 1000);
  const auto w      = jem::warm_up(jem::hmc{}, law, far, 300, g);
  const auto truth  = deviations<tensor>(10, 100).to_vector();
  const auto square = jem::map(w.position, [](float x) { return x * x; }).to_vector();
  for (std::size_t j = 0; j < 10; ++j) CHECK(w.report.metric[j] == doctest::Approx(truth[j]).epsilon(0.15));
  for (std::size_t i = 0; i < square.size(); ++i) CHECK(square[i] < 40 * truth[i % 10] * truth[i % 10]);
}

TEST_CASE("starts that are all the same point are no obstacle") {
  jem::rng g{4};
  const auto w     = jem::warm_up(jem::hmc{}, normal_law<tensor>(10, 100), jem::full<tensor>({32, 10}, 0.5f), 300, g);
  const auto truth = deviations<tensor>(10, 100).to_vector();
  for (std::size_t j = 0; j < 10; ++j) CHECK(w.report.metric[j] == doctest::Approx(truth[j]).epsilon(0.15));
}

TEST_CASE_TEMPLATE("one chain adapts step size and metric, and the report says what it cannot adapt", T, eigen_double, guarded_double) {
  jem::rng g{5};
  const auto w     = jem::warm_up(jem::hmc{}, normal_law<T>(5, 100), jem::normal<T>({1, 5}, g), 500, g);
  const auto truth = deviations<T>(5, 100).to_vector();
  for (std::size_t j = 0; j < 5; ++j) CHECK(w.report.metric[j] == doctest::Approx(truth[j]).epsilon(0.3));
  CHECK(w.report.acceptance > 0.45);
  REQUIRE(w.report.notes.size() >= 1);
  CHECK(w.report.notes[0].find("Fewer than 4 chains") == 0);
}

TEST_CASE("one coordinate is enough") {
  for (const jem::index_t n : {1, 2, 4, 64}) {
    jem::rng g{6};
    const jem::gaussian<eigen_double> law(eigen_double({1}, {3}), eigen_double({1}, {20}));
    const auto w = jem::warm_up(jem::hmc{}, law, jem::normal<eigen_double>({n, 1}, g), 200, g);
    CHECK(w.report.metric[0] == doctest::Approx(20).epsilon(0.35));
    CHECK(w.report.length > 0.7);
    CHECK(w.report.length < 3.2);
  }
}

TEST_CASE("trajectories that reach NaN count as divergences, and do not poison the adaptation") {
  jem::rng g{7};
  const auto w = jem::warm_up(jem::hmc{}, jem::pointwise<1>(half_defined{}), jem::full<tensor>({64, 1}, -1), 300, g);
  CHECK(w.report.divergences > 0);
  CHECK(w.report.step_size > 0.05);
  CHECK(w.report.metric[0] > 0.4);
  CHECK(w.report.metric[0] < 1.2);
  for (const float x : w.position.to_vector()) CHECK(x < 1);
}

TEST_CASE("the same seed gives the same bits, for 1, 2 and 7 threads") {
#ifdef _OPENMP
  const int before = omp_get_max_threads();
  std::vector<std::vector<double>> all;
  for (const int threads : {1, 2, 7}) {
    omp_set_num_threads(threads);
    jem::rng g{8};
    all.push_back(numbers(jem::warm_up(jem::hmc{}, normal_law<tensor>(100, 10), jem::normal<tensor>({200, 100}, g), 40, g)));
  }
  omp_set_num_threads(before);
  CHECK(all[1] == all[0]);
  CHECK(all[2] == all[0]);
#endif
}

TEST_CASE("the tuned kernel has the bits of the whole batch in tiles") {
  jem::rng g{9};
  const auto law = normal_law<tensor>(40, 10);
  const auto w   = jem::warm_up(jem::hmc{}, law, jem::normal<tensor>({300, 40}, g), 40, g);
  static_assert(jem::row_wise<decltype(w.kernel)>);
  auto whole     = g;
  const auto end = jem::evolve(w.kernel, law, w.position, 6, g).to_vector();
  CHECK(end == jem::evolve(w.kernel, law, w.position, 6, whole, [](const auto&...) {}).to_vector());
  CHECK(g == whole);
}

TEST_CASE("mala comes back as one step of hamiltonian dynamics with a metric") {
  jem::rng g{10};
  const auto w     = jem::warm_up(jem::mala{{.step_size = 0.01f}}, normal_law<tensor>(20, 100), jem::normal<tensor>({64, 20}, g), 300, g);
  const auto truth = deviations<tensor>(20, 100).to_vector();
  for (std::size_t j = 0; j < 20; ++j) CHECK(w.report.metric[j] == doctest::Approx(truth[j]).epsilon(0.2));
  CHECK(w.kernel.proposal.steps == 1);
  CHECK(w.report.notes.size() == 1);
}

TEST_CASE("a metric that is given is the first, and a warm-up can go on from a kernel") {
  jem::rng g{11};
  const auto law   = normal_law<tensor>(10, 100);
  const auto first = jem::warm_up(jem::hmc{}, law, jem::normal<tensor>({64, 10}, g), 100, g);
  const auto again = jem::warm_up(first.kernel, law, first.position, 100, g);
  const auto truth = deviations<tensor>(10, 100).to_vector();
  for (std::size_t j = 0; j < 10; ++j) CHECK(again.report.metric[j] == doctest::Approx(truth[j]).epsilon(0.15));
  using metric = jem::diagonal_metric<tensor>;
  const jem::metropolis other{jem::hamiltonian<jem::leapfrog, metric>{.metric = {tensor({2}, {1, 1})}}};
  CHECK_THROWS_WITH_AS((void)jem::warm_up(other, law, first.position, 100, g), "[diagonal_metric] expected (10) but received (2)",
                       std::invalid_argument);
}

TEST_CASE("too few steps, no chains, and starts without energy or gradient are refused, and nothing is drawn") {
  jem::rng g{12};
  const auto law = normal_law<tensor>(2, 10);
  CHECK_THROWS_WITH_AS((void)jem::warm_up(jem::hmc{}, law, jem::zeros<tensor>({4, 2}), 19, g),
                       "[warm_up] expected steps >= 20 but received 19", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)jem::warm_up(jem::hmc{}, law, tensor({0, 2}), 100, g),
                       "[warm_up] expected at least one chain and one coordinate but received (0, 2)", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)jem::warm_up(jem::hmc{}, faulty{}, tensor({3, 1}, {1, 2, 7}), 100, g),
                       "[warm_up] expected a finite energy at each start but received inf for chain 2, counted from 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)jem::warm_up(jem::hmc{}, faulty{}, tensor({3, 1}, {8, 2, 3}), 100, g),
                       "[warm_up] expected a finite gradient at each start but received one that is not for chain 0, counted from 0",
                       std::invalid_argument);
  CHECK(g == jem::rng{12});
  CHECK_NOTHROW((void)jem::warm_up(jem::hmc{}, law, jem::zeros<tensor>({1, 2}), 20, g));
  CHECK_NOTHROW((void)jem::warm_up(jem::hmc{}, law, jem::zeros<tensor>({4, 2}), 20, g));
}

namespace {

/// −log p(m, ln s) of a thousand numbers of mean 0 and variance 1. Far out it is flat in m, and falls along ln s by 1000 for each unit.
struct thousand_numbers {
  template <class V>
  constexpr V operator()(const V* x, V* slope) const {
    const V weight = 1000 * jem::math::exp(-2 * x[1]);
    slope[0]       = weight * x[0];
    slope[1]       = 1000 - weight * (x[0] * x[0] + 1);
    return 1000 * x[1] + weight * (x[0] * x[0] + 1) / 2;
  }
};

}  // namespace

TEST_CASE("warm_up takes a chain that is lost far out to where the others are, and says so") {
  using T = jem::tensor<double, jem::eigen>;
  jem::rng g{5};
  auto start  = 0.1 * jem::normal<T>({16, 2}, g);
  auto values = start.to_vector();
  values[10] = 1e4, values[11] = 9;  // chain 5
  const jem::row_energy law{2, thousand_numbers{}};
  const auto near = jem::warm_up(jem::hmc{}, law, start, 200, g);
  const auto lost = jem::warm_up(jem::hmc{}, law, T({16, 2}, values), 200, g);
  const auto says = [](const auto& warm) { return to_string(warm.report).find("energy stayed far above") != std::string::npos; };
  CHECK(!says(near));
  CHECK(says(lost));
  for (const double x : lost.position.to_vector()) CHECK(std::abs(x) < 0.3);  // deviations of 0.03
}
