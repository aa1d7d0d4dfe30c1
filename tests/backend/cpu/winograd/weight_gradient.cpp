// SPDX-License-Identifier: MIT
#include "winograd_examples.hpp"

#include <jem/backend/cpu/winograd/weight_gradient.hpp>
#include <jem/backend/openmp.hpp>

namespace winograd = jem::eigen_winograd;
using namespace examples;

TEST_CASE_TEMPLATE("the weight gradient has errors within the algorithm's bound, by either schedule, and is added to the old values", A,
                   sliding, tall, square8, halving3, halving4) {
  constexpr double bound = std::max(4e-6, bound_of<A>);
  for (const auto& s : shapes<A>()) {
    CAPTURE(jem::to_string(s.input()));
    CAPTURE(s.f);
    if (s.padding < 0) continue;
    const example e(s);
    const auto dy = test::random_values<float>(s.output().size(), 4);
    exact right(s.weight(), test::as<double>(e.w));
    add_convolution_weight_gradient(right, e.cropped(), exact(s.output(), test::as<double>(dy)), {s.stride, s.padding});
    floats a = e.w, b = e.w;
    const auto algorithm = winograd::gradient_algorithm_of<A, float>();
    const auto x         = winograd::read_tiles<A>(e.x.data(), x_itself);
    winograd::weight_gradient_by_tiles<jem::openmp>(algorithm, e.mapping(), x, dy.data(), a.data());
    winograd::weight_gradient_by_filters<jem::openmp>(algorithm, e.mapping(), x, dy.data(), b.data());
    CHECK(relative_error(a, right.to_vector()) < bound);
    CHECK(relative_error(b, right.to_vector()) < bound);
  }
}
