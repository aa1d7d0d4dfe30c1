// SPDX-License-Identifier: MIT
// Keeps exceptions that functions of the user throw on the threads of a backend, since an exception that leaves a thread ends the program.
#pragma once

#include <jem/core/shape.hpp>

#include <exception>
#include <limits>
#include <mutex>

namespace jem::inline v0 {

/// Keeps one of the exceptions that the parts of a loop throw: that of the part with the lowest number, so that the choice does not depend
/// on threads.
class first_failure {
 public:
  /// Calls f() and keeps its exception as that of part `at`.
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

  /// Throws the exception that was kept, if there is one. Call it when all parts are done.
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr failure_;
  index_t at_ = (std::numeric_limits<index_t>::max)();
};

}  // namespace jem::inline v0
