# SPDX-License-Identifier: MIT
# Tests that the guide's programs run, and that the code on its pages is theirs. Included by examples/CMakeLists.txt.
set(guide ${CMAKE_CURRENT_SOURCE_DIR}/guide)
set(arguments_classifiers 120)
set(arguments_checkpoints 120)

foreach(name samplers posteriors energies classifiers arrays operations checkpoints guarded)
  add_executable(guide_${name} guide/${name}.cpp)
  target_link_libraries(guide_${name} PRIVATE ${everything})
  jem_own_target(guide_${name} ${JEM_EXAMPLES_OPTIMISATION})
  target_precompile_headers(guide_${name} REUSE_FROM example_headers)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/run/guide_${name})
  file(MAKE_DIRECTORY ${folder})
  add_test(NAME "guide: ${name}" COMMAND guide_${name} ${arguments_${name}} WORKING_DIRECTORY ${folder})
  set_tests_properties("guide: ${name}" PROPERTIES LABELS "examples;docs" ENVIRONMENT OMP_WAIT_POLICY=passive)
endforeach()

# jem_page_test(<page> PROGRAMS <files> [MISTAKE <file>]). The page has messages of g++.
function(jem_page_test page)
  cmake_parse_arguments(PARSE_ARGV 1 page "" "MISTAKE" "PROGRAMS")
  cmake_path(GET page STEM name)
  set(compile ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -fconcepts-diagnostics-depth=2 -I${PROJECT_SOURCE_DIR}/include)
  add_test(NAME "guide: ${name} shows what is in its programs" COMMAND ${CMAKE_COMMAND} -D page=${page}
    -D "programs=${page_PROGRAMS}" -D mistake=${page_MISTAKE} -D "compile=${compile}" -P ${guide}/quotes.cmake)
  set_tests_properties("guide: ${name} shows what is in its programs" PROPERTIES LABELS docs)
endfunction()

jem_page_test(${PROJECT_SOURCE_DIR}/README.md PROGRAMS ${CMAKE_CURRENT_SOURCE_DIR}/tensor.hpp ${CMAKE_CURRENT_SOURCE_DIR}/01_banana.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/02_digits.cpp ${CMAKE_CURRENT_SOURCE_DIR}/11_matched.cpp)
jem_page_test(${guide}/samplers.md PROGRAMS ${guide}/samplers.cpp ${guide}/posteriors.cpp)
jem_page_test(${guide}/chains.md PROGRAMS ${guide}/samplers.cpp)
jem_page_test(${guide}/posteriors.md PROGRAMS ${guide}/posteriors.cpp)
jem_page_test(${guide}/checkpoints.md PROGRAMS ${guide}/checkpoints.cpp)
jem_page_test(${guide}/matching.md PROGRAMS ${CMAKE_CURRENT_SOURCE_DIR}/11_matched.cpp)
jem_page_test(${guide}/monitor.md PROGRAMS ${guide}/guarded.cpp)
jem_page_test(${guide}/arrays.md PROGRAMS ${guide}/arrays.cpp)
jem_page_test(${guide}/tensor-operations.md PROGRAMS ${guide}/operations.cpp)
jem_page_test(${guide}/classifiers.md PROGRAMS ${guide}/classifiers.cpp)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  jem_page_test(${guide}/energies.md PROGRAMS ${guide}/energies.cpp
    MISTAKE ${PROJECT_SOURCE_DIR}/tests/contracts/must_not_compile/hmc_refuses_an_energy_without_a_gradient.cpp)
endif()

# The program of the page about the folder of a run reads a folder that the tool has written.
add_executable(guide_run_folder guide/run_folder.cpp)
target_link_libraries(guide_run_folder PRIVATE ${everything})
jem_own_target(guide_run_folder ${JEM_EXAMPLES_OPTIMISATION})
target_precompile_headers(guide_run_folder REUSE_FROM example_headers)
jem_page_test(${guide}/run-folder.md PROGRAMS ${guide}/run_folder.cpp)
jem_tool_test("jem train leaves a run that a program of one's own reads" ARGUMENTS train --data png:${grey} ${learn}
  CHECKS "$<TARGET_FILE:guide_run_folder> . ${bee} | grep -x 'bee.*'")
