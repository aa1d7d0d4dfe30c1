// SPDX-License-Identifier: MIT
// The library decides by the clock whether a loop is shared out (backend/cpu/team_balance.hpp), so a thread may meet any block of it at
// any time. What every thread has once run as a whole leaves each with the memory for that.
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
