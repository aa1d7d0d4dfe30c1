# SPDX-License-Identifier: MIT
# The first line of a source says what to expect:
#   // compiles
#   // expected: CONCEPT              an error that says which concept is not satisfied or which setting has no value
#   // expected by default: NAME      the same with the compiler's default depth of messages
#   // expected at once: PATTERN      in the compiler's first error
# "A or B" accepts either name, where compilers name different things.
cmake_minimum_required(VERSION 3.25)

file(STRINGS ${source} first LIMIT_COUNT 1)
if(first MATCHES "^// expected (by default|at once): ")
  list(REMOVE_ITEM compile -fconcepts-diagnostics-depth=2)
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${compile} ${source}
  RESULT_VARIABLE status ERROR_VARIABLE told OUTPUT_QUIET)
set(told_of "(could not convert|no matching|no viable|satisfaction of|not satisfy|not satisfied for|because|the expression|the operand|use of)")
if(first STREQUAL "// compiles")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "expected that it compiles but received\n${told}")
  endif()
elseif(first MATCHES "^// expected at once: (.+)$")
  set(pattern ${CMAKE_MATCH_1})
  string(REGEX MATCH "error: [^\n]*" error "${told}")
  if(status EQUAL 0 OR NOT error MATCHES "${pattern}")
    message(FATAL_ERROR "expected '${pattern}' in the first error but received\n${told}")
  endif()
elseif(first MATCHES "^// expected( by default)?: (.+)$")
  string(REPLACE " or " "|" concept ${CMAKE_MATCH_2})
  if(status EQUAL 0)
    message(FATAL_ERROR "expected an error about ${concept} but it compiled")
  elseif(NOT told MATCHES "${told_of} [^\n]*[^a-z_](${concept})[^a-z_]")
    message(FATAL_ERROR "expected an error about ${concept} but received\n${told}")
  endif()
else()
  message(FATAL_ERROR "expected a first line '// expected: CONCEPT' or '// compiles' but received '${first}'")
endif()
