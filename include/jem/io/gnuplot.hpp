// SPDX-License-Identifier: MIT
// Figures by gnuplot: it reads a script from a file, and returns an SVG through a pipe. gnuplot has to be on the PATH when it is called.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/io/file.hpp>

#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace jem::inline v0::io {

namespace detail {

/// A file that is removed at the end of its scope.
struct scratch_file {
  std::filesystem::path path;

  explicit scratch_file(std::filesystem::path at) : path(std::move(at)) {}
  scratch_file(const scratch_file&)            = delete;
  scratch_file& operator=(const scratch_file&) = delete;
  ~scratch_file() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

/// An absolute path as one quoted word of the shell, which cannot be taken for an option.
inline std::string shell_word(const std::filesystem::path& path) {
  std::string word = "'";
  for (const char c : std::filesystem::absolute(path).string()) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

[[noreturn]] inline void fail_without_gnuplot() {
  throw std::runtime_error("gnuplot: expected it on the PATH but found none (Debian package gnuplot-nox)");
}

/// The last line of a program's error messages; "" if there is none.
inline std::string last_line(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  std::string text(bytes.begin(), bytes.end());
  text.erase(text.find_last_not_of(" \n\r\t") + 1);
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace detail

/// Throws std::runtime_error if gnuplot is not on the PATH. Programs that draw only after long work should call it first.
inline void expect_gnuplot() {
  std::FILE* const pipe = popen("gnuplot --version 2>&1", "r");
  if (pipe == nullptr) throw std::runtime_error("gnuplot: expected to start it but the system refused");
  char chunk[256];
  while (std::fread(chunk, 1, sizeof chunk, pipe) > 0) {}
  const int status = pclose(pipe);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) detail::fail_without_gnuplot();
}

/// The SVG that a gnuplot script draws, width × height pixels, with a transparent background. The terminal is set here, so the script need
/// only plot. The script is written to the file `scratch`; this file and SCRATCH.log are overwritten and removed. Throws std::runtime_error
/// if gnuplot is missing, fails (with the last line of its messages) or draws nothing.
inline std::string gnuplot_svg(std::string_view script, const std::filesystem::path& scratch, int width = 640, int height = 400) {
  // The script does not go through the pipe: if gnuplot stopped early, writing to the pipe would end this process by SIGPIPE.
  write_file(scratch, concat("set terminal svg size ", width, ",", height, " dynamic enhanced font 'sans-serif,14'\n", script));
  const detail::scratch_file input(scratch), log(scratch.string() + ".log");
  std::FILE* const pipe = popen((concat("2>", detail::shell_word(log.path), " gnuplot ", detail::shell_word(input.path))).c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("gnuplot: expected to start it but the system refused");
  std::string svg;
  char chunk[4096];
  for (std::size_t got = 0; (got = std::fread(chunk, 1, sizeof chunk, pipe)) > 0;) svg.append(chunk, got);
  const int status = pclose(pipe);
  const int code   = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 127) detail::fail_without_gnuplot();
  if (code != 0) {
    throw std::runtime_error(concat("gnuplot: expected exit code 0 but received ", code, ": ", detail::last_line(log.path)));
  }
  const auto start = svg.find("<svg");
  if (start == std::string::npos)
    throw std::runtime_error(concat("gnuplot: expected an SVG but received ", svg.size(), " bytes without one"));
  return svg.substr(start);
}

}  // namespace jem::inline v0::io
