// SPDX-License-Identifier: MIT
// The eigen backend, with a record of each block of memory that its tensors have ever had. The pool keeps its blocks, so a block
// that is not in the record was newly allocated. Operators new and delete are not replaced, since sanitizers replace them.
#pragma once

#include <jem/backend/eigen.hpp>

#include <mutex>
#include <set>

namespace test {

class blocks_seen {
 public:
  static void note(const void* block) {
    const std::lock_guard lock(self().mutex_);
    self().blocks_.insert(block);
  }

  static std::size_t count() {
    const std::lock_guard lock(self().mutex_);
    return self().blocks_.size();
  }

 private:
  static blocks_seen& self() {
    static blocks_seen seen;
    return seen;
  }

  std::mutex mutex_;
  std::set<const void*> blocks_;
};

template <jem::element T>
struct noted_storage : jem::host_storage<T> {
  noted_storage() = default;
  explicit noted_storage(jem::index_t n) : jem::host_storage<T>(n) { blocks_seen::note(this->data()); }
};

struct noting : jem::eigen {
  static constexpr const char* name = "noting";

  template <jem::element T>
  using storage = noted_storage<T>;
};

static_assert(jem::backend<noting, float>);

}  // namespace test
