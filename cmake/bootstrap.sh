#!/bin/sh
# SPDX-License-Identifier: MIT
# All the set-up on Debian, and then a job:
#
#   sh cmake/bootstrap.sh demo [options of `jem demo`]   trains, samples, evaluates; writes demo/report.html
#   sh cmake/bootstrap.sh test [options of ctest]        builds and runs all tests
#   sh cmake/bootstrap.sh long [options of ctest]        the tests that take longest, which `test` leaves out
#   sh cmake/bootstrap.sh backends [NAME...]             the examples and the tool on other backends, xtensor and thrust_omp unless named
#   sh cmake/bootstrap.sh release                        builds the tool, the examples and the benchmarks
#   sh cmake/bootstrap.sh docs                           writes the reference, build/docs/reference/index.html
#   sh cmake/bootstrap.sh sanitize [options of ctest]    the tests under the address and undefined-behaviour sanitizers
#   sh cmake/bootstrap.sh thread-sanitize [...]          what runs on several threads under the thread sanitizer (clang)
#   sh cmake/bootstrap.sh cuda [options of ctest]        what runs on CUDA devices, by nvcc; skipped where there is none
#   sh cmake/bootstrap.sh fuzz [options of ctest]        the readers of files against damaged files (clang's libFuzzer)
#
# Packages are installed only where they are missing; what is configured and built already is not done again.
set -eu
cd "$(dirname "$0")/.."

stop() {
  echo "jem: $*" >&2
  exit 1
}

preset=${1:-}
case $preset in
  demo | test | long | backends | release | docs | sanitize | thread-sanitize | cuda | fuzz) shift ;;
  *) stop "expected demo, test, long, backends, release, docs, sanitize, thread-sanitize, cuda or fuzz but received '$preset'" ;;
esac
job=$preset
case $job in
  long) preset=test ;; # of the same build
  backends) preset=demo ;;
esac

# What is missing: tools by their command, libraries by their package.
missing=
need_tool() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need_package() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] || missing="$missing $1"
}
need_tool "${CXX:-c++}" g++
need_tool cmake cmake
need_tool make make
if [ "$preset" = cuda ] && ! command -v nvcc >/dev/null 2>&1; then
  stop "nvcc of the CUDA toolkit 13 is not on the PATH; this script does not install it"
fi
if command -v dpkg-query >/dev/null 2>&1; then
  case $preset in
    docs) need_package doxygen ;;
    *) for package in libeigen3-dev liblzma-dev nlohmann-json3-dev libpng-dev zlib1g-dev; do need_package $package; done ;;
  esac
  case $preset in demo | test | release)
    for package in libcli11-dev gnuplot-nox; do need_package $package; done ;;
  esac
  case $job in backends)
    for package in libtbb-dev libthrust-dev libxtensor-dev libdnnl-dev; do need_package $package; done ;;
  esac
  case $preset in test | sanitize | thread-sanitize | cuda)
    for package in doctest-dev gnuplot-nox libdnnl-dev libtbb-dev libthrust-dev libxtensor-dev; do need_package $package; done ;;
  esac
  case $job in long | thread-sanitize | fuzz)
    for package in clang-19 libclang-rt-19-dev libomp-19-dev llvm-19; do need_package $package; done ;;
  esac
  case $preset in release)
    for package in libbenchmark-dev libdnnl-dev libthrust-dev libxtensor-dev; do need_package $package; done ;;
  esac
fi

# As root, or by sudo; quiet unless it fails.
install_packages() {
  command -v apt-get >/dev/null 2>&1 || stop "missing:$missing; this script installs by apt-get only, which is not here"
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || stop "missing:$missing; installing them needs root or sudo"
    as_root=sudo
  fi
  log=$(mktemp)
  echo "jem: installing$missing"
  $as_root apt-get -qq update >"$log" 2>&1 || true # without a network, the lists that are here may do
  # shellcheck disable=SC2086
  if ! apt_install $missing; then
    for package in $missing; do # which one is it?
      apt_install "$package" || stop "the Debian package $package cannot be had: $(sed -n 's/^E: //p' "$log" | head -n 1)"
    done
  fi
  rm -f "$log"
}
apt_install() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >"$log" 2>&1
}
[ -z "$missing" ] || install_packages

version=$(cmake --version | sed -n 's/^cmake version //p')
case $version in
  3.[0-9].* | 3.1[0-9].* | 3.2[0-4].*) stop "expected CMake 3.25 or newer but found $version" ;;
esac

jobs=$(nproc 2>/dev/null || echo 2)

# A build of its own: examples and tool for each of the named backends.
if [ "$job" = backends ]; then
  [ $# -gt 0 ] || set -- xtensor thrust_omp
  names=$(echo "$*" | tr ' ' ';')
  cmake --preset demo -B build/backends -D JEM_MORE_BACKENDS="$names" -D JEM_EXAMPLES_OPTIMISATION=-O1 \
    -D jem_selftest_template=selftest_verbs
  cmake --build build/backends --parallel "$jobs" --target other_backends
  exec ctest --test-dir build/backends --parallel "$jobs" --output-on-failure \
    -R " on ($(echo "$*" | tr ' ' '|'))\$"
fi

# Configure once; make does it again by itself when a CMakeLists.txt changes.
build=build/$preset
if [ ! -f "$build/Makefile" ] || [ -n "$(find CMakePresets.json -newer "$build/Makefile")" ]; then
  cmake --preset "$preset"
  touch "$build/Makefile"
fi
target=all
case $preset in
  demo) target=jem_tool ;;
  docs) target=docs ;;
  cuda) target=cuda_tests ;;
esac
[ "$job" != long ] || target="all long_tests"
# shellcheck disable=SC2086
cmake --build --preset "$preset" --parallel "$jobs" --target $target

case $preset in
  demo) exec "$build/examples/jem" demo "$@" ;;
  test | sanitize | thread-sanitize | cuda | fuzz) exec ctest --preset "$job" --parallel "$jobs" "$@" ;;
esac
