#!/bin/sh
# SPDX-License-Identifier: MIT
# Seconds that g++ -O2 takes for the umbrella header, for the examples and for a program that trains the paper's Wide ResNet,
# the fastest of three, beside their budgets:
#   sh benchmarks/compile_times.sh
set -eu
cd "$(dirname "$0")/.."
umbrella=$(mktemp --suffix=.cpp)
wide_resnet=$(mktemp --suffix=.cpp)
trap 'rm -f "$umbrella" "$wide_resnet"' EXIT
echo '#include <jem/jem.hpp>' >"$umbrella"
cat >"$wide_resnet" <<'END'
#include <jem/data/digits.hpp>
#include <jem/jem.hpp>

using tensor = jem::tensor<float, jem::eigen>;

int main() {
  jem::rng rng{1};
  const auto set = jem::data::digits_train<tensor>();
  const jem::trainer trainer{.loss      = jem::cross_entropy{} + 1.0f * jem::contrastive_divergence{},
                             .sampler   = jem::sgld{.step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}},
                             .optimiser = jem::adam{.learning_rate = jem::linear_warm_up{1e-4f, 1000}}};
  auto run = trainer.init(jem::wide_resnet<tensor>({.channels = 1}, rng), set, rng);
  return trainer.step(run).loss > 0;
}
END

# measure NAME FILE BUDGET
measure() {
  fastest=
  for _ in 1 2 3; do
    start=$(date +%s%N)
    "${CXX:-g++}" -std=c++20 -O2 -fopenmp -w -I include -isystem /usr/include/eigen3 -c "$2" -o /dev/null
    took=$(($(date +%s%N) - start))
    if [ -z "$fastest" ] || [ "$took" -lt "$fastest" ]; then fastest=$took; fi
  done
  echo "$1 $fastest $3" | awk '{printf "%-14s %5.1f s  (budget %s s)\n", $1, $2 / 1e9, $3}'
}
measure umbrella "$umbrella" 2
measure 01_banana examples/01_banana.cpp 3
measure 02_digits examples/02_digits.cpp 8
measure 03_two_moons examples/03_two_moons.cpp 8
measure wide_resnet "$wide_resnet" 15
