#!/bin/sh
# SPDX-License-Identifier: MIT
# All that only a machine with a CUDA device can say, without a hand:
#
#   sh benchmarks/on_cuda.sh [an interpreter that has PyTorch]
#
# the tests of the CUDA backends; the self-test; the demo; the same tests under compute-sanitizer; training iterations beside
# PyTorch, in full float32, with tf32 and in bfloat16, eager and compiled. Each part's output goes to build/on_cuda/PART.txt, and a
# line about it to the terminal; the exit code is the number of parts that failed.
set -u
cd "$(dirname "$0")/.." || exit 2
python=${1:-python3}
out=build/on_cuda
failed=0

stop() {
  echo "on_cuda: $*" >&2
  exit 2
}
command -v nvidia-smi >/dev/null 2>&1 || stop "nvidia-smi is not here, and so no driver of a CUDA device"
command -v nvcc >/dev/null 2>&1 || stop "nvcc of the CUDA toolkit 13 is not on the PATH"
card=$(nvidia-smi --query-gpu=name,compute_cap --format=csv,noheader | head -n 1)
[ -n "$card" ] || stop "the driver sees no device"
architecture=$(echo "${card##*, }" | tr -d .)
mkdir -p "$out"
echo "on_cuda: ${card%, *}, compute capability ${card##*, }"

part() { # part NAME COMMAND...
  name=$1
  shift
  started=$(date +%s)
  if "$@" >"$out/$name.txt" 2>&1; then verdict=passed; else verdict=FAILED failed=$((failed + 1)); fi
  echo "on_cuda: $name $verdict after $(($(date +%s) - started)) s, see $out/$name.txt"
}

build() {
  sh cmake/bootstrap.sh release &&
    cmake --preset release -D JEM_CUDA=ON -D CMAKE_CUDA_ARCHITECTURES="$architecture" -D JEM_MORE_BACKENDS="thrust_cudnn;thrust_cudnn_tf32" &&
    cmake --build --preset release --target jem_tool_thrust_cudnn training_iteration_thrust_cudnn training_iteration_thrust_cudnn_tf32
}

sanitize() { # memory and races; a test program of its own for each file
  command -v compute-sanitizer >/dev/null 2>&1 || { echo "compute-sanitizer of the CUDA toolkit is not on the PATH"; return 1; }
  for program in build/cuda/tests/test_backend_thrust_* build/cuda/tests/test_conformance_thrust_*; do
    [ -x "$program" ] || continue
    for tool in memcheck racecheck; do
      echo "== $program under $tool"
      compute-sanitizer --tool "$tool" --error-exitcode 9 "$program" || return 1
    done
  done
}

compare() { # compare BACKEND OPTIONS...: the paper's network at batch 64
  backend=$1
  shift
  "$python" benchmarks/compare/compare.py --python "$python" --device cuda --batch 64 \
    --program "build/release/benchmarks/training_iteration_$backend" "$@" WRN-28-10 WRN-10-1 digits
}

tool=build/release/examples/jem-thrust-cudnn
part tests sh cmake/bootstrap.sh cuda
part build build
part version "$tool" --version
part selftest "$tool" selftest
part demo "$tool" demo --out "$out/demo"
part compute-sanitizer sanitize
if "$python" -c 'import torch' 2>/dev/null; then
  part float32 compare thrust_cudnn
  part tf32-and-bfloat16 compare thrust_cudnn_tf32 --tf32
else
  echo "on_cuda: $python has no PyTorch; name an interpreter that has it to compare with"
fi
exit "$failed"
