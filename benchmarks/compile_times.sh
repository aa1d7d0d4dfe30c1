#!/bin/sh
# SPDX-License-Identifier: MIT
# Seconds that g++ -O2 takes for the umbrella header and for the examples, beside their budgets:
#   sh benchmarks/compile_times.sh
set -eu
cd "$(dirname "$0")/.."
umbrella=$(mktemp --suffix=.cpp)
trap 'rm -f "$umbrella"' EXIT
echo '#include <jem/jem.hpp>' >"$umbrella"

# measure NAME FILE BUDGET
measure() {
  start=$(date +%s%N)
  "${CXX:-g++}" -std=c++20 -O2 -fopenmp -w -I include -isystem /usr/include/eigen3 -c "$2" -o /dev/null
  end=$(date +%s%N)
  echo "$1 $((end - start)) $3" | awk '{printf "%-14s %5.1f s  (budget %s s)\n", $1, $2 / 1e9, $3}'
}
measure umbrella "$umbrella" 2
measure 01_banana examples/01_banana.cpp 3
measure 02_digits examples/02_digits.cpp 8
measure 03_two_moons examples/03_two_moons.cpp 8
