// SPDX-License-Identifier: MIT
// Batches of a data set: `batches` is one shuffled epoch as a range, `batch_stream` never ends: epoch after epoch, or by images
// that are drawn independently of each other. Every batch is full: the few images that remain at the end of an epoch are left out.
// They are different ones in each epoch.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/data/dataset.hpp>
#include <jem/tensor/noise.hpp>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace jem::inline v0::data {

/// Images with their labels: const auto& [x, y] = batch.
template <tensor_value T>
struct batch {
  T x;          // (n, …)
  labels<T> y;  // (n)
};

/// The numbers 0 … n − 1 in random order: Fisher and Yates (1938) in the form of Durstenfeld (1964).
inline std::vector<std::int32_t> permutation(index_t n, rng& g) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  const random_stream stream = g.next();
  for (index_t i = n - 1; i > 0; --i)
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(index_below(stream, i, i + 1))]);
  return order;
}

/// How a stream takes images from its set.
enum class draws {
  shuffled,         ///< each image at most once in an epoch, in a new random order for each epoch
  with_replacement  ///< each time any image, independently of the others
};

/// An infinite sequence of batches. Refers to the set, which has to outlive it. Two streams with different generators are independent,
/// such as one for p(y|x) and one for p(x).
template <tensor_value T>
class batch_stream {
 public:
  /// Throws std::invalid_argument for a batch larger than the set, or smaller than 1.
  batch_stream(const dataset<T>& set, index_t size, rng g, draws how = draws::shuffled) : set_(&set), size_(size), rng_(g), draws_(how) {
    expect_at_least("batches", "a batch", 1, size);
    if (size > set.size()) fail("batches", concat("a batch of at most ", set.size(), ", the size of the set,"), std::to_string(size));
  }
  batch_stream(const dataset<T>&& temporary, index_t, rng, draws = draws::shuffled) = delete;

  /// The next batch, (size, …) and (size).
  batch<T> next() {
    if (draws_ == draws::with_replacement) return rows(random_indices<T>(size_, set_->size(), rng_));
    if (at_ + size_ > std::ssize(order_)) {
      order_ = permutation(set_->size(), rng_);
      at_    = 0;
    }
    const auto first = order_.begin() + at_;
    at_ += size_;
    return rows(labels<T>(shape{size_}, std::span<const std::int32_t>(first, first + size_)));
  }

  /// Calls f(name, part) for each part that a checkpoint stores: the order of this epoch, the position in it, the generator.
  static void each_part(auto& self, auto f) { f("order", self.order_), f("at", self.at_), f("random", self.rng_); }
  /// Throws std::invalid_argument unless the order is one of the images of this stream's set, and the position is within the order.
  void check_parts() const {
    const auto inside = [&](std::int32_t i) { return i >= 0 && i < set_->size(); };
    if (!order_.empty() && (std::ssize(order_) != set_->size() || !std::ranges::all_of(order_, inside))) {
      fail("batches", concat("an order of ", set_->size(), " images, the size of the set,"), concat("another of ", order_.size()));
    }
    if (at_ < 0 || at_ > std::ssize(order_)) fail("batches", concat("a place in an order of ", order_.size()), std::to_string(at_));
  }

 private:
  batch<T> rows(const labels<T>& which) const { return {gather_rows(set_->x, which), gather_rows(set_->y, which)}; }

  const dataset<T>* set_;
  index_t size_;
  rng rng_;
  draws draws_;
  std::vector<std::int32_t> order_;
  index_t at_ = 0;
};

/// One epoch: `for (const auto& [x, y] : batches(set, 64, rng))`.
template <tensor_value T>
class batches {
 public:
  /// Throws std::invalid_argument for a batch larger than the set, or smaller than 1.
  batches(const dataset<T>& set, index_t size, rng& g) : stream_(set, size, g.split()), count_(set.size() / size) {}
  batches(const dataset<T>&& temporary, index_t, rng&) = delete;

  /// An input iterator: the current batch is replaced when it advances.
  class iterator {
   public:
    using value_type      = batch<T>;
    using difference_type = std::ptrdiff_t;  ///< as iterators require

    iterator() = default;
    /// At the first batch.
    explicit iterator(batches& owner) : owner_(&owner), left_(owner.count_) { read(); }

    const batch<T>& operator*() const { return current_; }  ///< the current batch
    /// Advances to the next batch.
    iterator& operator++() {
      --left_;
      read();
      return *this;
    }
    void operator++(int) { ++*this; }  ///< the same
    friend bool operator==(const iterator& i, std::default_sentinel_t) { return i.left_ == 0; }

   private:
    void read() {
      if (left_ > 0) current_ = owner_->stream_.next();
    }

    batches* owner_ = nullptr;
    index_t left_   = 0;
    batch<T> current_{};
  };

  iterator begin() { return iterator(*this); }        ///< draws the first batch
  std::default_sentinel_t end() const { return {}; }  ///< after the last one
  index_t size() const { return count_; }             ///< number of batches in an epoch

 private:
  batch_stream<T> stream_;
  index_t count_;
};

}  // namespace jem::inline v0::data
