// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/loss/cross_entropy.hpp>
#include <jem/loss/phases.hpp>

using namespace test;

namespace {

using T = reference_double;

struct without_tag {
  constexpr jem::phase_set reads() const { return {}; }
  float accumulate(const jem::phases<T>&, float, jem::phases<T>&) const { return 0; }
};
struct without_reads {
  using loss_tag = void;
  float accumulate(const jem::phases<T>&, float, jem::phases<T>&) const { return 0; }
};
struct without_slope {
  using loss_tag = void;
  constexpr jem::phase_set reads() const { return {}; }
  float accumulate(const jem::phases<T>&, float) const { return 0; }
};

static_assert(jem::loss_term<jem::cross_entropy, T>);
static_assert(!jem::loss_term<without_tag, T>);
static_assert(!jem::loss_term<without_reads, T>);
static_assert(!jem::loss_term<without_slope, T>);
static_assert(!jem::loss_term<int, T>);

constexpr jem::phase_set a{.labelled = true, .samples = true}, b{.data = true, .samples = true};
static_assert((jem::phase_set{.pairs = true} | jem::phase_set{.joint_pairs = true}) == jem::phase_set{.pairs = true, .joint_pairs = true});
static_assert((jem::phase_set{.outliers = true} | b) != b);
static_assert((a | b) == jem::phase_set{.labelled = true, .data = true, .samples = true, .conditional = false});
static_assert((jem::phase_set{} | a) == a && !(a == b));

}  // namespace

TEST_CASE("phases are empty until they are filled") {
  const jem::phases<T> none;
  CHECK(none.x.size() + none.unlabelled.size() + none.samples.size() + none.conditional.size() == 0);
  CHECK(none.y.size() + none.conditional_y.size() == 0);
}

TEST_CASE("the data of the p(x) term are the unlabelled batch, or the labelled one if there is no unlabelled one") {
  jem::phases<T> images{.x = waves<T>({2, 3})};
  CHECK(&images.data() == &images.x);
  CHECK(&std::as_const(images).data() == &images.x);
  CHECK(images.data_batch() == &jem::phases<T>::x);
  images.unlabelled = waves<T>({4, 3});
  CHECK(&images.data() == &images.unlabelled);
  CHECK(images.data_batch() == &jem::phases<T>::unlabelled);
}
