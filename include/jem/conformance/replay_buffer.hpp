// SPDX-License-Identifier: MIT
// The conformance suite, part ten: the contract of the replay buffer in the memory of a backend. Chains continue where they stopped, no
// slot is drawn twice, a restart replaces a whole chain, stored chains go to the slots that they were drawn from and to no others, and
// blocks of a class have chains of this class only. Everything is a copy or a uniform number, so every element has to be exactly right.
#pragma once

#include <jem/conformance/outcome.hpp>
#include <jem/sampling/replay_buffer.hpp>

#include <set>

namespace jem::inline v0::conformance {

namespace detail {

inline constexpr index_t slots_of_a_buffer = 300;
inline constexpr std::size_t chain_size    = 6;  // of chains (2, 3)

/// Element j of the chain that is put into slot i. No element of a new chain has such a value.
inline double mark(std::size_t slot, std::size_t j) { return static_cast<double>(10 + chain_size * slot + j); }

template <class T>
replay_buffer<T> marked_buffer(float restart_probability, index_t classes, rng& g) {
  replay_buffer<T> buffer({2, 3}, {.capacity = slots_of_a_buffer, .restart_probability = restart_probability, .classes = classes}, g);
  std::vector<typename T::value_type> values;
  for (std::size_t i = 0; i < chain_size * static_cast<std::size_t>(slots_of_a_buffer); ++i) {
    values.push_back(static_cast<typename T::value_type>(mark(i / chain_size, i % chain_size)));
  }
  buffer.positions(T({slots_of_a_buffer, 2, 3}, values));
  return buffer;
}

/// The number of elements that are not the marks of their slot, plus the number of slots that were drawn twice.
template <class T>
double lent_wrongly(const chains<T>& drawn) {
  const auto x     = drawn.position.to_vector();
  const auto slots = drawn.slots.to_vector();
  auto wrong       = static_cast<double>(slots.size() - std::set(slots.begin(), slots.end()).size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    wrong += static_cast<double>(x[i]) == mark(static_cast<std::size_t>(slots[i / chain_size]), i % chain_size) ? 0 : 1;
  }
  return wrong;
}

inline void hold_exactly(evidence& e, const char* what, double wrong) {
  e.hold(wrong, 0, unit::wrong, [what] { return std::string(what); });
}

/// Checks draws without restarts, and the buffer after the negated chains were stored.
template <class T>
void hold_drawing_and_storing(evidence& e) {
  rng g{101};
  auto buffer  = marked_buffer<T>(0, 0, g);
  double wrong = 0;
  for (int k = 0; k < 20; ++k) wrong += lent_wrongly(buffer.draw(100, g));
  hold_exactly(e, "chains continue, each from a different slot", wrong);
  auto drawn       = buffer.draw(77, g);
  const auto slots = drawn.slots.to_vector();
  const std::set<std::int32_t> stored(slots.begin(), slots.end());
  scale(drawn.position, -1);
  buffer.store(drawn);
  const auto after = buffer.positions().to_vector();
  wrong            = 0;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const double sign = stored.contains(static_cast<std::int32_t>(i / chain_size)) ? -1 : 1;
    wrong += static_cast<double>(after[i]) == sign * mark(i / chain_size, i % chain_size) ? 0 : 1;
  }
  hold_exactly(e, "chains are stored in their slots and in no others", wrong);
}

/// Checks that either all elements of a chain are in [−1, 1) or all are unchanged, and that draws do not change the buffer.
template <class T>
void hold_restarts(evidence& e) {
  rng g{102};
  const auto buffer = marked_buffer<T>(0.5f, 0, g);
  double wrong = 0, fresh = 0;
  for (int k = 0; k < 20; ++k) {
    const auto drawn = buffer.draw(100, g);
    const auto x     = drawn.position.to_vector();
    const auto slots = drawn.slots.to_vector();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t chain = i / chain_size;
      const bool restarted    = static_cast<double>(x[chain * chain_size]) < 1;
      const auto value        = static_cast<double>(x[i]);
      const double old        = mark(static_cast<std::size_t>(slots[chain]), i % chain_size);
      wrong += (restarted ? value >= -1 && value < 1 : value == old) ? 0 : 1;
      fresh += restarted && i % chain_size == 0 ? 1 : 0;
    }
  }
  hold_exactly(e, "a chain restarts as a whole or not at all", wrong);
  hold_exactly(e, "some chains restart and some do not", fresh > 0 && fresh < 2000 ? 0 : 1);
  const auto left = buffer.positions().to_vector();
  wrong           = 0;
  for (std::size_t i = 0; i < left.size(); ++i) wrong += static_cast<double>(left[i]) == mark(i / chain_size, i % chain_size) ? 0 : 1;
  hold_exactly(e, "a draw leaves the buffer as it was", wrong);
}

/// Three classes of 100 slots each.
template <class T>
void hold_classes(evidence& e) {
  rng g{103};
  const auto buffer = marked_buffer<T>(0, 3, g);
  std::vector<std::int32_t> y;
  for (int i = 0; i < 90; ++i) y.push_back(static_cast<std::int32_t>(i * i % 7 % 3));
  const auto drawn = buffer.draw(labels<T>({90}, y), g);
  const auto slots = drawn.slots.to_vector(), lent = drawn.y.to_vector();
  double wrong = lent_wrongly(drawn);
  for (std::size_t i = 0; i < y.size(); ++i) wrong += slots[i] / 100 == y[i] && lent[i] == y[i] ? 0 : 1;
  hold_exactly(e, "chains of a class come from its block", wrong);
}

/// The positions in a buffer after several draws with restarts, changes of the chains, and stores.
template <class T>
std::vector<double> life_of_a_buffer() {
  rng g{104};
  replay_buffer<T> buffer({2, 3}, {.capacity = slots_of_a_buffer, .restart_probability = 0.25f}, g);
  for (int k = 0; k < 10; ++k) {
    auto drawn = buffer.draw(100, g);
    scale(drawn.position, -0.5f);
    buffer.store(drawn);
  }
  return values_of(buffer.positions());
}

}  // namespace detail

/// On 300 chains (2, 3).
template <class B>
evidence replay_buffer_keeps_its_contract() {
  using T    = tensor<float, B>;
  evidence e = on_fresh_memory<B>();
  detail::hold_drawing_and_storing<T>(e);
  detail::hold_restarts<T>(e);
  detail::hold_classes<T>(e);
  detail::hold_exactly(e, "after many draws and stores the chains equal those on reference",
                       different_bits(detail::life_of_a_buffer<T>(), detail::life_of_a_buffer<tensor<float, reference>>()));
  return e;
}

/// The checks of this part.
template <class B>
inline constexpr std::array checks_of_replay_buffer{check{"the replay buffer keeps its contract", replay_buffer_keeps_its_contract<B>}};

}  // namespace jem::inline v0::conformance
