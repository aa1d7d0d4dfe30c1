// SPDX-License-Identifier: MIT
#include "support/temporary_directory.hpp"

#include <jem/io/gnuplot.hpp>
#include <jem/io/report.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <regex>

using jem::io::gnuplot_svg;
using test::temporary_directory;

namespace {

/// Sets the environment's PATH, and restores the old one at the end.
class path_of_programs {
 public:
  explicit path_of_programs(const std::string& value) {
    if (const char* const was = std::getenv("PATH"); was != nullptr) was_ = was;
    ::setenv("PATH", value.c_str(), 1);
  }
  path_of_programs(const path_of_programs&)            = delete;
  path_of_programs& operator=(const path_of_programs&) = delete;
  ~path_of_programs() { was_ ? ::setenv("PATH", was_->c_str(), 1) : ::unsetenv("PATH"); }

 private:
  std::optional<std::string> was_;
};

std::string refusal(std::string_view script, const std::filesystem::path& scratch) {
  return test::message_of<std::runtime_error>([&] { gnuplot_svg(script, scratch); });
}

void check_is_svg(const std::string& svg) {
  CHECK(svg.starts_with("<svg"));
  CHECK(svg.find("</svg>") != std::string::npos);
  CHECK(svg.find("<path") != std::string::npos);
}

/// Writes a shell script named gnuplot into a folder.
void put_program(const temporary_directory& place, const std::string& body) {
  const std::string text = "#!/bin/sh\n" + body;
  test::put_file(place / "gnuplot", {text.begin(), text.end()});
  std::filesystem::permissions(place / "gnuplot", std::filesystem::perms::owner_all);
}

}  // namespace

TEST_CASE("expect_gnuplot throws if gnuplot is not on the PATH") {
  jem::io::expect_gnuplot();
  const temporary_directory place;
  const path_of_programs none(place.path().string());
  CHECK(test::message_of<std::runtime_error>([] { jem::io::expect_gnuplot(); }) ==
        "gnuplot: expected it on the PATH but found none (Debian package gnuplot-nox)");
}

TEST_CASE("gnuplot_svg draws an svg of the given size and leaves no file") {
  const temporary_directory place;
  const auto svg = gnuplot_svg("set title 'rising'\nplot x with lines title 'a line'\n", place / "scratch", 320, 200);
  check_is_svg(svg);
  CHECK(svg.find("viewBox=\"0 0 320 200\"") != std::string::npos);
  CHECK(svg.find("rising") != std::string::npos);
  CHECK(place.size() == 0);
}

TEST_CASE("two drawings of gnuplot on a page share no identifier, and all their references have a target") {
  const temporary_directory place;
  const auto svg = gnuplot_svg("plot x with linespoints pt 7, -x with lines\n", place / "scratch");
  jem::io::page page("t");
  page.figure_svg(svg, "one");
  page.figure_svg(svg, "two");
  const auto html     = page.html();
  const auto names_of = [&](const std::string& pattern) {
    const std::regex expression(pattern);
    std::vector<std::string> names;
    for (std::sregex_iterator i(html.begin(), html.end(), expression), end; i != end; ++i) names.push_back(i->str(1));
    std::ranges::sort(names);
    return names;
  };
  const auto ids = names_of("\\sid=[\"']([^\"']*)");
  CHECK(ids.size() > 10);
  CHECK(std::ranges::adjacent_find(ids) == ids.end());
  const auto references = names_of("(?:href=[\"']|url\\()#([^\"')]*)");
  CHECK(references.size() > 10);
  for (const auto& name : references) CHECK_MESSAGE(std::ranges::binary_search(ids, name), name);
}

TEST_CASE("a gnuplot script may contain its data, even more than a pipe buffers") {
  const temporary_directory place;
  std::string script = "$data << EOD\n";
  for (int i = 0; i < 20'000; ++i) script += std::to_string(i) + " " + std::to_string(i % 7) + "\n";
  check_is_svg(gnuplot_svg(script + "EOD\nplot $data with lines\n", place / "scratch"));
  check_is_svg(gnuplot_svg("plot '-' with lines\n1 1\n2 4\ne\n", place / "scratch"));
  CHECK(place.size() == 0);
}

TEST_CASE("a scratch path may contain quotes, spaces and other special characters") {
  const temporary_directory place;
  for (const char* const name : {"it's", "''", "a b", "\"$HOME\"", "-help", "`x`;y"}) {
    INFO(name);
    check_is_svg(gnuplot_svg("plot x\n", place / name));
    CHECK(place.size() == 0);
  }
}

TEST_CASE("a gnuplot script with an error, before or after a plot, throws the message of gnuplot and leaves no file") {
  const temporary_directory place;
  for (const std::string before : {"", "plot x\n"}) {
    const auto message = refusal(before + "nonsense here\nplot sin(x)\n", place / "scratch");
    CHECK_MESSAGE(message.starts_with("gnuplot: expected exit code 0 but received 1: "), message);
    CHECK_MESSAGE(message.find("invalid command") != std::string::npos, message);
    CHECK_MESSAGE(message.find('\n') == std::string::npos, message);
    CHECK(place.size() == 0);
  }
}

TEST_CASE("gnuplot_svg throws if gnuplot stops at the first line of a long script") {
  const temporary_directory place;
  const std::string rest(1'000'000, '\n');
  CHECK(refusal("nonsense here\n" + rest, place / "scratch").find("invalid command") != std::string::npos);
  CHECK(place.size() == 0);
}

TEST_CASE("a gnuplot script that draws nothing is refused") {
  const temporary_directory place;
  CHECK(refusal("", place / "scratch") == "gnuplot: expected an SVG but received 0 bytes without one");
  CHECK(place.size() == 0);
}

TEST_CASE("a scratch file that cannot be written is named, and a directory in its place stays") {
  const temporary_directory place;
  CHECK(refusal("plot x\n", place / "no" / "scratch").starts_with((place / "no" / "scratch").string() + ": expected to write"));
  std::filesystem::create_directory(place / "taken");
  CHECK(refusal("plot x\n", place / "taken").starts_with((place / "taken").string() + ": expected to write"));
  CHECK(std::filesystem::is_directory(place / "taken"));
  CHECK(place.size() == 1);
}

TEST_CASE("without gnuplot the message names the package, and no file is left") {
  const temporary_directory place, programs;
  const path_of_programs none(programs.path().string());
  CHECK(refusal("plot x\n", place / "scratch") == "gnuplot: expected it on the PATH but found none (Debian package gnuplot-nox)");
  CHECK(place.size() == 0);
}

TEST_CASE("gnuplot_svg throws if gnuplot fails without a message or is killed") {
  const temporary_directory place, programs;
  const path_of_programs own(programs.path().string());
  put_program(programs, "exit 3\n");
  CHECK(refusal("plot x\n", place / "scratch") == "gnuplot: expected exit code 0 but received 3: ");
  put_program(programs, "kill -9 $$\n");
  CHECK(refusal("plot x\n", place / "scratch").starts_with("gnuplot: expected exit code 0 but received "));
  CHECK(place.size() == 0);
}
