// SPDX-License-Identifier: MIT
// Persistent chains (Tieleman 2008, doi:10.1145/1390156.1390290) kept in a buffer (Du and Mordatch 2019, arXiv:1903.08689): a
// draw continues old chains, but restarts each with a small probability, and they are put back after the sampler has moved them. The
// buffer keeps only positions, not the rest of a sampler's state, so a schedule starts at step 0 with each draw.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/setting.hpp>
#include <jem/sampling/kernel.hpp>
#include <jem/sampling/start.hpp>
#include <jem/tensor/logits.hpp>
#include <jem/tensor/pooled_vector.hpp>
#include <jem/tensor/rows.hpp>

#include <algorithm>
#include <functional>

namespace jem::inline v0 {

/// Chains that were drawn from a buffer and will be stored there again.
template <tensor_value T>
struct chains {
  T position;       // (n, …)
  labels<T> slots;  // (n): where in the buffer they belong, no slot twice
  labels<T> y;      // (n): their classes; empty if they were drawn without classes
};

/// A buffer for training: it draws chains of any class or by class, stores them again, and tells for how many classes it keeps separate
/// chains; 0 for none. It can be copied, since the state of a training, which has a buffer, can be copied.
template <class B, class T>
concept sample_buffer = std::copyable<B> && requires(B& b, const B& c, index_t n, const labels<T>& y, rng& g, const chains<T>& x) {
  { c.draw(n, g) } -> std::same_as<chains<T>>;
  { c.draw(y, g) } -> std::same_as<chains<T>>;
  b.store(x);
  { c.classes() } -> std::convertible_to<index_t>;
};

namespace detail {

/// A chain of class y[i] for each i, if the labels are already on the host. A buffer with a function `draw(y, labels on the host, rng)`
/// does not download them again.
template <tensor_value T, sample_buffer<T> B>
chains<T> draw_by_class(const B& buffer, const labels<T>& y, const host_labels& known, rng& g) {
  if constexpr (requires { buffer.draw(y, known, g); }) {
    return buffer.draw(y, known, g);
  } else {
    return buffer.draw(y, g);
  }
}

}  // namespace detail

/// Settings of a replay buffer; the defaults are the paper's.
struct replay_options {
  at_least<"replay_options", "capacity", 1, 2'147'483'647> capacity             = 10'000;  ///< chains, from 1 to 2³¹ − 1
  in_unit_interval<"replay_options", "restart_probability"> restart_probability = 0.05f;   ///< of each chain in each draw
  at_least<"replay_options", "classes", 0> classes = 0;  ///< if > 0: the number of blocks of equal size, one for each class
};

template <tensor_value T, class Start = uniform_start>
class replay_buffer {
 public:
  /// Fills the buffer with new chains. `item` has the extents of one position, such as an image (h, w, c). A start that can be told
  /// classes gets those of the blocks, if there are any. Throws std::invalid_argument for a capacity that is not a multiple of the
  /// classes.
  replay_buffer(const shape& item, const replay_options& options, rng& g, Start start = {})
      : options_(checked(options)), start_(start), positions_(fresh(item.under(options.capacity), std::identity{}, g)) {}

  index_t capacity() const { return options_.capacity; }      ///< number of chains
  index_t classes() const { return options_.classes; }        ///< number of classes with separate chains; 0 for none
  const replay_options& options() const { return options_; }  ///< as they were given

  /// All chains, (capacity, …); class y holds rows [y·capacity/classes, (y + 1)·capacity/classes).
  const T& positions() const { return positions_; }
  /// Sets all chains, for example from a checkpoint. Throws std::invalid_argument for other extents.
  void positions(T other) {
    expect_shape("replay_buffer", positions_.extents(), other.extents());
    positions_ = std::move(other);
  }

  /// n different chains of any class. Throws std::invalid_argument for more than the buffer has.
  chains<T> draw(index_t n, rng& g) const {
    expect_at_least("replay_buffer", "chains", 0, n);
    pooled_vector<std::int32_t> slots;
    draw_slots(0, options_.capacity, n, g, slots);
    return lend(slots, {}, g);
  }

  /// A chain of class y[i] for each i. Throws std::invalid_argument if the buffer has no classes, for a label that is no class, or for
  /// more chains of a class than its block has.
  chains<T> draw(const labels<T>& y, rng& g) const { return draw(y, host_labels(y), g); }
  /// The same if the labels are already on the host.
  chains<T> draw(const labels<T>& y, const host_labels& known, rng& g) const {
    if (options_.classes == 0) fail("replay_buffer", "a buffer with classes", "labels for one without");
    known.check("replay_buffer", options_.classes);
    const index_t block = options_.capacity / options_.classes;
    const auto& wanted  = known.values();
    pooled_vector<std::int32_t> slots(wanted.size());
    for (index_t c = 0; c < options_.classes; ++c) {
      pooled_vector<std::int32_t> own;
      draw_slots(c * block, block, std::ranges::count(wanted, static_cast<std::int32_t>(c)), g, own);
      for (std::size_t i = 0, next = 0; i < wanted.size(); ++i) {
        if (wanted[i] == c) slots[i] = own[next++];
      }
    }
    return lend(slots, y, g);
  }

  /// Puts chains back where they came from. Throws std::invalid_argument for chains that were drawn without labels, if the buffer has
  /// classes: they may have moved to any class.
  void store(const chains<T>& x) {
    if (options_.classes > 0 && x.y.size() != x.slots.size()) {
      fail("replay_buffer", "chains drawn by class, since the buffer keeps classes apart", "chains drawn without labels");
    }
    scatter_rows(positions_, x.slots, x.position);
  }

  /// Calls f(name, part) for each part that a checkpoint stores: the chains.
  static void each_part(auto& self, auto f) { f("positions", self.positions_); }

 private:
  static const replay_options& checked(const replay_options& options) {
    if (options.classes > 0 && options.capacity % options.classes != 0) {
      fail("replay_buffer", concat("a capacity that ", options.classes, " classes divide"), std::to_string(options.capacity));
    }
    return options;
  }

  /// n different slots of [first, first + size), by Floyd's algorithm (Bentley and Floyd 1987).
  static void draw_slots(index_t first, index_t size, index_t n, rng& g, pooled_vector<std::int32_t>& slots) {
    if (n > size) fail("replay_buffer", concat("at most ", size, " chains in a draw"), std::to_string(n));
    const random_stream stream = g.next();
    pooled_vector<bool> taken(static_cast<std::size_t>(size));
    slots.reserve(static_cast<std::size_t>(n));
    for (index_t i = 0; i < n; ++i) {
      const index_t last = size - n + i;
      index_t slot       = index_below(stream, i, last + 1);
      if (taken[static_cast<std::size_t>(slot)]) slot = last;
      taken[static_cast<std::size_t>(slot)] = true;
      slots.push_back(static_cast<std::int32_t>(first + slot));
    }
  }

  /// New chains (n, …), of which chain i is for slot_of(i).
  template <class F>
  T fresh(const shape& extents, F slot_of, rng& g) const {
    if constexpr (start_by_class<Start, T>) {
      if (options_.classes > 0) {
        const index_t block = options_.capacity / options_.classes;
        pooled_vector<std::int32_t> y(static_cast<std::size_t>(extents[0]));
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<std::int32_t>(slot_of(static_cast<index_t>(i)) / block);
        return start_.template operator()<T>(extents, y, g);
      }
    }
    return start_.template operator()<T>(extents, g);
  }

  chains<T> lend(const pooled_vector<std::int32_t>& slots, labels<T> y, rng& g) const {
    using V         = typename T::value_type;
    const index_t n = std::ssize(slots);
    labels<T> where(shape{n}, slots);
    T position                 = gather_rows(positions_, where);
    const random_stream stream = g.next();
    pooled_vector<V> restart(slots.size());
    for (index_t i = 0; i < n; ++i)
      restart[static_cast<std::size_t>(i)] = stream.happens(i, float{options_.restart_probability}) ? V(1) : V(0);
    const T others = fresh(position.extents(), [&](index_t i) { return index_t{slots[static_cast<std::size_t>(i)]}; }, g);
    choose_rows(position, others, T(shape{n}, restart));
    return {std::move(position), std::move(where), std::move(y)};
  }

  replay_options options_;
  Start start_;
  T positions_;  // (capacity, …)
};

}  // namespace jem::inline v0
