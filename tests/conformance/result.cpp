// SPDX-License-Identifier: MIT
#include <jem/conformance/result.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

using namespace jem::conformance;

namespace {

constexpr double unknown  = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

auto told(const char* words) {
  return [words] { return std::string(words); };
}

evidence none() { return {}; }
evidence one() {
  evidence e;
  e.hold(1, 2, unit::absolute, told("here"));
  return e;
}
evidence thrown() { throw std::runtime_error("no device"); }

}  // namespace

TEST_CASE("evidence keeps the case whose error is the largest part of its tolerance") {
  evidence e;
  e.hold(0.5, 10, unit::absolute, told("far"));
  e.hold(0.009, 0.01, unit::relative, told("near"));
  e.hold(0.6, 1, unit::bound, told("between"));
  CHECK(e.passed);
  CHECK(e.cases == 3);
  CHECK(e.where == "near");
  CHECK(e.error == 0.009);
  CHECK(e.tolerance == 0.01);
  CHECK(e.measure == unit::relative);
}

TEST_CASE("an error that is equal to its tolerance passes, and a larger one fails and stays the reported case") {
  evidence e;
  e.hold(1, 1, unit::bound, told("at the bound"));
  CHECK(e.passed);
  e.hold(3, 2, unit::bound, told("beyond"));
  e.hold(0.9, 1, unit::bound, told("within"));
  CHECK_FALSE(e.passed);
  CHECK(e.where == "beyond");
}

TEST_CASE("NaN, infinity, and any error where none is allowed fail, and the first of them is reported") {
  for (const double error : {unknown, infinity, 1e-300}) {
    CAPTURE(error);
    evidence e;
    e.hold(5, 6, unit::wrong, told("right"));
    e.hold(error, 0, unit::wrong, told("wrong"));
    e.hold(unknown, 1, unit::wrong, told("wrong again"));
    CHECK_FALSE(e.passed);
    CHECK(e.where == "wrong");
  }
  evidence e;
  e.hold(unknown, unknown, unit::wrong, told("nothing"));
  CHECK_FALSE(e.passed);
}

TEST_CASE("only the worst case so far is described in words") {
  evidence e;
  int asked         = 0;
  const auto counts = [&] { return std::to_string(++asked); };
  e.hold(2, 4, unit::absolute, counts);
  e.hold(1, 4, unit::absolute, counts);
  e.hold(0, 4, unit::absolute, counts);
  CHECK(asked == 1);
  e.hold(3, 4, unit::absolute, counts);
  CHECK(asked == 2);
}

TEST_CASE("among cases without an error the first with a tolerance is reported") {
  evidence e;
  for (const double tolerance : {0.0, 1e-6, 1e-3}) e.hold(0, tolerance, unit::absolute, [&] { return std::to_string(tolerance); });
  CHECK(e.tolerance == 1e-6);
}

TEST_CASE("the result of a check has its name, its worst case and its duration") {
  const result r = run_check({"a check", one});
  CHECK(r.name == "a check");
  CHECK(r.passed);
  CHECK(r.error == 1);
  CHECK(r.tolerance == 2);
  CHECK(r.measure == unit::absolute);
  CHECK(r.where == "here");
  CHECK(r.seconds >= 0);
}

TEST_CASE("a check without a case fails, and so does one that throws") {
  CHECK_FALSE(run_check({"nothing", none}).passed);
  const result r = run_check({"throws", thrown});
  CHECK_FALSE(r.passed);
  CHECK(r.where == "no device");
  CHECK(r.error == infinity);
}

TEST_CASE("units and cases are described in words") {
  CHECK(std::string(name_of(unit::bound)) == "of the bound");
  CHECK(std::string(name_of(unit::absolute)) == "absolute");
  CHECK(std::string(name_of(unit::relative)) == "relative");
  CHECK(std::string(name_of(unit::wrong)) == "wrong elements");
  CHECK(detail::named("n", 7, "alpha", -0.5, "beta", 2.0f, "x", jem::shape{2, 3}, "turned", true) ==
        "n = 7, alpha = -0.5, beta = 2, x = (2, 3), turned = yes");
}
