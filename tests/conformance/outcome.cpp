// SPDX-License-Identifier: MIT
#include <jem/conformance/outcome.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace jem::conformance;
using jem::index_t;

namespace {

std::vector<outcome> right(index_t n) {
  const auto rows = static_cast<std::size_t>(n);
  return {{"copy", 0, std::vector<double>(rows, 1)}, {"sine", 1e-6, std::vector<double>(rows, 2)}};
}

std::vector<outcome> nearly_right(index_t n) {
  auto all = right(n);
  for (double& x : all[1].values) x += 5e-7;
  return all;
}

std::vector<outcome> wrong_at_127(index_t n) {
  auto all = right(n);
  if (n == 127) all[0].values.back() = std::numeric_limits<double>::quiet_NaN();
  return all;
}

std::vector<outcome> short_at_3001(index_t n) {
  auto all = right(n);
  if (n == 3001) all[1].values.pop_back();
  return all;
}

}  // namespace

TEST_CASE("outcomes agree within the tolerance of each operation, and the one nearest to its tolerance is reported") {
  const evidence same = agreement<jem::reference>(right, right), near = agreement<jem::reference>(nearly_right, right);
  CHECK(same.passed);
  CHECK(same.error == 0);
  CHECK(same.cases == 14);
  CHECK(near.passed);
  CHECK(near.error == doctest::Approx(5e-7));
  CHECK(near.tolerance == 1e-6);
  CHECK(near.where == "sine, n = 1");
}

TEST_CASE("outcomes with a NaN or of another size do not agree") {
  CHECK_FALSE(agreement<jem::reference>(wrong_at_127, right).passed);
  CHECK(agreement<jem::reference>(wrong_at_127, right).where == "copy, n = 127");
  CHECK_FALSE(agreement<jem::reference>(short_at_3001, right).passed);
  CHECK(agreement<jem::reference>(short_at_3001, right).where == "sine, n = 3001");
}

TEST_CASE("values_of gives tensors, labels and sums as doubles on the host") {
  using tensor = jem::tensor<float, jem::reference>;
  CHECK(values_of(tensor({2}, {0.5f, -1})) == std::vector{0.5, -1.0});
  CHECK(values_of(jem::labels<tensor>({2}, {3, 4})) == std::vector{3.0, 4.0});
  CHECK(values_of(1.5f) == std::vector{1.5});
  CHECK(ulps_of_one<float>(4) == 4 * 0x1p-23);
}
