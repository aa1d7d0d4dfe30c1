// SPDX-License-Identifier: MIT
#include <jem/core/concepts.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <type_traits>

namespace {

struct says_so {
  static constexpr bool row_wise = true;
};
struct says_no {
  static constexpr bool row_wise = false;
};
struct is_silent {};

}  // namespace

TEST_CASE("scalars are float and double; elements of tensors are also bfloat16 and int32") {
  static_assert(jem::scalar<float> && jem::scalar<double>);
  static_assert(!jem::scalar<int> && !jem::scalar<std::int32_t> && !jem::scalar<long double> && !jem::scalar<const float>);
  static_assert(jem::element<float> && jem::element<jem::bfloat16> && jem::element<std::int32_t>);
  static_assert(!jem::scalar<jem::bfloat16> && std::same_as<jem::accumulator_t<jem::bfloat16>, float>);
  static_assert(!jem::element<std::int64_t> && !jem::element<bool> && !jem::element<char>);
  static_assert(std::is_same_v<jem::accumulator_t<double>, double>);
  CHECK(true);
}

TEST_CASE("a schedule is a function of the step number or a number, a noise scale a function of the step size or a number") {
  constexpr auto falling = [](jem::index_t k) { return 1.0f / static_cast<float>(1 + k); };
  static_assert(jem::schedule<decltype(falling)>);
  static_assert(jem::noise_scale<float (*)(float)>);
  static_assert(jem::schedule<int> && jem::schedule<double> && jem::noise_scale<float>, "a number is the same everywhere");
  static_assert(!jem::schedule<bool> && !jem::schedule<const float*>);
  static_assert(jem::value_at(0.5, jem::index_t{7}) == 0.5f && jem::value_at(2, 0.1f) == 2.0f);
  static_assert(jem::value_at(falling, jem::index_t{1}) == 0.5f);
  struct told_nothing {
    float operator()() const { return 1; }
  };
  struct text {
    const char* operator()(jem::index_t) const { return ""; }
  };
  static_assert(!jem::schedule<told_nothing> && !jem::schedule<text> && !jem::noise_scale<told_nothing>);
  CHECK(falling(1) == 0.5f);
}

TEST_CASE("a type is row_wise only if it says so") {
  static_assert(jem::row_wise<says_so> && jem::row_wise<const says_so&>);
  static_assert(!jem::row_wise<says_no> && !jem::row_wise<is_silent> && !jem::row_wise<int>);
  CHECK(says_so::row_wise);
}

TEST_CASE("a function object that cannot be called if it is const is no batch_transform") {
  struct changes_itself {
    void operator()(int&) {}
  };
  struct changes_its_argument {
    void operator()(int& x) const { ++x; }
  };
  static_assert(!jem::batch_transform<changes_itself, int>);
  static_assert(jem::batch_transform<changes_its_argument, int>);
  int x = 1;
  changes_its_argument{}(x);
  CHECK(x == 2);
}
