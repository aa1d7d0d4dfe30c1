#include "selftest.hpp"

#include "progress.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace tool {

namespace {

/// "reference, openmp and eigen"
std::string enumerated(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : i + 1 < names.size() ? ", " : " and ") + names[i];
  return text;
}

std::vector<std::string> names_of(const std::vector<tested_backend>& backends) {
  std::vector<std::string> names;
  for (const tested_backend& each : backends) names.push_back(each.describe().name);
  return names;
}

std::vector<tested_backend> chosen(const std::string& name) {
  const auto all = tested_backends();
  if (name.empty()) return all;
  for (const tested_backend& each : all) {
    if (each.describe().name == name) return {each};
  }
  const std::string here = "compiled in: " + enumerated(names_of(all));
  std::string others;
  for (const missing_backend& each : missing_backends()) {
    if (each.name == name) throw std::invalid_argument("backend " + name + " is not compiled in: " + each.needs + "; " + here);
    others += (others.empty() ? "; with what they need, cmake adds " : ", ") + each.name;
  }
  throw std::invalid_argument("there is no backend " + name + "; " + here + others);
}

void print(const jem::conformance::result& r) {
  std::printf("  %-80s %8.2g of %-8.2g %-14s %6.2f s  %s\n", r.name.c_str(), r.error, r.tolerance, name_of(r.measure), r.seconds,
              r.passed ? "right" : "WRONG");
  if (!r.passed) std::printf("      %s\n", r.where.c_str());
  std::fflush(stdout);
}

/// Prints the checks and the speeds of one backend; returns how many checks there were, and how many failed.
std::pair<std::size_t, std::size_t> report(const tested_backend& backend) {
  const auto told = backend.describe();
  std::printf("%s%s%s\n  %-80s %8s    %-8s %23s\n", told.name.c_str(), told.library.empty() ? "" : (", " + told.library).c_str(),
              told.device.empty() ? "" : (", on " + told.device).c_str(), "", "error", "allowed", "time");
  const auto results = backend.run(print);
  auto failed        = static_cast<std::size_t>(std::ranges::count(results, false, &jem::conformance::result::passed));
  try {
    for (const auto& each : backend.speeds()) {
      std::printf("  %-80s %8.*f    %s\n", each.of.c_str(), each.value < 100 ? 1 : 0, each.value, each.unit);
    }
  } catch (const std::exception& error) {  // after a failed check, the device may be unusable
    if (failed == 0) throw;
    std::printf("  no speeds: %s\n", error.what());
  }
  std::printf("\n");
  return {results.size(), failed};
}

}  // namespace

std::string version_text() {
  auto told = jem::build_info();
  for (const tested_backend& each : tested_backends()) told.backends.push_back(each.describe());
  return to_string(told);
}

int selftest(const std::string& backend) {
  const auto backends = chosen(backend);
  const stopwatch watch;
  std::size_t checks = 0;
  std::vector<std::string> wrong;
  std::printf("%s\n\n", version_text().c_str());
  for (const tested_backend& each : backends) {
    const auto [asked, failed] = report(each);
    checks += asked;
    if (failed > 0) wrong.push_back(each.describe().name + " (" + std::to_string(failed) + " of " + std::to_string(asked) + ")");
  }
  if (wrong.empty()) {
    std::printf("All %zu checks are right on %s, in %.0f s.\n", checks, enumerated(names_of(backends)).c_str(), watch.seconds());
  } else {
    std::printf("Checks have failed on %s: do not trust what it computes here.\n", enumerated(wrong).c_str());
  }
  return wrong.empty() ? 0 : 1;
}

}  // namespace tool
