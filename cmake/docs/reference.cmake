# SPDX-License-Identifier: MIT
# Makes the reference by doxygen, and fails at the first name without a description:
#
#   cmake -D root=<checkout> -D out=<folder> -P reference.cmake
cmake_minimum_required(VERSION 3.25)

find_program(doxygen doxygen)
if(NOT doxygen)
  message(FATAL_ERROR "skipped: doxygen (Debian package doxygen) is missing")
endif()

include(${root}/cmake/version.cmake)
jem_read_version(${root} version)
set(ENV{JEM_VERSION} ${version})
set(ENV{JEM_DOCS} ${out})
set(ENV{JEM_ROOT} ${root})
file(REMOVE_RECURSE ${out})
file(MAKE_DIRECTORY ${out})
execute_process(COMMAND ${doxygen} cmake/docs/Doxyfile WORKING_DIRECTORY ${root} RESULT_VARIABLE status ERROR_VARIABLE told)
if(NOT status EQUAL 0 OR NOT EXISTS ${out}/index.html)
  string(REPLACE "${root}/" "" told "${told}")
  message(FATAL_ERROR "expected that every public name has a description but received\n${told}")
endif()
file(COPY ${root}/examples ${root}/LICENSE DESTINATION ${out})  # pages show pictures and point at programs
message(STATUS "the reference is ${out}/index.html")
