// Signals that ask a run to stop: it finishes its iteration, writes a checkpoint, and ends with 128 + the signal's number.
#pragma once

#include <jem/core/shape.hpp>

#include <csignal>
#include <string>

namespace tool {

/// A run that was asked to stop, and has written how far it is.
struct stopped {
  int signal;              ///< that asked for it
  jem::index_t iteration;  ///< that it will go on with
  std::string go_on;       ///< the command that goes on with it
};

/// While it lives, SIGINT, SIGTERM, SIGHUP and SIGUSR1 only ask; a second one of them ends the program at once. A reader that has closed
/// a pipe is no reason to stop.
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

  int signal() const { return asked; }  ///< that was asked with; 0 for none

 private:
  static void ask(int number) {
    asked = number;
    for (const int each : numbers) std::signal(each, SIG_DFL);
  }

  static constexpr int numbers[]                 = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
  static inline volatile std::sig_atomic_t asked = 0;  // the only thing that a handler may set
};

}  // namespace tool
