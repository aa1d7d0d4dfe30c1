// SPDX-License-Identifier: MIT
#include "../../support/numbers.hpp"

#include <jem/backend/onednn/plan.hpp>

#include <doctest/doctest.h>

#include <thread>
#include <type_traits>
#include <vector>

using jem::index_t;
using jem::onednn_convolution::direction;
using jem::onednn_convolution::plan;
using jem::onednn_convolution::task;

namespace {

constexpr task some_task{{3, 9, 7, 5, 3, 3, 10, 2, 1}, direction::output};

}  // namespace

TEST_CASE("a plan is made once for a task, and each thread has its own") {
  static_assert(!std::is_copy_constructible_v<jem::onednn_convolution::alone>);
  const plan* const first = &plan::of(some_task);
  CHECK(first->offered());
  CHECK(&plan::of(some_task) == first);
  task other   = some_task;
  other.biased = true;
  CHECK(&plan::of(other) != first);
  other      = some_task;
  other.what = direction::weight_gradient;
  CHECK(&plan::of(other) != first);
  const plan* elsewhere = nullptr;
  std::thread([&] { elsewhere = &plan::of(some_task); }).join();
  CHECK(elsewhere != first);
}

TEST_CASE("a convolution without an output is not offered, in any direction") {
  for (const auto what : {direction::output, direction::input_gradient, direction::weight_gradient}) {
    CHECK_FALSE(plan::of({{1, 2, 2, 4, 5, 5, 4, 1, 0}, what}).offered());
  }
}

TEST_CASE("weights that are laid out and read back are unchanged; those of few channels take more memory") {
  for (const jem::shape& weight : {jem::shape{3, 3, 32, 16}, {1, 1, 3, 10}, {2, 5, 1, 7}}) {
    CAPTURE(to_string(weight));
    const plan& p = plan::of(weight, {1, 1}, direction::output, false);
    REQUIRE(p.offered());
    CHECK(p.weight_bytes() >= 4 * weight.size());
    const auto w = test::random_values<float>(weight.size());
    jem::host_storage<float> packed(p.weight_bytes() / 4);
    p.pack(w.data(), packed.data());
    std::vector<float> back(w.size());
    p.unpack(packed.data(), back.data());
    CHECK(back == w);
  }
}

TEST_CASE("the layout of weights does not depend on the size of the images, so they may be laid out before it is known") {
  const plan& usual = plan::of({3, 3, 16, 24}, {1, 1}, direction::output, false);
  for (const index_t side : {4, 8, 31, 64}) {
    CHECK(plan::of({{2, side, side, 16, 3, 3, 24, 1, 1}, direction::output, false, false, true}).weights() == usual.weights());
  }
}

TEST_CASE("a plan multiplies each pixel by a weight of one and adds a bias") {
  const plan& p = plan::of({{1, 2, 2, 1, 1, 1, 1, 1, 0}, direction::output, false, false, true});
  REQUIRE(p.offered());
  jem::host_storage<float> packed(p.weight_bytes() / 4);
  const float one = 1, bias = 0.5f;
  p.pack(&one, packed.data());
  const std::vector<float> x{1, 2, 3, 4};
  std::vector<float> y(4);
  p.run(x.data(), p.weights_at(packed.data()), &bias, y.data());
  CHECK(y == std::vector<float>{1.5f, 2.5f, 3.5f, 4.5f});
}

TEST_CASE("a processor that multiplies matrices of bfloat16 also multiplies vectors of it, and its instruction set has a name") {
  using namespace jem::onednn_convolution;
  CHECK((!multiplies_matrices() || multiplies_bfloat16()));
  CHECK((multiplies_bfloat16() || (instruction_set() != "AMX" && instruction_set() != "AVX-512 BF16")));
  CHECK_FALSE(instruction_set().empty());
}

#ifdef _OPENMP
TEST_CASE("an object of class alone limits a thread to itself, and afterwards the number of threads is as before") {
  const int before = omp_get_max_threads();
  omp_set_num_threads(5);
  {
    const jem::onednn_convolution::alone here;
    CHECK(omp_get_max_threads() == 1);
  }
  CHECK(omp_get_max_threads() == 5);
  omp_set_num_threads(before);
}
#endif
