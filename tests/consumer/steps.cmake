# SPDX-License-Identifier: MIT
# Shared by the scripts of this folder: runs commands that have to succeed, finds the compiler, installs jem to a new folder.

function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE told ERROR_VARIABLE told RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${told}")
  endif()
endfunction()

if(compiler STREQUAL "clang")
  find_program(clang NAMES clang++-19 clang++-20 clang++-21)
  if(NOT clang)
    message(FATAL_ERROR "skipped: clang 19 or newer (Debian package clang-19) is missing")
  endif()
  set(compiler ${clang})
  file(WRITE ${work}.cpp "#include <omp.h>\n")
  execute_process(COMMAND ${compiler} -fopenmp -fsyntax-only ${work}.cpp RESULT_VARIABLE status ERROR_QUIET)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "skipped: OpenMP of ${compiler} (Debian package libomp-19-dev) is missing")
  endif()
endif()

file(REMOVE_RECURSE ${work})
run(${CMAKE_COMMAND} --install ${build} --prefix ${work}/before --component development)
# The installed copy is moved, to check that the package works at any place.
file(RENAME ${work}/before ${work}/prefix)
