// SPDX-License-Identifier: MIT
#include "../support/counting_backend.hpp"
#include "../support/doubles.hpp"

#include <jem/loss/known_of_phases.hpp>
#include <jem/loss/phases.hpp>

using namespace test;

namespace {

using T = jem::tensor<double, counting>;

/// Logits with the values that value_and_grad computes in advance.
jem::phases<T> known_logits() {
  jem::phases<T> logits{.x = waves<T>({2, 3}), .y = jem::labels<T>({2}, {0, 1}), .samples = waves<T>({4, 3})};
  logits.known.labels_are_classes = true;
  logits.known.y.emplace(logits.y);
  logits.known.data    = softmax_and_log_sum_exp(logits.x);
  logits.known.samples = softmax_and_log_sum_exp(logits.samples);
  return logits;
}

int passes_for(const jem::phases<T>& logits) {
  return counts_of([&] {
           CHECK(same_bits(logits.data_softmax()->softmax.to_vector(), softmax(waves<T>({2, 3})).to_vector()));
           CHECK(same_bits((*logits.samples_softmax()).log_sum_exp.to_vector(), log_sum_exp(waves<T>({4, 3})).to_vector()));
         }).log_sum_exps -
         2;  // subtracts the passes for the expected numbers
}

}  // namespace

TEST_CASE("softmax and log-sum-exp that are known are returned by reference, and others are computed") {
  jem::phases<T> logits{.x = waves<T>({2, 3}), .samples = waves<T>({4, 3})};
  CHECK(passes_for(logits) == 2);
  logits.known.data = softmax_and_log_sum_exp(logits.x);
  CHECK(passes_for(logits) == 1);
  logits.known.samples = softmax_and_log_sum_exp(logits.samples);
  CHECK(passes_for(logits) == 0);
  const auto samples = logits.samples_softmax();
  CHECK(&*samples == &*logits.known.samples);
  const auto copy = samples;
  CHECK(&*copy == &*logits.known.samples);
}

TEST_CASE("a copy of a computed softmax stays valid when the original is replaced") {
  const jem::phases<T> logits{.x = waves<T>({2, 3})};
  auto first      = logits.data_softmax();
  const auto copy = first;
  first           = logits.data_softmax();
  CHECK(copy->softmax.extents() == jem::shape{2, 3});
  CHECK(&*copy != &*first);
}

TEST_CASE("copied and assigned phases have no known values, since they may be changed") {
  const auto knows_nothing = [](const jem::phases<T>& p) {
    return !p.known.y && !p.known.data && !p.known.samples && !p.known.labels_are_classes;
  };
  auto known = known_logits();
  known.known.y.emplace(known.y);
  jem::phases<T> copy = known, assigned = known_logits();
  CHECK(knows_nothing(copy));
  copy.x = waves<T>({2, 3}, 1, 2);
  CHECK(same_bits(copy.data_softmax()->softmax.to_vector(), softmax(copy.x).to_vector()));
  assigned.known.labels_are_classes = true;
  assigned                          = known;
  CHECK(knows_nothing(assigned));
  const jem::phases<T> moved = std::move(known);
  CHECK(knows_nothing(moved));
}
