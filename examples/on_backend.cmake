# SPDX-License-Identifier: MIT
# The examples and the tool on another backend: the same files, but tensor.hpp chooses another type.

if(JEM_MORE_BACKENDS)
  add_custom_target(other_backends)  # all of them
endif()

# jem_examples_on(<backend> <source>…): the programs that include tensor.hpp, called 01_banana_on_thrust_omp and so on, each a test
# "example: 01_banana on thrust_omp".
function(jem_examples_on backend)
  foreach(program IN LISTS ARGN)
    file(STRINGS ${program} includes REGEX "^#include \"tensor.hpp\"")
    if(NOT includes)
      continue()
    endif()
    cmake_path(GET program STEM name)
    jem_on_backend(source ${backend} ${program})
    add_executable(${name}_on_${backend} ${source})
    target_link_libraries(${name}_on_${backend} PRIVATE ${everything})
    jem_link_backend(${name}_on_${backend} ${backend})
    jem_own_target(${name}_on_${backend} -O1)
    add_dependencies(other_backends ${name}_on_${backend})
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/run/${name}_on_${backend})
    file(MAKE_DIRECTORY ${folder})
    add_test(NAME "example: ${name} on ${backend}" COMMAND ${name}_on_${backend} ${arguments_${name}} WORKING_DIRECTORY ${folder})
    set_tests_properties("example: ${name} on ${backend}" PROPERTIES LABELS examples ENVIRONMENT OMP_WAIT_POLICY=passive)
  endforeach()
endfunction()

# jem_tool_on(<backend>): the tool, named jem-thrust-omp for thrust_omp, with the self-test of that backend.
function(jem_tool_on name)
  file(GLOB programs ${CMAKE_CURRENT_SOURCE_DIR}/jem/*.cpp)
  list(FILTER programs EXCLUDE REGEX "/selftest_alone.cpp$")
  jem_on_backend(sources ${name} ${programs})
  jem_selftest_sources(sources backends_on_${name} ${name})
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/selftest_backend/${name}.cu PROPERTIES COMPILE_DEFINITIONS JEM_ONE_FILE)
  add_executable(jem_tool_${name} ${sources})
  string(REPLACE "_" "-" output ${name})
  set_target_properties(jem_tool_${name} PROPERTIES OUTPUT_NAME jem-${output})
  target_include_directories(jem_tool_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(jem_tool_${name} PRIVATE ${everything} CLI11::CLI11)
  jem_link_backend(jem_tool_${name} ${name})
  jem_own_target(jem_tool_${name} ${JEM_EXAMPLES_OPTIMISATION})
  add_dependencies(other_backends jem_tool_${name})
endfunction()
