// Signals that ask a run to stop: it finishes its iteration, writes a checkpoint, and ends with 128 + the signal's number.
#pragma once

#include <jem/core/shape.hpp>

#include <csignal>
#include <string>

namespace tool {

/// Thrown by a run that was asked to stop, after it has written a checkpoint.
struct stopped {
  int signal;              ///< that asked the run to stop
  jem::index_t iteration;  ///< the first one that is not done yet
  std::string go_on;       ///< the command that resumes the run
};

/// During its lifetime, the first of the signals SIGINT, SIGTERM, SIGHUP and SIGUSR1 is only recorded, and a second one ends the program at
/// once. SIGPIPE is ignored, so that training goes on when the reader of a pipe has closed it.
class stop_signals {
 public:
  stop_signals() {
    asked = 0;
    for (const int number : numbers) std::signal(number, &stop_signals::ask);
    std::signal(SIGPIPE, SIG_IGN);
  }
  stop_signals(const stop_signals&)            = delete;
  stop_signals& operator=(const stop_signals&) = delete;
  ~stop_signals() {
    for (const int number : numbers) std::signal(number, SIG_DFL);
  }

  int signal() const { return asked; }  ///< the signal that was received; 0 if none

 private:
  static void ask(int number) {
    asked = number;
    for (const int each : numbers) std::signal(each, SIG_DFL);
  }

  static constexpr int numbers[]                 = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
  static inline volatile std::sig_atomic_t asked = 0;  // a type that a signal handler may write
};

}  // namespace tool
