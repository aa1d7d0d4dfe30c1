// The progress of long work: on a terminal a bar that is redrawn, elsewhere a plain line every few seconds.
#pragma once

#include <jem/core/shape.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace tool {

/// Measures the seconds since it was made.
class stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class progress {
 public:
  progress(std::string title, jem::index_t total, bool quiet = false) : title_(std::move(title)), total_(total), quiet_(quiet) {}
  progress(const progress&)            = delete;
  progress& operator=(const progress&) = delete;
  ~progress() {
    if (terminal_ && shown_ >= 0) std::fputc('\n', stderr);
  }

  /// Prints a line above the bar.
  void say(const std::string& text) {
    if (quiet_) return;
    std::fprintf(stderr, "%s%s: %s\n", terminal_ ? "\r\033[K" : "", title_.c_str(), text.c_str());
    std::fflush(stderr);
  }

  /// Shows that `done` of the total are done; `details` is printed behind the bar.
  void show(jem::index_t done, std::string_view details) {
    if (quiet_) return;
    const double now = clock_.seconds();
    const bool last  = done == total_;
    if (!last && now - shown_at_ < (terminal_ ? 0.1 : 5.0) && shown_ >= 0) return;
    if (last && shown_ == done) return;
    shown_                 = done;
    shown_at_              = now;
    const double eta       = done > 0 ? now * static_cast<double>(total_ - done) / static_cast<double>(done) : 0;
    const std::string left = last ? time(now) + " in all" : time(eta) + " left";
    if (terminal_) {
      constexpr int width = 24;
      const auto full     = static_cast<int>(width * done / std::max<jem::index_t>(1, total_));
      char line[512];
      std::snprintf(line, sizeof line, "%-14s [%s%s] %td/%td  %.*s  %s", title_.c_str(),
                    std::string(static_cast<std::size_t>(full), '#').c_str(),
                    std::string(static_cast<std::size_t>(width - full), '.').c_str(), done, total_, static_cast<int>(details.size()),
                    details.data(), left.c_str());
      std::fprintf(stderr, "\r%.*s\033[K", columns() - 1, line);  // a longer line would wrap, and each redraw would begin a new one
    } else {
      std::fprintf(stderr, "%s %td/%td  %.*s  %s\n", title_.c_str(), done, total_, static_cast<int>(details.size()), details.data(),
                   left.c_str());
    }
    std::fflush(stderr);
  }

 private:
  /// The present width of the terminal.
  static int columns() {
    winsize size{};
    return ioctl(fileno(stderr), TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
  }

  static std::string time(double seconds) {
    const auto s = static_cast<long>(std::lround(seconds));
    return s < 60 ? std::to_string(s) + " s" : std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
  }

  std::string title_;
  jem::index_t total_;
  bool quiet_;
  jem::index_t shown_ = -1;
  double shown_at_    = 0;
  bool terminal_      = isatty(fileno(stderr)) != 0;
  stopwatch clock_;
};

}  // namespace tool
