// SPDX-License-Identifier: MIT
#include <jem/backend/build_info.hpp>
#include <jem/backend/openmp.hpp>
#include <jem/backend/reference.hpp>

#include <doctest/doctest.h>

namespace {

struct card {
  static constexpr const char* name = "card";
  static std::string library() { return "cards 1.2"; }
  static std::string device() { return "a card, 80 GB"; }
};

struct plain {
  static constexpr const char* name = "plain";
};

}  // namespace

TEST_CASE("build_info has version, compiler, processor and threads") {
  const auto d = jem::build_info();
  CHECK(d.version == jem::version);
  CHECK(d.compiler.find("C++20") != std::string::npos);
  CHECK(d.compiler.starts_with("g++ 1") != d.compiler.starts_with("clang 1"));
  CHECK_FALSE(d.processor.empty());
  CHECK(d.threads >= 1);
  CHECK(d.backends.empty());
}

TEST_CASE("backends are listed in the order of the arguments, with library and device if they name them") {
  const auto d = jem::build_info<plain, card, jem::reference>();
  CHECK(d.backends.size() == 3);
  CHECK(d.backends[0].name == "plain");
  CHECK(d.backends[0].library.empty());
  CHECK(d.backends[0].device.empty());
  CHECK(d.backends[1].library == "cards 1.2");
  CHECK(d.backends[1].device == "a card, 80 GB");
  CHECK(d.backends[2].name == "reference");
}

TEST_CASE("openmp names its version if the program was compiled with OpenMP") {
  const std::string library = jem::build_info<jem::openmp>().backends[0].library;
#ifdef _OPENMP
  CHECK(library.starts_with("OpenMP "));
#else
  CHECK(library.empty());
#endif
}

TEST_CASE("to_string of build_info has one line for each property and each device") {
  const jem::build_description d{
      {1, 2, 3}, "g++ 12.2.0, C++20", "x86-64 with AVX2", 4, {{"plain", "", ""}, {"card", "cards 1.2", "a card"}}};
  CHECK(to_string(d) ==
        "jem 1.2.3\ncompiler   g++ 12.2.0, C++20\nprocessor  x86-64 with AVX2\nthreads    4\nbackends   plain, card (cards 1.2)\n"
        "device     card: a card");
  CHECK(to_string(jem::build_description{{0, 1, 0}, "c", "p", 1, {}}).ends_with("\nbackends   none"));
}
