// SPDX-License-Identifier: MIT
// Thrust on the host: `thrust_cpp` on one thread, and, in thrust_omp.hpp and thrust_tbb.hpp, on the threads of OpenMP and of
// Threading Building Blocks. Loops use Thrust's algorithms, by the same code that thrust_cuda runs on a device. Matrix products are
// Eigen's, on OpenMP's threads if the program is compiled with OpenMP. It works with Thrust 1.17 and with CCCL 3. Parts of one program may
// use different versions: the version is part of a backend's type, so if a tensor of one version is passed to code of another one, the
// linker reports an error with both names.
#pragma once

#include <jem/backend/cpu/gemm/blocked.hpp>
#include <jem/backend/memory/host.hpp>
#include <jem/backend/openmp.hpp>
#include <jem/backend/thrust/loops.hpp>

#include <thrust/system/cpp/execution_policy.h>

namespace jem::inline v0 {

/// A backend of the host on a system of Thrust. A System has a name and a policy(), and the version of Thrust is its template parameter.
template <class System>
struct thrust_on_host : in_host_memory {
  static constexpr const char* name = System::name;

  /// The library that it uses, with its version.
  static std::string library() { return thrust_verbs::library(); }

  /// f(i) for i < n; calls must not depend on each other.
  template <class F>
  static void for_each(index_t n, F f) {
    thrust_verbs::for_each<traits>(n, f);
  }

  /// f(i, j) for i < rows, j < columns; calls must not depend on each other.
  template <class F>
  static void for_each(index_t rows, index_t columns, F f) {
    thrust_verbs::for_each<traits>(rows, columns, f);
  }

  /// sums[i] = Σⱼ f(i, j), long rows in blocks.
  template <class F, class A>
  static void sum_rows(index_t rows, index_t columns, F f, A* sums) {
    thrust_verbs::sum_rows<traits>(rows, columns, f, sums);
  }

  /// sums[j] = Σᵢ f(i, j), many rows in parts.
  template <class F, class A>
  static void sum_columns(index_t rows, index_t columns, F f, A* sums) {
    thrust_verbs::sum_columns<traits>(rows, columns, f, sums);
  }

  /// As reference::gemm, with the same bits for any number of threads.
  template <scalar T>
  static void gemm(transpose ta, transpose tb, index_t m, index_t n, index_t k, T alpha, const T* a, const T* b, T beta, T* c) {
    eigen_product::gemm<openmp>(ta, tb, m, n, k, alpha, a, b, beta, c);
  }

 private:
  struct traits : System {
    static constexpr index_t segment = 1024;
    template <element T>
    using storage = host_storage<T>;
  };
};

namespace thrust_verbs {

/// The system of Thrust that runs on the calling thread.
template <int thrust_version>
struct cpp_system {
  static constexpr const char* name = "thrust_cpp";
  static auto policy() { return ::thrust::cpp::par; }  ///< the execution policy of Thrust's algorithms
};

}  // namespace thrust_verbs

/// Thrust on the calling thread, of the version that is included.
using thrust_cpp = thrust_on_host<thrust_verbs::cpp_system<THRUST_VERSION>>;

static_assert(backend<thrust_cpp, float> && backend<thrust_cpp, double>);

}  // namespace jem::inline v0
