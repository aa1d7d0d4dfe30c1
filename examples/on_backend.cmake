# SPDX-License-Identifier: MIT
# The tool on another backend: the same lines with one type exchanged, and nothing else.

# jem_tool_on(<backend>): the tool, named jem-thrust-omp for thrust_omp, with the self-test of that backend.
function(jem_tool_on name)
  file(GLOB sources ${CMAKE_CURRENT_SOURCE_DIR}/jem/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/jem/*.hpp)
  list(FILTER sources EXCLUDE REGEX "/selftest_alone.cpp$")
  jem_on_backend(copies ${name} ${sources})
  jem_selftest_sources(copies backends_on_${name} ${name})
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/selftest_backend/${name}.cu PROPERTIES COMPILE_DEFINITIONS JEM_ONE_FILE)
  add_executable(jem_tool_${name} ${copies})
  string(REPLACE "_" "-" output ${name})
  set_target_properties(jem_tool_${name} PROPERTIES OUTPUT_NAME jem-${output})
  target_include_directories(jem_tool_${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/on/${name})
  target_link_libraries(jem_tool_${name} PRIVATE ${everything} CLI11::CLI11)
  jem_link_backend(jem_tool_${name} ${name})
  jem_own_target(jem_tool_${name} -O2)
endfunction()
