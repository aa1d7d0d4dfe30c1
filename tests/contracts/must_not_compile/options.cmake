# SPDX-License-Identifier: MIT
# Compiles a program with options, or with a compiler, that the library does not support. There have to be two errors: one that says what
# is needed, and one that ends the compilation. Without `says`, the program has to compile.
cmake_minimum_required(VERSION 3.25)

set(source ${work}.cpp)
file(WRITE ${source} "#include <${header}>\nint main() {}\n")
execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${compile} ${source} RESULT_VARIABLE status ERROR_VARIABLE told OUTPUT_QUIET)
if(NOT says)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "expected that it compiles but received\n${told}")
  endif()
  return()
endif()
string(REGEX MATCHALL "error:" errors "${told}")
list(LENGTH errors count)
if(status EQUAL 0 OR NOT count EQUAL 2 OR NOT told MATCHES "error: [^\n]*jem: ${says}")
  message(FATAL_ERROR "expected one error with 'jem: ${says}' but received ${count} errors\n${told}")
endif()
