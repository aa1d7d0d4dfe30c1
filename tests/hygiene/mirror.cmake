# SPDX-License-Identifier: MIT
# Checks that tests/ mirrors include/jem/: lists the headers that have no test file of the same name.
# Run by: cmake -D root=<checkout> -D strict=<bool> -P mirror.cmake
cmake_minimum_required(VERSION 3.25)

# Headers that need no test file: parts of the backends for CUDA devices.
set(exempt backend/thrust/cuda/device.hpp backend/thrust/cuda/cudnn_plan.hpp)

set(missing)
file(GLOB_RECURSE headers RELATIVE ${root}/include/jem ${root}/include/jem/*/*.hpp)
list(REMOVE_ITEM headers ${exempt})
foreach(header IN LISTS headers)
  string(REGEX REPLACE "\\.hpp$" ".cpp" test ${header})
  string(REGEX REPLACE "\\.hpp$" ".cu" device_test ${header})
  if(NOT EXISTS ${root}/tests/${test} AND NOT EXISTS ${root}/tests/${device_test})
    list(APPEND missing tests/${test})
  endif()
endforeach()

if(missing)
  list(JOIN missing "\n  " missing)
  if(strict)
    message(FATAL_ERROR "headers without a test:\n  ${missing}")
  endif()
  message(WARNING "headers without a test:\n  ${missing}")
endif()
