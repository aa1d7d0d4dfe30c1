// SPDX-License-Identifier: MIT
#include <jem/core/setting.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <type_traits>

namespace {

constexpr float infinity     = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float largest      = std::numeric_limits<float>::max();

template <class Policy>
struct kernel {
  jem::positive<"kernel", "size"> size;
  Policy policy{};
  jem::at_least<"kernel", "steps", 1> steps = 10;
};

template <class F>
bool takes(double value) {
  try {
    const F made = static_cast<typename F::value_type>(value);
    F assigned   = static_cast<typename F::value_type>(0.5);
    assigned     = static_cast<typename F::value_type>(value);
    return static_cast<typename F::value_type>(made) == static_cast<typename F::value_type>(value) && assigned == made;
  } catch (const std::invalid_argument&) { return false; }
}

template <class A>
concept made_without_a_size = requires { A{.steps = 2}; };

}  // namespace

TEST_CASE("a setting takes the numbers of its range, and no others") {
  using finite           = jem::finite<"f", "x">;
  using positive         = jem::positive<"f", "x">;
  using not_negative     = jem::not_negative<"f", "x">;
  using in_unit_interval = jem::in_unit_interval<"f", "x">;
  using below_one        = jem::below_one<"f", "x">;
  for (const float value : {not_a_number, infinity, -infinity}) {
    CHECK_FALSE((takes<finite>(value) || takes<positive>(value) || takes<not_negative>(value)));
    CHECK_FALSE((takes<in_unit_interval>(value) || takes<below_one>(value)));
  }
  CHECK((takes<finite>(-1) && takes<finite>(0) && takes<finite>(largest) && takes<finite>(-largest)));
  CHECK((!takes<positive>(-1) && !takes<positive>(0) && takes<positive>(1e-45) && takes<positive>(largest)));
  CHECK((!takes<not_negative>(-1e-45) && takes<not_negative>(0) && takes<not_negative>(largest)));
  CHECK((!takes<in_unit_interval>(-0.1) && takes<in_unit_interval>(0) && takes<in_unit_interval>(1) && !takes<in_unit_interval>(1.1)));
  CHECK((!takes<below_one>(-0.1) && takes<below_one>(0) && takes<below_one>(0.999) && !takes<below_one>(1)));
}

TEST_CASE("a whole setting lies between two whole numbers, ends included") {
  const auto refuses = [](jem::index_t value) {
    CHECK_THROWS_AS((jem::at_least<"f", "x", 2, 5>(value)), std::invalid_argument);
    return true;
  };
  CHECK(jem::at_least<"f", "x", 2, 5>(2) == 2);
  CHECK(jem::at_least<"f", "x", 2, 5>(5) == 5);
  CHECK((refuses(1) && refuses(6) && refuses(-1)));
  CHECK(jem::at_least<"f", "x", 1>(std::numeric_limits<jem::index_t>::max()) > 0);
}

TEST_CASE("a refusal names the type, the field, the range and what it received") {
  using deviation = jem::not_negative<"fixed_noise", "deviation">;
  CHECK_THROWS_WITH(deviation(-1), "[fixed_noise] expected deviation >= 0, finite, but received -1");
  CHECK_THROWS_WITH(deviation(-1e-9), "[fixed_noise] expected deviation >= 0, finite, but received -9.99999972e-10");
  CHECK_THROWS_WITH(deviation{infinity}, "[fixed_noise] expected deviation >= 0, finite, but received inf");
  CHECK_THROWS_WITH(deviation(1e39), "[fixed_noise] expected deviation >= 0, finite, but received inf");
  CHECK_THROWS_WITH((jem::positive<"mala", "step_size", double>(0)), "[mala] expected step_size > 0, finite, but received 0");
  CHECK_THROWS_WITH((jem::finite<"box", "low">(not_a_number)), "[box] expected low to be finite but received nan");
  CHECK_THROWS_WITH((jem::in_unit_interval<"flip", "chance">(2)), "[flip] expected chance in [0, 1] but received 2");
  CHECK_THROWS_WITH((jem::below_one<"ema", "decay">(1)), "[ema] expected decay in [0, 1) but received 1");
  CHECK_THROWS_WITH((jem::at_least<"hmc", "steps", 1>(0)), "[hmc] expected steps >= 1 but received 0");
  CHECK_THROWS_WITH((jem::at_least<"hmc", "steps", 1, 9>(10)), "[hmc] expected steps from 1 to 9 but received 10");
}

TEST_CASE("a struct of settings is an aggregate, trivially copyable, deduces its types, and needs values for settings without default") {
  constexpr kernel made{.size = 0.5f, .policy = 'c'};
  static_assert(std::is_same_v<decltype(made), const kernel<char>>);
  static_assert(std::is_aggregate_v<kernel<char>> && std::is_trivially_copyable_v<kernel<char>> && sizeof(made.size) == sizeof(float));
  static_assert(made.size == 0.5f && made.steps == 10);
  static_assert(made_without_a_size<kernel<int>> == false);
  static_assert(!std::is_default_constructible_v<jem::positive<"kernel", "size">>);
}

TEST_CASE("a wrong number is refused when it is assigned, too, and the old one stays") {
  kernel<int> changed{.size = 1};
  changed.size = 2.0f;
  CHECK_THROWS_AS(changed.size = 0, std::invalid_argument);
  CHECK_THROWS_AS(changed.steps = 0, std::invalid_argument);
  CHECK(changed.size == 2.0f);
  CHECK(changed.steps == 10);
}

TEST_CASE("a setting can be read, printed and used in arithmetic like its number") {
  const jem::positive<"f", "x"> half = 0.5f;
  const jem::at_least<"f", "n", 0> three{3};
  std::ostringstream out;
  out << half << ' ' << three;
  CHECK(out.str() == "0.5 3");
  CHECK(std::to_string(half) == std::to_string(0.5f));
  CHECK(std::to_string(three) == "3");
  CHECK(-half * 2 + 1 == 0.0f);
  CHECK(static_cast<double>(half) == 0.5);
  CHECK(half < three);
}

TEST_CASE("a setting can be made from one of a wider range, and is checked again") {
  const jem::finite<"options", "decay"> wide = 1.5f, narrow = 0.5f;
  CHECK(jem::below_one<"ema", "decay">(narrow) == 0.5f);
  CHECK_THROWS_WITH((jem::below_one<"ema", "decay">{wide}), "[ema] expected decay in [0, 1) but received 1.5");
}

TEST_CASE("a whole setting is not made from a number with a fraction") {
  using steps = jem::at_least<"f", "x", 1>;
  static_assert(std::is_constructible_v<steps, int> && std::is_constructible_v<steps, std::size_t>);
  static_assert(!std::is_constructible_v<steps, float> && !std::is_constructible_v<steps, double>);
  static_assert(!std::is_constructible_v<steps, const char*>);
  CHECK_THROWS_AS(steps{std::numeric_limits<std::size_t>::max()}, std::invalid_argument);
}
