// Registers a benchmark for each backend of the host.
#pragma once

#include <jem/jem.hpp>

#include <benchmark/benchmark.h>

/// name<reference>, name<openmp>, name<eigen>; `…` are calls such as ->Arg(64).
#define JEM_BENCHMARK(name, ...)                           \
  BENCHMARK(name<jem::reference>) __VA_ARGS__;             \
  BENCHMARK(name<jem::openmp>) __VA_ARGS__->UseRealTime(); \
  BENCHMARK(name<jem::eigen>) __VA_ARGS__->UseRealTime()
