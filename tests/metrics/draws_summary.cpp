// SPDX-License-Identifier: MIT
#include <jem/metrics/draws_summary.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

namespace metrics = jem::metrics;
using names       = std::vector<std::string>;

namespace {

metrics::summary_row row(const std::string& name) { return {name, 1, 1, .1, .1, -1, 1, 3, .1, .1, .1, 1000, 900, 1.001, NAN, {}}; }

metrics::draws_summary good() { return {.rows = {row("mu"), row("tau")}, .draws = 1000, .chains = 4}; }

bool converged_if(const std::function<void(metrics::draws_summary&)>& change) {
  auto s = good();
  change(s);
  return s.converged();
}

}  // namespace

TEST_CASE("a row is found by its name, and the names that there are are told for another one") {
  const auto s = good();
  CHECK(&s["tau"] == &s.rows[1]);
  CHECK_THROWS_WITH_AS((void)s["sigma"], "[draws_summary] expected one of mu, tau but received sigma", std::invalid_argument);
}

TEST_CASE("draws have converged if nothing is known against them, up to the bounds themselves") {
  CHECK(good().converged());
  CHECK(converged_if([](auto& s) { s.rows[1].rhat = 1.01; }));
  CHECK(!converged_if([](auto& s) { s.rows[1].rhat = 1.0101; }));
  CHECK(converged_if([](auto& s) { s.rows[0].ess_bulk = s.rows[1].ess_tail = 400; }));
  CHECK(!converged_if([](auto& s) { s.rows[0].ess_bulk = 399; }));
  CHECK(!converged_if([](auto& s) { s.rows[0].ess_tail = 399; }));
  CHECK(!converged_if([](auto& s) { s.rows[0].ess_tail = NAN; }));
  CHECK(!converged_if([](auto& s) { s.rows[0].rhat = NAN; }));
  CHECK(!converged_if([](auto& s) { s.stuck = {3}; }));
  CHECK(!converged_if([](auto& s) { s.rows.clear(); }));
}

TEST_CASE("nested chains are judged by nested R-hat, and by effective sizes where they can be known") {
  const auto nested = [](double rhat, double ess, jem::index_t draws) {
    return converged_if([=](auto& s) {
      s.superchains = 2, s.draws = draws;
      for (auto& r : s.rows) r.nested_rhat = rhat, r.ess_bulk = ess, r.rhat = 2;
    });
  };
  CHECK(nested(1.005, 1000, 100));
  CHECK(!nested(1.02, 1000, 100));
  CHECK(!nested(NAN, 1000, 100));
  CHECK(!nested(1.005, 100, 100));
  CHECK(nested(1.005, NAN, 9));
  CHECK(!nested(1.005, NAN, 10));
}

TEST_CASE("coordinates are numbered from 1 by their axes, in row-major order") {
  const auto given = [](const jem::shape& item) { return metrics::detail::coordinate_names("test", {}, item); };
  CHECK(given({}) == names{"x"});
  CHECK(given({3}) == names{"x[1]", "x[2]", "x[3]"});
  CHECK(given({2, 3}) == names{"x[1,1]", "x[1,2]", "x[1,3]", "x[2,1]", "x[2,2]", "x[2,3]"});
  CHECK(given({0}).empty());
}

TEST_CASE("names have to be as many as coordinates, and different") {
  const auto given = [](names n) { return metrics::detail::coordinate_names("summary", std::move(n), {2}); };
  CHECK(given({"a", "b"}) == names{"a", "b"});
  CHECK_THROWS_WITH_AS(given({"a"}), "[summary] expected 2 names, one for each coordinate of a draw (2) but received 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(given({"mu", "mu"}), "[summary] expected different names but received mu twice", std::invalid_argument);
}
