// The files that a run writes while it trains: a line for each iteration, and checkpoints. If one cannot be written, the run says so once
// and goes on.
#pragma once

#include "progress.hpp"
#include "run.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <limits>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace tool {

/// Says on standard error that a file cannot be written, and why, but only the first time: training goes on without it.
class complaints {
 public:
  void about(const std::exception& error, const char* what_stays) {
    if (!said_) std::cerr << "\njem: " << error.what() << "; training goes on, " << what_stays << std::endl;
    said_ = true;
  }

 private:
  bool said_ = false;
};

/// The file metrics.jsonl. A run that is resumed keeps the lines up to its checkpoint, and removes later lines and an incomplete one.
class metrics_log {
 public:
  metrics_log(const std::filesystem::path& path, jem::index_t lines) : path_(path) {
    if (path.empty()) return;
    std::string kept, text;
    for (std::ifstream old(path); lines_ < lines && std::getline(old, text) && !old.eof(); ++lines_) {
      read(nlohmann::json::parse(text, nullptr, false));
      kept += text + "\n";
    }
    jem::io::write_file(path, std::string_view(kept));
    size_ = static_cast<off_t>(kept.size());
    file_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file_ < 0) throw std::runtime_error(path.string() + ": expected a file that can be written");
  }
  metrics_log(const metrics_log&)            = delete;
  metrics_log& operator=(const metrics_log&) = delete;
  ~metrics_log() {
    if (file_ >= 0) ::close(file_);
  }

  const std::vector<jem::training_info>& before() const { return before_; }  ///< what the lines of the resumed run say
  double seconds() const { return seconds_; }                                ///< of training, from the last of these lines
  jem::index_t lines() const { return lines_; }                              ///< so far, including those that could not be written yet

  /// Writes a line. Where there is no room for it, it is kept and written by a later call.
  void write(const nlohmann::json& values) {
    if (file_ < 0) return;
    waiting_ += values.dump() + "\n";
    ++lines_;
    try {
      flush();
    } catch (const std::runtime_error& error) { complaints_.about(error, "and the line is written when there is room"); }
  }

  /// Writes the lines that wait. Throws std::runtime_error with the system's reason, and leaves no part of them in the file.
  void flush() {
    std::size_t done = 0;
    while (done < waiting_.size()) {
      const auto got = ::write(file_, waiting_.data() + done, waiting_.size() - done);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        const std::string reason = std::generic_category().message(got == 0 ? ENOSPC : errno);
        if (::ftruncate(file_, size_) != 0) waiting_.insert(0, "\n");  // the part that was written becomes a line of its own
        throw std::runtime_error(jem::concat(path_.string(), ": expected room for a line but received \"", reason, "\""));
      }
      done += static_cast<std::size_t>(got);
    }
    size_ += static_cast<off_t>(done);
    waiting_.clear();
  }

 private:
  /// Adds a line to before(). Where the run went back to this iteration, the earlier lines of it and of later iterations are dropped.
  void read(const nlohmann::json& values) {
    const auto number = [&](const char* name) {
      const auto found = values.is_object() ? values.find(name) : values.end();
      return found != values.end() && found->is_number() ? found->get<double>() : std::numeric_limits<double>::quiet_NaN();
    };
    if (!values.is_object() || !values.contains("loss")) return;
    const auto iteration = static_cast<jem::index_t>(number("iteration"));
    while (!before_.empty() && before_.back().iteration >= iteration) before_.pop_back();
    before_.push_back({.iteration     = iteration,
                       .loss          = number("loss"),
                       .accuracy      = number("accuracy"),
                       .energy_data   = number("energy_data"),
                       .energy_sample = number("energy_sample"),
                       .gradient_norm = number("gradient_norm"),
                       .weight_norm   = number("weight_norm"),
                       .sample_rms    = number("sample_rms")});
    seconds_ = number("seconds");
  }

  std::filesystem::path path_;
  int file_   = -1;
  off_t size_ = 0;       // of the complete lines
  std::string waiting_;  // lines that could not be written yet
  complaints complaints_;
  std::vector<jem::training_info> before_;
  double seconds_     = 0;
  jem::index_t lines_ = 0;
};

/// Writes checkpoints, and says when one is due: after so many iterations, or after so many minutes, but after no less than a hundred times
/// the time that the last one took.
class checkpoints {
 public:
  explicit checkpoints(const keeping& k) : k_(k) {}

  bool now(jem::index_t done) const {
    if (k_.checkpoint.empty()) return false;
    if (k_.every > 0) return done % k_.every == 0;
    return since_.seconds() >= std::max(60 * static_cast<double>(k_.minutes), 100 * cost_);
  }

  void write(const auto& save) {
    const stopwatch clock;
    try {
      save();
    } catch (const std::runtime_error& error) { complaints_.about(error, "and the last checkpoint stays"); }
    cost_  = clock.seconds();
    since_ = {};
  }

 private:
  const keeping& k_;
  stopwatch since_;
  double cost_ = 0;
  complaints complaints_;
};

}  // namespace tool
