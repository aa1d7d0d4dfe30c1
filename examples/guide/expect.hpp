// SPDX-License-Identifier: MIT
// What the programs of the guide check themselves with.
#pragma once

#include <cstdio>
#include <cstdlib>

inline void expect(bool fact, const char* sentence) {
  if (fact) return;
  std::fprintf(stderr, "expected that %s\n", sentence);
  std::exit(1);
}
