// SPDX-License-Identifier: MIT
// Figures by gnuplot: a script goes in through a pipe, an SVG comes out. gnuplot has to be on the PATH when it is called.
#pragma once

#include <jem/core/error.hpp>
#include <jem/io/file.hpp>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace jem::inline v0::io {

/// The SVG that a gnuplot script draws; the terminal is set here, the script plots. `scratch` is a file that may be written
/// and is removed. Throws std::runtime_error if gnuplot is missing or fails.
inline std::string gnuplot_svg(std::string_view script, const std::filesystem::path& scratch, int width = 640, int height = 400) {
  std::FILE* const pipe = popen("gnuplot", "w");
  if (pipe == nullptr) throw std::runtime_error("gnuplot: expected to start it but the system refused");
  const std::string head = "set terminal svg size " + std::to_string(width) + "," + std::to_string(height) +
                           " dynamic enhanced font 'sans-serif,13' background rgb 'white'\nset output '" + scratch.string() + "'\n";
  std::fwrite(head.data(), 1, head.size(), pipe);
  std::fwrite(script.data(), 1, script.size(), pipe);
  const int status = pclose(pipe);
  if (status != 0) {
    throw std::runtime_error("gnuplot: expected exit code 0 but received status " + std::to_string(status) +
                             " (Debian package gnuplot-nox)");
  }
  const auto bytes = read_file(scratch);
  std::filesystem::remove(scratch);
  const std::string svg(bytes.begin(), bytes.end());
  const auto start = svg.find("<svg");
  if (start == std::string::npos)
    throw std::runtime_error("gnuplot: expected an SVG but received " + std::to_string(svg.size()) + " bytes without one");
  return svg.substr(start);
}

}  // namespace jem::inline v0::io
