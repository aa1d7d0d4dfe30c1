# SPDX-License-Identifier: MIT
# Makes each test case of an executable a test of ctest, after each build. doctest's own module does the same, but takes apart
# names with a bracket that stays open, such as "uniforms lie in [0, 1)".
#
# jem_discover_tests(<target> <label>): a target that `all` leaves out has no tests until it is built.
function(jem_discover_tests target label)
  set(tests ${CMAKE_CURRENT_BINARY_DIR}/${target}_tests.cmake)
  set(include ${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake)
  add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS ${tests} VERBATIM
    COMMAND ${CMAKE_COMMAND} -D executable=$<TARGET_FILE:${target}> "-Dlabel=${label}" -D tests=${tests}
      -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE})
  set(otherwise "  add_test(${target}_is_not_built ${target}_is_not_built)\n")
  get_target_property(left_out ${target} EXCLUDE_FROM_ALL)
  if(left_out)
    set(otherwise "")
  endif()
  file(WRITE ${include} "if(EXISTS [==[${tests}]==])\n  include([==[${tests}]==])\nelse()\n${otherwise}endif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include})
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE OR NOT executable)
  return()
endif()

execute_process(COMMAND ${executable} --list-test-cases --no-colors OUTPUT_VARIABLE listed RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${executable} --list-test-cases: expected exit code 0 but received ${status}\n${listed}")
endif()
set(script "")
set(without_device "no CUDA-capable device|CUDA driver version is insufficient")
while(NOT listed STREQUAL "")  # no foreach: a line is not an element of a list
  string(FIND "${listed}" "\n" end)
  if(end EQUAL -1)
    break()
  endif()
  string(SUBSTRING "${listed}" 0 ${end} name)
  math(EXPR end "${end} + 1")
  string(SUBSTRING "${listed}" ${end} -1 listed)
  if(NOT name MATCHES "^(\\[doctest\\] .*|=+)$")
    string(REPLACE "," "\\," filter "${name}")
    # A filter that finds nothing would run nothing, and pass.
    string(APPEND script "add_test([==[${name}]==] [==[${executable}]==] --no-colors [==[--test-case=${filter}]==])\n"
      "set_tests_properties([==[${name}]==] PROPERTIES LABELS \"${label}\" SKIP_REGULAR_EXPRESSION \"${without_device}\" FAIL_REGULAR_EXPRESSION \"test cases: +0 \""
      " ENVIRONMENT \"OMP_NUM_THREADS=2;OMP_WAIT_POLICY=passive\")\n")
  endif()
endwhile()
file(WRITE ${tests} "${script}")
