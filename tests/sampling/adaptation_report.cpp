// SPDX-License-Identifier: MIT
#include <jem/backend/reference.hpp>
#include <jem/sampling/adaptation_report.hpp>
#include <jem/tensor/tensor.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <sstream>

using tensor = jem::tensor<double, jem::reference>;

TEST_CASE("a report prints as a table of names and values") {
  const jem::adaptation_report report{.step_size        = 0.43219876,
                                      .length           = 1.7287,
                                      .steps            = 4,
                                      .metric           = {0.01, 1, 250},
                                      .acceptance       = 0.651,
                                      .divergences      = 12,
                                      .late_divergences = 3,
                                      .gradients        = 123456,
                                      .chains           = 64,
                                      .iterations       = 500,
                                      .notes            = {"One.", "Two."}};
  CHECK(to_string(report) ==
        "chains              64\n"
        "iterations          500\n"
        "gradients           123456\n"
        "step size           0.4322\n"
        "steps               mean 4\n"
        "trajectory length   mean 1.729\n"
        "metric              0.01  1  250\n"
        "acceptance          0.651\n"
        "divergences         12, of which late 3\n"
        "note                One.\n"
        "note                Two.\n");
}

TEST_CASE("a report of many coordinates and long notes stays within 100 columns") {
  jem::adaptation_report report;
  for (int j = 0; j < 10'000; ++j) report.metric.push_back(1e-300 * (j % 7 + 1));
  for (int i = 0; i < 40; ++i) report.notes.resize(1), report.notes[0] += "word" + std::to_string(i) + " ";
  report.notes.emplace_back();
  std::istringstream lines(to_string(report));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) CHECK(line.size() <= 100);
  CHECK(count > 13);
  CHECK(to_string(report).find("1e-300 to 7e-300, median 4e-300, of 10000 coordinates\n") != std::string::npos);
}

TEST_CASE("errors above 1000 and NaN count as divergences, and acceptance is averaged over calls") {
  const double none = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();
  jem::adaptation_report report;
  jem::detail::count_transitions<tensor>(report, {tensor({5}, {1, 0, 0, 0, 0}), tensor({5}, {-2000, 999, 1001, none, infinite})}, 1);
  CHECK(report.divergences == 3);
  CHECK(report.acceptance == doctest::Approx(0.2));
  jem::detail::count_transitions<tensor>(report, {tensor({1}, {0.6}), tensor({1}, {0.5})}, 2);
  CHECK(report.divergences == 3);
  CHECK(report.late_divergences == 3);
  CHECK(report.acceptance == doctest::Approx(0.4));
}
