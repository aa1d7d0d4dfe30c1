// SPDX-License-Identifier: MIT
// The versions, compiler and processor of a program, for reports of faults and of speed.
//
//     jem::build_info<jem::openmp, jem::eigen>()
//
// A backend may name the library that it uses by `static std::string library()`, as in "Eigen 3.4.0", and the device that it computes on
// by `static std::string device()`, as in "NVIDIA H100, 80 GB". The functions have internal linkage, since the parts of a program may
// be compiled for different processors.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/core/version.hpp>

#include <string>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace jem::inline v0 {

/// The description of a backend.
struct backend_description {
  std::string name;     ///< "eigen"
  std::string library;  ///< the library that it uses, with its version; empty for the standard library alone
  std::string device;   ///< where it computes; empty for the processor that runs the program
};

/// The description of a part of a program.
struct build_description {
  version_number version;                     ///< the version of jem
  std::string compiler;                       ///< "g++ 12.2.0, C++20"
  std::string processor;                      ///< "x86-64 with AVX2, FMA"
  int threads;                                ///< number of threads that OpenMP would use now; 1 without OpenMP
  std::vector<backend_description> backends;  ///< the template arguments of build_info

  /// Five lines, and one more for each device: "jem 0.1.0", the compiler, the processor, threads, backends.
  friend std::string to_string(const build_description& d) {
    const auto& [major, minor, patch] = d.version;
    std::string names, devices;
    for (const backend_description& b : d.backends) {
      names += (names.empty() ? "" : ", ") + b.name + (b.library.empty() ? "" : concat(" (", b.library, ")"));
      if (!b.device.empty()) devices += concat("\ndevice     ", b.name, ": ", b.device);
    }
    return concat("jem ", major, ".", minor, ".", patch, "\ncompiler   ", d.compiler, "\nprocessor  ", d.processor, "\nthreads    ",
                  d.threads, "\nbackends   ", (names.empty() ? "none" : names), devices);
  }
};

namespace detail {

template <class B>
static backend_description describe_backend() {
  backend_description told{B::name, {}, {}};
  if constexpr (requires { B::library(); }) told.library = B::library();
  if constexpr (requires { B::device(); }) told.device = B::device();
  return told;
}

static inline std::string compiler_in_words() {
#if defined(__CUDACC_VER_MAJOR__)
  std::string name = concat("nvcc ", __CUDACC_VER_MAJOR__, ".", __CUDACC_VER_MINOR__, " with ");
#else
  std::string name;
#endif
#if defined(__clang__)
  name += concat("clang ", __clang_major__, ".", __clang_minor__, ".", __clang_patchlevel__);
#elif defined(__GNUC__)
  name += concat("g++ ", __GNUC__, ".", __GNUC_MINOR__, ".", __GNUC_PATCHLEVEL__);
#else
  name += "an unknown compiler";
#endif
  return name + ", C++" + std::to_string(__cplusplus / 100 % 100);
}

static inline std::string processor_in_words() {
#if defined(__x86_64__)
  std::string name = "x86-64";
#elif defined(__aarch64__)
  std::string name = "ARM64";
#else
  std::string name = "a processor that it does not know";
#endif
  std::string with;
#if defined(__AVX512F__)
  with += ", AVX-512";
#endif
#if defined(__AVX2__)
  with += ", AVX2";
#endif
#if defined(__FMA__)
  with += ", FMA";
#endif
#if defined(__ARM_FEATURE_SVE)
  with += ", SVE";
#endif
  return with.empty() ? name + ", nothing beyond its base" : name + " with " + with.substr(2);
}

}  // namespace detail

/// The description of this part of the program, with these backends.
template <class... B>
static build_description build_info() {
#ifdef _OPENMP
  const int threads = omp_get_max_threads();
#else
  const int threads = 1;
#endif
  return {version, detail::compiler_in_words(), detail::processor_in_words(), threads, {detail::describe_backend<B>()...}};
}

}  // namespace jem::inline v0
