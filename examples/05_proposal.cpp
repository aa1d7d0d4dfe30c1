// A proposal of your own. Of weights x ~ N(0, 1)ᵈ only s = Σᵢ xᵢ / √d is observed, as 1.5 with an error of ½. Given this, s is normal with
// mean 1.2 and variance 0.2 for any d. A random walk whose step suits few weights is nearly always rejected for many. The proposal of Crank
// and Nicolson leaves N(0, 1)ᵈ invariant, so that its acceptance depends on the observation only (Cotter, Roberts, Stuart and White 2013,
// arXiv:1202.0709).
// usage: 05_proposal [steps]
#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/jem.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>

struct posterior {                       // E(x) = ‖x‖² / 2 + 2·(1.5 − s)²
  tensor value(const tensor& x) const {  // (n, d) → (n)
    const tensor miss = jem::full<tensor>({x.extent(0)}, 1.5f) - observed(x);
    return 0.5f * row_dots(x, x) + 2 * (miss * miss);
  }
  static tensor observed(const tensor& x) { return (1 / std::sqrt(static_cast<float>(x.extent(1)))) * row_sums(x); }
};

struct random_walk {  // x′ = x + βξ, symmetric
  float beta;
  template <jem::energy<tensor> E>
  tensor propose(const E& energy, const jem::point<tensor>& from, jem::point<tensor>& to, jem::rng& g) const {
    to.position = from.position;
    add_normal(to.position, beta, g);
    to.energy = energy.value(to.position);
    return jem::zeros<tensor>(to.energy.extents());
  }
};

struct crank_nicolson {  // x′ = √(1 − β²)·x + βξ;  log q(x|x′) − log q(x′|x) = (‖x′‖² − ‖x‖²) / 2
  float beta;
  template <jem::energy<tensor> E>
  tensor propose(const E& energy, const jem::point<tensor>& from, jem::point<tensor>& to, jem::rng& g) const {
    to.position = std::sqrt(1 - beta * beta) * from.position;
    add_normal(to.position, beta, g);
    to.energy = energy.value(to.position);
    return 0.5f * (row_dots(to.position, to.position) - row_dots(from.position, from.position));
  }
};

template <class Proposal>
void report(const char* name, int dimension, int steps) {
  jem::rng rng{5};
  double accepted  = 0;
  const auto watch = [&](auto, const auto&, const auto& info) { accepted += double(mean(info.acceptance_probability)) / steps; };
  const auto start = jem::normal<tensor>({1'000, dimension}, rng);
  const auto s     = posterior::observed(jem::evolve(jem::metropolis{Proposal{0.5f}}, posterior{}, start, steps, rng, watch));
  const double m = double(mean(s)), variance = double(mean(s * s)) - m * m;
  std::printf("%-15s %5d weights:  accepted %.3f,  mean of s %.2f,  variance %.2f\n", name, dimension, accepted, m, variance);
}

int main(int argc, char** argv) {
  const int steps = argc > 1 ? std::atoi(argv[1]) : 200;
  for (const int dimension : {1, 10, 100, 1000}) {
    report<random_walk>("random walk", dimension, steps);
    report<crank_nicolson>("Crank-Nicolson", dimension, steps);
  }
}
