// SPDX-License-Identifier: MIT
#include "../support/loss_oracle.hpp"

using namespace test;

namespace elsewhere {

using jem::operator*;

struct constant_loss {
  using loss_tag = void;
  constexpr jem::phase_set reads() const { return {.labelled = true}; }
  template <jem::tensor_value T>
  float accumulate(const jem::phases<T>&, float weight, jem::phases<T>&) const {
    return 4 * weight;
  }
};

constexpr auto composed = jem::cross_entropy{} + 0.5f * constant_loss{} + constant_loss{};

}  // namespace elsewhere

namespace {

template <class A, class B>
concept addable = requires(A a, B b) { a + b; };
template <class A, class B>
concept multipliable = requires(A a, B b) { a* b; };

static_assert(jem::loss_term<decltype(everything), reference_double>);
static_assert(addable<jem::cross_entropy, jem::energy_penalty> && !addable<jem::cross_entropy, float>);
static_assert(multipliable<float, jem::cross_entropy> && !multipliable<jem::cross_entropy, jem::cross_entropy>);

static_assert(everything.reads() == jem::phase_set{.labelled = true, .data = true, .samples = true, .conditional = true, .outliers = true});
static_assert((0.0f * jem::contrastive_divergence{}).reads() == jem::phase_set{});
static_assert((jem::cross_entropy{} + 0.0f * jem::contrastive_divergence{}).reads() == jem::phase_set{.labelled = true});
static_assert((0.0f * (jem::cross_entropy{} + jem::contrastive_divergence{})).reads() == jem::phase_set{});

}  // namespace

TEST_CASE_TEMPLATE("a composed loss is the weighted sum of its terms, and so is its gradient", T, eigen_double, guarded_double) {
  CHECK(loss_error(everything, wave_logits<T>(), 1, everything_value) < 5e-6);
  CHECK(loss_error(everything, wave_logits<T>(), 0.5f, everything_value) < 5e-6);
}

TEST_CASE("weights of nested sums are multiplied") {
  const auto nested = 2.0f * (jem::cross_entropy{} + 0.5f * (3.0f * jem::energy_penalty{}));
  const auto oracle = [](const logit_phases& f) { return 2 * cross_entropy_value(f) + 3 * penalty_value(f); };
  CHECK(loss_error(nested, wave_logits<reference_double>(), 1, oracle) < 1e-5);
}

TEST_CASE("a term of weight zero is not computed, so its batch may be missing or NaN") {
  using T            = reference_double;
  auto logits        = wave_logits<T>();
  const auto loss    = jem::cross_entropy{} + 0.0f * jem::contrastive_divergence{} + 0.0f * jem::joint_contrastive_divergence{};
  logits.unlabelled  = jem::full<T>({3, 3}, NAN);
  logits.samples     = T();
  logits.conditional = T();
  CHECK(loss_error(loss, logits, 1, cross_entropy_value) < 1e-6);
}

TEST_CASE("a user's loss in another namespace composes like the library's") {
  const auto oracle = [](const logit_phases& f) { return cross_entropy_value(f) + 6; };
  CHECK(loss_error(elsewhere::composed, wave_logits<reference_double>(), 1, oracle) < 1e-6);
}

TEST_CASE("a negative weight negates a term") {
  const auto oracle = [](const logit_phases& f) { return -divergence_value(f); };
  CHECK(loss_error(-1.0f * jem::contrastive_divergence{}, wave_logits<reference_double>(), 1, oracle) < 1e-6);
}
