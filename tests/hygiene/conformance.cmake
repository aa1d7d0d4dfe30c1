# SPDX-License-Identifier: MIT
# Checks that the conformance suite includes each header of nn/, energy/ and loss/, so that it checks every gradient on every backend.
# Run by: cmake -D root=<checkout> -P conformance.cmake
cmake_minimum_required(VERSION 3.25)

# Headers without a gradient that the suite could check. The tests of prepared.hpp compare its bits with those of the original, and the
# suite checks what fused.hpp makes as a part of convnets and residual blocks, and supports as parts of on_support.
set(exempt nn/fused.hpp nn/parameters.hpp nn/initialize.hpp nn/prepared.hpp nn/statistics.hpp nn/passes.hpp energy/check_gradient.hpp energy/dual.hpp
  energy/prepared.hpp energy/support.hpp energy/support_rows.hpp energy/support/scalar.hpp energy/support/ordered.hpp
  energy/support/simplex.hpp energy/variables.hpp
  loss/known_of_phases.hpp loss/phases.hpp)

set(included)
file(GLOB suite ${root}/include/jem/conformance/*.hpp)
foreach(part IN LISTS suite)
  file(STRINGS ${part} lines REGEX "^#include <jem/")
  list(APPEND included ${lines})
endforeach()

set(missing)
file(GLOB_RECURSE headers RELATIVE ${root}/include/jem ${root}/include/jem/nn/*.hpp ${root}/include/jem/energy/*.hpp
  ${root}/include/jem/loss/*.hpp)
list(REMOVE_ITEM headers ${exempt})
foreach(header IN LISTS headers)
  if(NOT "#include <jem/${header}>" IN_LIST included)
    list(APPEND missing jem/${header})
  endif()
endforeach()

if(missing)
  list(JOIN missing "\n  " missing)
  message(FATAL_ERROR "gradients that the conformance suite (layers.hpp, energies.hpp, losses.hpp) does not ask for:\n  ${missing}")
endif()
