# SPDX-License-Identifier: MIT
# Builds and runs README's first program with README's lines for CMake, and the guide's programs with the same lines, in a separate
# folder.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

file(READ ${root}/README.md page)

# take_block(<language> <name>) writes README's first block of code in that language to a file of that name in the project.
function(take_block language name)
  string(FIND "${page}" "```${language}\n" begin)
  string(SUBSTRING "${page}" ${begin} -1 rest)
  string(LENGTH "```${language}\n" fence)
  string(SUBSTRING "${rest}" ${fence} -1 rest)
  string(FIND "${rest}" "```" end)
  string(SUBSTRING "${rest}" 0 ${end} code)
  file(WRITE ${work}/project/${name} "${code}")
endfunction()

take_block(cpp program.cpp)
take_block(cmake lines.cmake)
file(COPY ${root}/examples/guide/expect.hpp DESTINATION ${work}/project)
file(WRITE ${work}/project/CMakeLists.txt "cmake_minimum_required(VERSION 3.25)\nproject(reader LANGUAGES CXX)\ninclude(lines.cmake)\n")

function(build_and_run)
  run(${CMAKE_COMMAND} -S ${work}/project -B ${work}/build -G ${generator} -D CMAKE_CXX_COMPILER=${compiler}
    -D CMAKE_PREFIX_PATH=${work}/prefix)
  run(${CMAKE_COMMAND} --build ${work}/build)
  run(${CMAKE_COMMAND} -E chdir ${work} ${work}/build/program ${ARGN})
endfunction()

build_and_run()
if(NOT EXISTS ${work}/banana.png)
  message(FATAL_ERROR "expected README's program to write banana.png")
endif()

# The guide's programs also write weights, which takes JSON. -O0 compiles faster, and speed does not matter here.
file(READ ${work}/project/lines.cmake lines)
string(REPLACE "COMPONENTS eigen png" "COMPONENTS eigen png json" lines "${lines}")
string(REPLACE "jem::png" "jem::png jem::json" lines "${lines}")
string(REPLACE "-O3 -march=native" "-O0" lines "${lines}")
file(WRITE ${work}/project/lines.cmake "${lines}")
foreach(guide IN ITEMS samplers energies classifiers)
  configure_file(${root}/examples/guide/${guide}.cpp ${work}/project/program.cpp COPYONLY)
  build_and_run(120)
endforeach()

# README's program again, compiled by pkg-config without CMake.
find_program(pkg_config NAMES pkg-config pkgconf)
if(pkg_config)
  take_block(cpp program.cpp)
  set(ENV{PKG_CONFIG_PATH} ${work}/prefix/share/pkgconfig)
  execute_process(COMMAND ${pkg_config} --cflags --libs jem eigen3 libpng OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  run(${compiler} -std=c++20 -O1 -fopenmp ${work}/project/program.cpp ${flags} -o ${work}/by_pkg_config)
endif()
