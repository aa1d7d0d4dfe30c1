// SPDX-License-Identifier: MIT
// Thrust on a CUDA device. Loops use Thrust's for_each_n without synchronisation, products use cuBLAS, and sums of rows use a kernel of
// this library. All work is done in the order of the default stream, and every status is checked. It needs nvcc with --extended-lambda
// and --expt-relaxed-constexpr, which linking jem::thrust_cuda adds.
#pragma once

#ifndef __CUDACC__
#error "jem: thrust_cuda needs nvcc: name the file *.cu, or set its LANGUAGE to CUDA, and link jem::thrust_cuda"
#endif

#include <jem/backend/memory/pooled_storage.hpp>
#include <jem/backend/thrust/cuda/device.hpp>
#include <jem/backend/thrust/loops.hpp>

#include <algorithm>
#include <cstring>
#include <string>

#include <thrust/system/cuda/execution_policy.h>

namespace jem::inline v0 {

/// A CUDA device; products in full float32, or with factors rounded to tf32 (10 bits) on the matrix units.
template <bool tf32>
struct basic_thrust_cuda {
  static constexpr bool host_memory = false;  ///< only the verbs can access it
  static constexpr const char* name = tf32 ? "thrust_cuda_tf32" : "thrust_cuda";

  static constexpr index_t patch_elements = index_t{1} << 27;  ///< for tensor/im2col.hpp: half a GiB of floats

  /// The libraries that it uses, with their versions.
  static std::string library() {
    return thrust_verbs::library() + ", CUDA " + std::to_string(CUDART_VERSION / 1000) + "." + std::to_string(CUDART_VERSION % 1000 / 10);
  }

  /// The device's name and memory. Throws std::runtime_error if there is no device.
  static std::string device() {
    int number = 0;
    cudaDeviceProp told{};
    cuda_device::check("cudaGetDevice", cudaGetDevice(&number));
    cuda_device::check("cudaGetDeviceProperties", cudaGetDeviceProperties(&told, number));
    return std::string(told.name) + ", " + std::to_string(told.totalGlobalMem >> 20) + " MiB";
  }

  /// Bytes of the device's memory that this program and others have allocated.
  static std::size_t memory_in_use() {
    std::size_t unused = 0, all = 0;
    cuda_device::check("cudaMemGetInfo", cudaMemGetInfo(&unused, &all));
    return all - unused;
  }

  /// Device memory for n elements.
  template <element T>
  using storage = pooled_storage<T, cuda_device::memory>;

  /// to[i] = from[i] for i < n, from the host's memory into the device's, in the order of the stream; returns when `from` has been read.
  template <element T>
  static void upload(const T* from, index_t n, T* to) {
    cuda_device::reader::stage()(from, static_cast<std::size_t>(n) * sizeof(T), to);
  }

  /// to[i] = from[i] for i < n, from the device's memory into the host's; waits until they are there.
  template <element T>
  static void download(const T* from, index_t n, T* to) {
    if (n > 0) cuda_device::check("cudaMemcpy", cudaMemcpy(to, from, static_cast<std::size_t>(n) * sizeof(T), cudaMemcpyDeviceToHost));
  }

  /// f(i) for i < n, in the order of the stream; returns without waiting.
  template <class F>
  static void for_each(index_t n, F f) {
    thrust_verbs::for_each<traits>(n, f);
  }

  /// f(i, j) for i < rows, j < columns, likewise.
  template <class F>
  static void for_each(index_t rows, index_t columns, F f) {
    thrust_verbs::for_each<traits>(rows, columns, f);
  }

  /// sums[i] = Σⱼ f(i, j): warps sum blocks of a row, then the sums of these blocks, in an order that depends on the shape alone.
  template <class F, class A>
  static void sum_rows(index_t rows, index_t columns, F f, A* sums) {
    if (rows == 0) return;
    const index_t blocks = std::max<index_t>(1, thrust_verbs::ceiling(columns, cuda_device::columns_each));
    if (blocks == 1) return launch(f, sums, rows, columns, 1);
    storage<wide_t<A>> partial(rows * blocks);
    launch(f, partial.data(), rows, columns, blocks);
    sum_rows(rows, blocks, thrust_verbs::matrix_element<wide_t<A>>{partial.data(), blocks}, sums);
  }

  /// sums[j] = Σᵢ f(i, j), many rows in parts.
  template <class F, class A>
  static void sum_columns(index_t rows, index_t columns, F f, A* sums) {
    thrust_verbs::sum_columns<traits>(rows, columns, f, sums);
  }

  /// As reference::gemm, by cuBLAS, which is column-major and therefore computes the transpose of c.
  template <scalar T>
  static void gemm(transpose ta, transpose tb, index_t m, index_t n, index_t k, T alpha, const T* a, const T* b, T beta, T* c) {
    if (m == 0 || n == 0) return;
    const auto turned = [](transpose t) { return t == transpose::yes ? CUBLAS_OP_T : CUBLAS_OP_N; };
    const auto stride = [](index_t columns) { return std::max<index_t>(1, columns); };
    const index_t lda = stride(ta == transpose::yes ? m : k), ldb = stride(tb == transpose::yes ? k : n);
    cublasHandle_t handle = cuda_device::blas::handle(tf32);
    if constexpr (std::same_as<T, float>) {
      cuda_device::check("cublasSgemm", cublasSgemm_64(handle, turned(tb), turned(ta), n, m, k, &alpha, b, ldb, a, lda, &beta, c, n));
    } else {
      cuda_device::check("cublasDgemm", cublasDgemm_64(handle, turned(tb), turned(ta), n, m, k, &alpha, b, ldb, a, lda, &beta, c, n));
    }
  }

 private:
  struct traits {
    static constexpr index_t segment = 1;
    static auto policy() { return ::thrust::cuda::par_nosync; }
    template <element T>
    using storage = pooled_storage<T, cuda_device::memory>;
  };

  template <class F, class A>
  static void launch(F f, A* to, index_t rows, index_t columns, index_t blocks) {
    constexpr index_t most = 1 << 20;  // blocks of threads; if there is more work, each computes several sums
    const index_t needed   = thrust_verbs::ceiling(rows * blocks, cuda_device::warps);
    cuda_device::sum_blocks<<<static_cast<unsigned>((std::min)(needed, most)), cuda_device::warps * cuda_device::warp>>>(f, to, rows,
                                                                                                                         columns, blocks);
    cuda_device::check("sum_rows", cudaGetLastError());
  }
};

/// A CUDA device in full float32.
using thrust_cuda = basic_thrust_cuda<false>;
/// A CUDA device whose products round their factors to tf32.
using thrust_cuda_tf32 = basic_thrust_cuda<true>;

static_assert(backend<thrust_cuda, float> && backend<thrust_cuda, double>);

}  // namespace jem::inline v0
