// SPDX-License-Identifier: MIT
// Functions that the backends on CUDA devices call: the runtime's memory and copies, cuBLAS's handle, the kernel of row sums. Every status
// is checked.
#pragma once

#ifndef __CUDACC__
#error "jem: thrust_cuda needs nvcc: name the file *.cu, or set its LANGUAGE to CUDA, and link jem::thrust_cuda"
#endif

#include <jem/backend/memory/staged_upload.hpp>
#include <jem/core/concat.hpp>
#include <jem/core/concepts.hpp>

#include <stdexcept>
#include <string>

#include <cublas_v2.h>
#include <cuda_runtime_api.h>

namespace jem::inline v0 {

namespace cuda_device {

/// Throws std::runtime_error with CUDA's own message, unless the status is a success: "no CUDA-capable device is detected", "CUDA driver
/// version is insufficient for CUDA runtime version", "out of memory".
inline void check(const char* what, cudaError_t status) {
  if (status == cudaSuccess) return;
  (void)cudaGetLastError();  // so that the next call does not report this error again
  throw std::runtime_error(std::string("[thrust_cuda] ") + what + ": " + cudaGetErrorString(status));
}

/// The same for cuBLAS.
inline void check(const char* what, cublasStatus_t status) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw std::runtime_error(std::string("[thrust_cuda] ") + what + ": " + cublasGetStatusString(status));
}

/// The device's memory.
struct memory {
  /// Throws std::runtime_error, which says how much memory was requested and how much is free.
  static void* allocate(std::size_t bytes) {
    void* block              = nullptr;
    const cudaError_t status = cudaMalloc(&block, bytes);
    if (status == cudaErrorMemoryAllocation) {
      std::size_t unused = 0, all = 0;
      (void)cudaGetLastError();
      (void)cudaMemGetInfo(&unused, &all);
      throw std::runtime_error(concat("[thrust_cuda] out of device memory: asked for ", bytes >> 20, " MiB, ", unused >> 20, " of ",
                                      all >> 20, " MiB are free"));
    }
    check("cudaMalloc", status);
    return block;
  }
  /// Frees a block that `allocate` returned.
  static void deallocate(void* block, std::size_t) noexcept { (void)cudaFree(block); }
};

/// The device of a staged_upload: it reads the host's page-locked memory in the order of the default stream.
struct reader {
  static void* lock(std::size_t bytes) {
    void* block = nullptr;
    check("cudaHostAlloc", cudaHostAlloc(&block, bytes, cudaHostAllocDefault));
    return block;
  }
  static void unlock(void* block) noexcept { (void)cudaFreeHost(block); }
  static void read(void* to, const void* from, std::size_t bytes) {
    check("cudaMemcpyAsync", cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, nullptr));
  }

  class mark {
   public:
    mark()                       = default;
    mark(const mark&)            = delete;
    mark& operator=(const mark&) = delete;
    ~mark() {
      if (event_ != nullptr) (void)cudaEventDestroy(event_);
    }
    void set() {
      if (event_ == nullptr) check("cudaEventCreate", cudaEventCreateWithFlags(&event_, cudaEventDisableTiming));
      check("cudaEventRecord", cudaEventRecord(event_, nullptr));
    }
    void wait() noexcept {
      if (event_ != nullptr) (void)cudaEventSynchronize(event_);
    }

   private:
    cudaEvent_t event_ = nullptr;
  };

  /// The staged_upload of the calling thread.
  static staged_upload<reader>& stage() {
    thread_local staged_upload<reader> mine;
    return mine;
  }
};

/// A thread's handle of cuBLAS, on the default stream.
class blas {
 public:
  /// The handle, for products in full float32, or with factors rounded to tf32.
  static cublasHandle_t handle(bool tf32) {
    thread_local blas mine;
    check("cublasSetMathMode", cublasSetMathMode(mine.handle_, tf32 ? CUBLAS_TF32_TENSOR_OP_MATH : CUBLAS_DEFAULT_MATH));
    return mine.handle_;
  }

 private:
  blas() { check("cublasCreate", cublasCreate(&handle_)); }
  ~blas() { (void)cublasDestroy(handle_); }
  blas(const blas&)            = delete;
  blas& operator=(const blas&) = delete;

  cublasHandle_t handle_ = nullptr;
};

constexpr int warp             = 32;    // threads that exchange values without memory
constexpr int warps            = 8;     // warps of a block
constexpr index_t columns_each = 1024;  // columns that one warp sums

/// to[i, block] = Σ f(i, j) over a block of a row, kept in wide_t<A>. One warp sums a block: neighbouring threads read neighbouring
/// columns, and the sums of the threads are added pairwise.
template <class F, class A>
__global__ void sum_blocks(F f, A* to, index_t rows, index_t columns, index_t blocks) {
  const index_t count = rows * blocks;
  for (index_t at = static_cast<index_t>(blockIdx.x) * warps + threadIdx.x / warp; at < count;
       at += static_cast<index_t>(gridDim.x) * warps) {
    const index_t i = at / blocks, first = at % blocks * columns_each;
    const index_t end = first + columns_each < columns ? first + columns_each : columns;
    wide_t<A> sum{};
    for (index_t j = first + threadIdx.x % warp; j < end; j += warp) sum += static_cast<wide_t<A>>(f(i, j));
    for (int distance = warp / 2; distance > 0; distance /= 2) sum += __shfl_down_sync(0xFFFFFFFFu, sum, distance);
    if (threadIdx.x % warp == 0) to[at] = static_cast<A>(sum);
  }
}

}  // namespace cuda_device

}  // namespace jem::inline v0
