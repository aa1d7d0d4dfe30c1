// SPDX-License-Identifier: MIT
#include <jem/metrics/summary_table.hpp>

#include <doctest/doctest.h>

#include <sstream>

namespace metrics = jem::metrics;
using strings     = std::vector<std::string>;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

metrics::summary_row row(const std::string& name) {
  return {name, 1.23456, 2.34567, 0.0123, 0.0456, -2.5, 1.2, 5.12345, 0.1, 0.02, 0.3, 1234.9, 987, 1.0012, NAN, {}};
}

metrics::summary_row unknown(const std::string& name) {
  return {name, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, {17, 3, 2}};
}

metrics::summary_row constant(const std::string& name) {
  return {name, 0.125, 0, NAN, NAN, 0.125, 0.125, 0.125, NAN, NAN, NAN, NAN, NAN, NAN, NAN, {}};
}

}  // namespace

TEST_CASE("a table has a row for each coordinate, digits that errors support, and what speaks against the draws in words") {
  auto apart      = row("log σ");
  apart.rhat      = 1.25;
  apart.ess_bulk  = 12;
  apart.mean      = -1234.5678;
  apart.mcse_mean = 75;
  const metrics::draws_summary s{
      .rows = {row("mu"), apart, constant("fixed"), unknown("lost")}, .draws = 1000, .chains = 4, .stuck = {1, 3}};
  CHECK(to_string(s) ==
        "4 chains of 1000 draws\n"
        "         mean   MCSE     sd   MCSE     5 %    50 %    95 %  ESS bulk  tail  R-hat\n"
        "mu       1.23  0.012   2.35  0.046    -2.5    1.20     5.1      1234   987  1.001\n"
        "log σ   -1235     75   2.35  0.046    -2.5    1.20     5.1        12   987  1.250\n"
        "fixed  0.1250    nan  0.000    nan  0.1250  0.1250  0.1250       nan   nan    nan\n"
        "lost      nan    nan    nan    nan     nan     nan     nan       nan   nan    nan\n"
        "These chains never move (counted from 0): 1, 3\n"
        "lost: 17 of 4000 draws are not finite, the first is draw 3 of chain 2 (counted from 0)\n"
        "All draws are equal: fixed\n"
        "R-hat is not at most 1.01: log σ\n"
        "An effective sample size is not at least 400: log σ\n");
}

TEST_CASE("numbers are rounded to the first digit of their error, and errors to two digits") {
  using metrics::detail::rounded, metrics::detail::rounded_error;
  CHECK(rounded(1.23456, 0.0123) == "1.23");
  CHECK(rounded(1.23456, 0.00099) == "1.2346");
  CHECK(rounded(-1234.56, 75) == "-1235");
  CHECK(rounded(0.001, 0.02) == "0.00");
  CHECK(rounded(-0.001, 0.02) == "0.00");
  CHECK(rounded(0, 0.02) == "0.00");
  CHECK(rounded(1.23456, NAN) == "1.235");
  CHECK(rounded(1.23456, 0) == "1.235");
  CHECK(rounded(3e-9, 2e-10) == "3.0e-09");
  CHECK(rounded(-6.02214e23, 1e19) == "-6.02e+23");
  CHECK(rounded(1.2345678, 1e-12) == "1.234568");
  CHECK(rounded(NAN, 1) == "nan");
  CHECK(rounded(-NAN, 1) == "nan");
  CHECK(rounded(HUGE_VAL, 1) == "inf");
  CHECK(rounded(-HUGE_VAL, 1) == "-inf");
  CHECK(rounded_error(0.01234) == "0.012");
  CHECK(rounded_error(75.4) == "75");
  CHECK(rounded_error(3.21e-10) == "3.2e-10");
  CHECK(rounded_error(NAN) == "nan");
  CHECK(metrics::detail::whole(399.99) == "399");
  CHECK(metrics::detail::whole(12'345'678) == "1.2e+07");
  CHECK(metrics::detail::ratio(123.4) == "123");
}

TEST_CASE("a table is at most 120 columns wide, whatever its numbers and names are") {
  metrics::summary_row wide{std::string(200, 'n'), -1.2345e-12, 2.3456e-12, 1.2e-14, 1.3e-14, -9.8765e-12,
                            -1.2345e-12,           9.8765e-12,  1e-14,      1e-14,   1e-14,   123'456'789,
                            123'456'789,           123'456,     123'456,    {}};
  const auto lines = lines_of(to_string(metrics::draws_summary{.rows = {wide, row("mu")}, .draws = 5, .chains = 1, .superchains = 1}));
  for (std::size_t i = 0; i < 4; ++i) CHECK(metrics::detail::width(lines[i]) <= 120);  // the others are notes
  CHECK(lines[2].starts_with("nnnn"));
  CHECK(lines[2].find("n… ") != std::string::npos);
}

TEST_CASE("names are shortened by letters, not by bytes") {
  CHECK(metrics::detail::shortened("σσσσ", 4) == "σσσσ");
  CHECK(metrics::detail::shortened("σσσσ", 3) == "σσ…");
  CHECK(metrics::detail::width("σσ…") == 3);
}

TEST_CASE("the notes say what is wrong, and nothing of what is not") {
  const auto told = [](auto change) {
    metrics::draws_summary s{.rows = {row("mu"), row("tau")}, .draws = 1000, .chains = 4};
    change(s);
    return notes(s);
  };
  CHECK(told([](auto&) {}).empty());
  CHECK(told([](auto& s) { s.stuck = {2}; }) == strings{"This chain never moves (counted from 0): 2"});
  CHECK(told([](auto& s) { s.stuck = {0, 1, 2, 3, 4, 5, 6}; }) ==
        strings{"These chains never move (counted from 0): 0, 1, 2, 3, 4 and 2 more"});
  CHECK(told([](auto& s) { s.rows[1] = unknown("tau"); }) ==
        strings{"tau: 17 of 4000 draws are not finite, the first is draw 3 of chain 2 (counted from 0)"});
  CHECK(told([](auto& s) { s.rows[1] = constant("tau"); }) == strings{"All draws are equal: tau"});
  CHECK(told([](auto& s) { s.rows[0].rhat = s.rows[1].rhat = 1.02; }) == strings{"R-hat is not at most 1.01: mu, tau"});
  CHECK(told([](auto& s) { s.rows[1].ess_tail = 399; }) == strings{"An effective sample size is not at least 400: tau"});
  CHECK(told([](auto& s) { s.superchains = 2; }) == strings{"Nested R-hat is not at most 1.01: mu, tau"});
}

TEST_CASE("a table without rows has its heading") {
  CHECK(to_string(metrics::draws_summary{}) ==
        "0 chains of 0 draws\n"
        "  mean  MCSE  sd  MCSE  5 %  50 %  95 %  ESS bulk  tail  R-hat\n");
}
