// SPDX-License-Identifier: MIT
// The function with which the guide's programs check their results.
#pragma once

#include <cstdio>
#include <cstdlib>

inline void expect(bool fact, const char* sentence) {
  if (fact) return;
  std::fprintf(stderr, "expected that %s\n", sentence);
  std::exit(1);
}
