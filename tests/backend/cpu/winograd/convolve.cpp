// SPDX-License-Identifier: MIT
#include "winograd_examples.hpp"

#include <utility>

namespace winograd = jem::eigen_winograd;
using namespace examples;

TEST_CASE_TEMPLATE("a convolution has errors within the algorithm's bound, by either schedule and for every shape", A, sliding, tall,
                   square8, halving3, halving4) {
  constexpr double bound = bound_of<A>;
  for (const auto& s : shapes<A>()) {
    CAPTURE(jem::to_string(s.input()));
    CAPTURE(s.f);
    example e(s);
    const auto u     = e.template transformed<A>();
    const auto right = e.expected();
    winograd::convolve_by_tiles<jem::openmp>(winograd::algorithm_of<A, float>(), e.mapping(), 8,
                                             winograd::read_tiles<A>(std::as_const(e.x).data(), x_itself), std::as_const(u).data(),
                                             winograd::write_tiles<A>(as_they_are, e.y.data()));
    CHECK(relative_error(e.y, right) < bound);
    const floats by_tiles = e.y;
    for (const float* const weights : {u.data(), none}) {
      std::fill(e.y.begin(), e.y.end(), -9.0f);
      winograd::convolve_by_filters<jem::openmp>(winograd::algorithm_of<A, float>(), e.mapping(),
                                                 winograd::read_tiles<A>(std::as_const(e.x).data(), x_itself), weights, e.weights(),
                                                 winograd::write_tiles<A>(as_they_are, e.y.data()));
      CHECK(relative_error(e.y, right) < bound);
      CHECK(test::same_bits(e.y, by_tiles));
    }
  }
}

TEST_CASE_TEMPLATE("the gradient of a halving's input is right to 4e-6 of its largest element, by either schedule", A,
                   jem::winograd::doubling<3>, jem::winograd::doubling<4>) {
  for (const auto& s : shapes<jem::winograd::halving<A::taps>>()) {
    CAPTURE(jem::to_string(s.input()));
    CAPTURE(s.f);
    const example e(s);
    const floats dy  = test::random_values<float>(s.output().size(), 4);
    const auto right = convolution_input_gradient(exact(s.output(), test::as<double>(dy)), exact(s.weight(), test::as<double>(e.w)),
                                                  {s.stride, s.padding}, s.input())
                           .to_vector();
    const winograd::weights<float> turned{e.w.data(), true};
    floats u(static_cast<std::size_t>(winograd::weights_size(jem::winograd::points<A>, s.f, s.c))), dx(e.x.size(), -9), same = dx;
    winograd::transform_weights<jem::openmp>(winograd::algorithm_of<A, float>(), turned, s.f, s.c, u.data());
    const auto to = jem::winograd::backward_mapping(s);
    winograd::convolve_by_tiles<jem::openmp>(winograd::algorithm_of<A, float>(), to, 8, winograd::read_tiles<A>(dy.data(), x_itself),
                                             std::as_const(u).data(), winograd::write_tiles<A>(as_they_are, dx.data()));
    winograd::convolve_by_filters<jem::openmp>(winograd::algorithm_of<A, float>(), to, winograd::read_tiles<A>(dy.data(), x_itself), none,
                                               turned, winograd::write_tiles<A>(as_they_are, same.data()));
    CHECK(relative_error(dx, right) < 4e-6);
    CHECK(test::same_bits(dx, same));
  }
}

TEST_CASE("more than 128 tiles are transformed in several parts, and blocks of any size give the same bits") {
  example e({35, 8, 8, 8, 3, 3, 20, 1, 1});
  const auto u = e.transformed<sliding>();
  winograd::convolve_by_filters<jem::openmp>(winograd::algorithm_of<sliding, float>(), e.mapping(),
                                             winograd::read_tiles<sliding>(std::as_const(e.x).data(), x_itself), u.data(), e.weights(),
                                             winograd::write_tiles<sliding>(as_they_are, e.y.data()));
  const floats first = e.y;
  CHECK(relative_error(first, e.expected()) < 2e-6);
  for (const index_t size : {8, 24, 512}) {
    winograd::convolve_by_tiles<jem::openmp>(winograd::algorithm_of<sliding, float>(), e.mapping(), size,
                                             winograd::read_tiles<sliding>(std::as_const(e.x).data(), x_itself), std::as_const(u).data(),
                                             winograd::write_tiles<sliding>(as_they_are, e.y.data()));
    CHECK(test::same_bits(e.y, first));
  }
}

TEST_CASE("a bias is added to every output") {
  example e(shapes<sliding>()[1]);
  auto right = e.expected();
  for (std::size_t i = 0; i < right.size(); ++i) right[i] += static_cast<double>(e.bias[i % e.bias.size()]);
  const jem::epilogue<float> with_bias{.bias = e.bias.data()};
  winograd::convolve<jem::openmp>(winograd::algorithm_of<sliding, float>(), e.mapping(),
                                  winograd::read_tiles<sliding>(std::as_const(e.x).data(), x_itself), e.weights(), none,
                                  winograd::write_tiles<sliding>(with_bias, e.y.data()));
  CHECK(relative_error(e.y, right) < 2e-6);
}
