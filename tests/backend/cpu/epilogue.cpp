// SPDX-License-Identifier: MIT
#include "../../support/numbers.hpp"

#include <jem/backend/cpu/epilogue.hpp>

#include <doctest/doctest.h>

#include <vector>

using jem::index_t;

namespace {

/// x²/2 + x, with the slope x + 1.
struct parabola {
  static constexpr bool fusable = true;

  template <class V>
  constexpr V operator()(V x) const {
    return x * (x * jem::filled<V>(0.5) + jem::filled<V>(1));
  }
  template <class V>
  constexpr V derivative(V x) const {
    return x + jem::filled<V>(1);
  }
};

constexpr index_t lanes = jem::pack_width<double>, channels = 3 * lanes;
const std::vector<double> bias = test::random_values(channels, 1), input = test::random_values(4 * channels, 2),
                          addend = test::random_values(4 * channels, 3), sums = test::random_values(lanes, 4);

/// What is written at a pixel, from a channel on.
template <class Count, class F>
std::vector<double> finished(const jem::epilogue<double, F>& e, index_t pixel, index_t channel, Count count) {
  std::vector<double> to(static_cast<std::size_t>(count));
  const auto shifted = jem::load_pack(sums.data(), count) + e.shift(channel, count);
  jem::store_pack(to.data(), e(shifted, pixel * channels + channel, count), count);
  return to;
}

}  // namespace

TEST_CASE("an epilogue adds the bias, multiplies by the derivative at the input, and adds the addend") {
  const jem::epilogue<double, parabola> all{bias.data(), input.data(), addend.data(), {}};
  for (const index_t count : {lanes, lanes - 1, index_t{1}}) {
    const auto to = finished(all, 2, lanes, count);
    for (std::size_t i = 0; i < to.size(); ++i) {
      const std::size_t at = static_cast<std::size_t>(2 * channels + lanes) + i, channel = static_cast<std::size_t>(lanes) + i;
      CHECK(to[i] == doctest::Approx((sums[i] + bias[channel]) * (input[at] + 1) + addend[at]).epsilon(1e-14));
    }
  }
}

TEST_CASE("an epilogue leaves out what is null; without anything the sums stay as they are") {
  const jem::epilogue<double> nothing{};
  CHECK(nothing.idle());
  CHECK(finished(nothing, 1, 0, lanes) == sums);
  const jem::epilogue<double> added{.addend = addend.data()};
  CHECK(!added.idle());
  const auto to = finished(added, 0, 0, lanes);
  for (std::size_t i = 0; i < to.size(); ++i) CHECK(to[i] == sums[i] + addend[i]);
}

TEST_CASE("from(...) shifts an epilogue to an output that begins later") {
  const jem::epilogue<double, parabola> all{bias.data(), input.data(), addend.data(), {}};
  CHECK(finished(all.from(channels + lanes, lanes), 0, 0, lanes) == finished(all, 1, lanes, lanes));
  CHECK(jem::epilogue<double>{}.from(channels, lanes).idle());
}
