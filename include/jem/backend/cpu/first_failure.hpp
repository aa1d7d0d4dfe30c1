// SPDX-License-Identifier: MIT
// Exceptions that functions of the user's throw on a backend's threads: an exception must not leave a thread, or the program ends.
#pragma once

#include <jem/core/shape.hpp>

#include <exception>
#include <limits>
#include <mutex>

namespace jem::inline v0 {

/// Of all exceptions that parts of a loop have thrown, that of the first part: which one does not depend on the threads.
class first_failure {
 public:
  /// f(), whose exception is kept as that of part `at`.
  template <class F>
  void guard(index_t at, const F& f) noexcept {
    try {
      f();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (at >= at_) return;
      at_      = at;
      failure_ = std::current_exception();
    }
  }

  /// Throws what is kept, if anything is. Called when all parts are done.
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr failure_;
  index_t at_ = (std::numeric_limits<index_t>::max)();
};

}  // namespace jem::inline v0
