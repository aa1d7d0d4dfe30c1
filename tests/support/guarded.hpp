// SPDX-License-Identifier: MIT
// A backend for tests whose memory the host cannot touch: each storage has pages of its own, and they are open inside its verbs
// only. It finds code that would read a device's memory from the host, and needs no device for that. Elements end where their pages
// end, and are followed by a page that is never open, so that a verb that goes beyond the end is caught, too. The loops are reference's.
#pragma once

#include <jem/backend/reference.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <mutex>
#include <new>
#include <set>
#include <utility>

namespace test {

/// All pages of guarded storages, and the number of verbs that are running: the pages are open while there is at least one.
class guarded_pages {
 public:
  using block = std::pair<std::byte*, std::size_t>;  // its begin, its bytes without the closed page after it

  static block acquire(std::size_t bytes) {
    const std::size_t page = page_size(), length = (bytes + page - 1) / page * page;
    const std::lock_guard lock(self().mutex_);
    void* const at = ::mmap(nullptr, length + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    const block made{static_cast<std::byte*>(at), length};
    self().blocks_.insert(made);
    if (self().running_ > 0) protect(made, PROT_READ | PROT_WRITE);
    return made;
  }

  static void release(const block& given) {
    const std::lock_guard lock(self().mutex_);
    self().blocks_.erase(given);
    ::munmap(given.first, given.second + page_size());
  }

  static void open() {
    const std::lock_guard lock(self().mutex_);
    if (self().running_++ > 0) return;
    for (const block& each : self().blocks_) protect(each, PROT_READ | PROT_WRITE);
  }

  static void close() {
    const std::lock_guard lock(self().mutex_);
    if (--self().running_ > 0) return;
    for (const block& each : self().blocks_) protect(each, PROT_NONE);
  }

 private:
  static guarded_pages& self() {
    static guarded_pages pages;
    return pages;
  }

  static std::size_t page_size() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

  static void protect(const block& b, int how) {
    if (::mprotect(b.first, b.second, how) != 0) throw std::bad_alloc();
  }

  std::mutex mutex_;
  std::set<block> blocks_;
  int running_ = 0;
};

/// Guarded memory is open while an object of this type exists.
struct guarded_scope {
  guarded_scope() { guarded_pages::open(); }
  ~guarded_scope() { guarded_pages::close(); }
  guarded_scope(const guarded_scope&)            = delete;
  guarded_scope& operator=(const guarded_scope&) = delete;
};

template <jem::element T>
class guarded_storage {
 public:
  guarded_storage() = default;

  explicit guarded_storage(jem::index_t n) {
    if (n == 0) return;
    const std::size_t bytes = static_cast<std::size_t>(n) * sizeof(T);
    pages_                  = guarded_pages::acquire(bytes);
    data_                   = reinterpret_cast<T*>(pages_.first + (pages_.second - bytes));
  }

  guarded_storage(guarded_storage&& other) noexcept : pages_(other.pages_), data_(std::exchange(other.data_, nullptr)) {}

  guarded_storage& operator=(guarded_storage&& other) noexcept {
    std::swap(pages_, other.pages_);
    std::swap(data_, other.data_);
    return *this;
  }

  ~guarded_storage() {
    if (data_ != nullptr) guarded_pages::release(pages_);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }

 private:
  guarded_pages::block pages_{};
  T* data_ = nullptr;
};

struct guarded {
  static constexpr bool host_memory = false;
  static constexpr const char* name = "guarded";

  template <jem::element T>
  using storage = guarded_storage<T>;

  template <jem::element T>
  static void upload(const T* from, jem::index_t n, T* to) {
    const guarded_scope open;
    jem::reference::upload(from, n, to);
  }

  template <jem::element T>
  static void download(const T* from, jem::index_t n, T* to) {
    const guarded_scope open;
    jem::reference::download(from, n, to);
  }

  template <class F>
  static void for_each(jem::index_t n, F f) {
    const guarded_scope open;
    jem::reference::for_each(n, f);
  }

  template <class F>
  static void for_each(jem::index_t rows, jem::index_t columns, F f) {
    const guarded_scope open;
    jem::reference::for_each(rows, columns, f);
  }

  template <class F, class A>
  static void sum_rows(jem::index_t rows, jem::index_t columns, F f, A* sums) {
    const guarded_scope open;
    jem::reference::sum_rows(rows, columns, f, sums);
  }

  template <class F, class A>
  static void sum_columns(jem::index_t rows, jem::index_t columns, F f, A* sums) {
    const guarded_scope open;
    jem::reference::sum_columns(rows, columns, f, sums);
  }

  template <jem::scalar T>
  static void gemm(jem::transpose ta, jem::transpose tb, jem::index_t m, jem::index_t n, jem::index_t k, T alpha, const T* a, const T* b,
                   T beta, T* c) {
    const guarded_scope open;
    jem::reference::gemm(ta, tb, m, n, k, alpha, a, b, beta, c);
  }
};

static_assert(jem::backend<guarded, float> && jem::backend<guarded, double>);

}  // namespace test
