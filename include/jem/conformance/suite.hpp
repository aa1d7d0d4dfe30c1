// SPDX-License-Identifier: MIT
// The conformance suite checks everything that a backend has to do right so that the rest of the library works on it. To check a backend
// of your own, write
//
//     for (const auto& r : jem::conformance::run<my_backend>()) std::printf("%s: %s\n", r.name.c_str(), r.passed ? "passed" : "failed");
//
// Thirteen headers contain the checks, from the verbs, which are checked first, to whole training runs; each says how far a result may be
// from the right one, and why. A concept checks only that a backend compiles. jem/jem.hpp does not include this header, which makes a
// program compile most of the library.
#pragma once

#include <jem/conformance/bfloat16.hpp>
#include <jem/conformance/convolutions.hpp>
#include <jem/conformance/elementwise.hpp>
#include <jem/conformance/energies.hpp>
#include <jem/conformance/layers.hpp>
#include <jem/conformance/losses.hpp>
#include <jem/conformance/matching.hpp>
#include <jem/conformance/operations.hpp>
#include <jem/conformance/replay_buffer.hpp>
#include <jem/conformance/result.hpp>
#include <jem/conformance/rows.hpp>
#include <jem/conformance/samplers.hpp>
#include <jem/conformance/training.hpp>
#include <jem/conformance/verbs.hpp>

#include <algorithm>
#include <concepts>
#include <vector>

namespace jem::inline v0::conformance {

/// The observer that does nothing: the default.
struct no_listener {
  void operator()(const result&) const {}  ///< does nothing
};

/// Runs all checks on a backend, in their order; the observer is called with each result after its check. A check that throws has failed.
template <class B, std::invocable<const result&> Observer = no_listener>
  requires(backend<B, float> && backend<B, double>)
std::vector<result> run(Observer observe = {}) {
  std::vector<result> results;
  const auto each = [&](const auto&... parts) {
    const auto all = [&](const auto& checks) {
      for (const check& c : checks) {
        results.push_back(run_check(c));
        observe(results.back());
      }
    };
    (all(parts), ...);
  };
  each(checks_of_verbs<B>, checks_of_elementwise<B>, checks_of_rows<B>, checks_of_operations<B>, checks_of_convolutions<B>,
       checks_of_layers<B>, checks_of_energies<B>, checks_of_losses<B>, checks_of_matching<B>, checks_of_samplers<B>,
       checks_of_replay_buffer<B>, checks_of_training<B>, checks_of_bfloat16<B>);
  return results;
}

/// Whether all checks passed.
inline bool passed(const std::vector<result>& results) { return std::ranges::all_of(results, &result::passed); }

}  // namespace jem::inline v0::conformance
