// SPDX-License-Identifier: MIT
// Counts allocations of memory after the first rounds of a loop. operator new and delete are replaced in this whole executable.
#include "../support/every_thread.hpp"

#include <jem/data/digits.hpp>
#include <jem/jem.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

using tensor = jem::tensor<float, jem::eigen>;

std::atomic<long> asked = 0;

void* count(void* block) {
  ++asked;
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

/// Not inlined, since g++ would warn that free does not match new: it does not know that both operators are replaced.
[[gnu::noinline]] void give_back(void* block) { std::free(block); }

/// How often f allocates memory after every thread has called it three times.
template <class F>
long allocations_of(F f) {
  for (int i = 0; i < 3; ++i) test::by_every_thread(f);
  const long before = asked;
  f();
  return asked - before;
}

template <class Energy>
long allocations_of_a_step(const Energy& energy, const jem::shape& images) {
  const jem::sgld kernel{
      .step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}, .transform = jem::clip_norm{10}, .constraint = jem::box{-1, 1}};
  jem::rng g{1};
  auto state = kernel.init(energy, jem::normal<tensor>(images, g));
  return allocations_of([&] { kernel.step(energy, state, g); });
}

}  // namespace

void* operator new(std::size_t bytes) { return count(std::malloc(bytes)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return count(std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit));
}
void operator delete(void* block) noexcept { give_back(block); }
void operator delete(void* block, std::size_t) noexcept { give_back(block); }
void operator delete(void* block, std::align_val_t) noexcept { give_back(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { give_back(block); }

TEST_CASE("allocations are counted, except those that the pool serves") {
  CHECK(allocations_of([] { ::operator delete(::operator new(1)); }) == 1);
  CHECK(allocations_of([] { tensor x({1000}); }) == 0);
}

TEST_CASE("a step of a sampler allocates nothing") {
  jem::rng g{2};
  const jem::convnet<tensor> convnet({.height = 8, .width = 8, .widths = {8, 12}}, g);
  const jem::mlp<tensor> mlp({64, 32, 10}, g);
  const jem::wide_resnet<tensor> wide_resnet({.depth = 10, .width = 1, .channels = 1}, g);
  CHECK(allocations_of_a_step(jem::marginal_energy{convnet}, {16, 8, 8, 1}) == 0);
  CHECK(allocations_of_a_step(jem::marginal_energy{mlp}, {16, 64}) == 0);
  CHECK(allocations_of_a_step(jem::marginal_energy{wide_resnet}, {16, 8, 8, 1}) == 0);
  CHECK(allocations_of_a_step(jem::gaussian<tensor>(jem::zeros<tensor>({100}), jem::full<tensor>({100}, 2)), {1000, 100}) == 0);
}

TEST_CASE("a training step allocates at most three times, for layers of the gradient and of the prepared network") {
  const jem::trainer trainer{.loss      = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{},
                             .sampler   = jem::sgld{.step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}},
                             .optimiser = jem::adam{},
                             .batch     = 16,
                             .steps     = 5};
  jem::rng g{3};
  const auto digits = jem::data::digits_train<tensor>();
  auto state        = trainer.init(jem::convnet<tensor>({.height = 8, .width = 8, .widths = {8, 12}}, g), digits, g);
  CHECK(allocations_of([&] { trainer.step(state); }) <= 3);
}
