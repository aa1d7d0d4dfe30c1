// SPDX-License-Identifier: MIT
#include "../support/wrong_backends.hpp"

#include <jem/conformance/suite.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace jem::conformance;

namespace {

struct without_verbs {};

template <class B>
concept can_run = requires { run<B>(); };

static_assert(can_run<jem::reference>);
static_assert(!can_run<without_verbs>);

}  // namespace

TEST_CASE("a backend that does nothing fails every check, and the observer gets the results in order") {
  std::vector<std::string> heard;
  const auto results = run<test::wrong::does_nothing>([&](const result& r) { heard.push_back(r.name); });
  CHECK_FALSE(passed(results));
  CHECK(results.size() == 46);
  std::set<std::string> names;
  for (std::size_t i = 0; i < results.size(); ++i) {
    INFO(results[i].name, ": ", results[i].where);
    CHECK(heard.at(i) == results[i].name);
    CHECK(names.insert(results[i].name).second);
    CHECK_FALSE(results[i].passed);
  }
  CHECK(results.front().name == "storage keeps what it is given in float");
  CHECK(results.back().name == "networks that compute in bfloat16 are near those that compute in float");
}

TEST_CASE("a suite has passed if all its checks have passed") {
  const result good{.name = "a", .error = 0, .tolerance = 0, .measure = unit::wrong, .where = {}, .seconds = 0, .passed = true};
  result bad = good;
  bad.passed = false;
  CHECK(passed({}));
  CHECK(passed({good, good}));
  CHECK_FALSE(passed({good, bad, good}));
}
