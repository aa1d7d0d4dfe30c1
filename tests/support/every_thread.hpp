// SPDX-License-Identifier: MIT
// The library measures times to decide whether a loop runs on a team of threads (backend/cpu/team_balance.hpp), so a thread may get any
// block of it at any time. After every thread has run the whole function once, each thread has all the memory that it needs.
#pragma once

namespace test {

/// f() by each thread of the team, one after the other; by the caller alone without OpenMP.
template <class F>
void by_every_thread(const F& f) {
#ifdef _OPENMP
#pragma omp parallel
#pragma omp critical(jem_test_every_thread)
#endif
  f();
}

}  // namespace test
