# SPDX-License-Identifier: MIT
# One fuzz target, 20000 inputs, from a fresh copy of its corpus, into which libFuzzer writes. No input is larger than 4 kB; one
# that makes the reader ask for 64 MB at once is a failure, and is kept beside the copy.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${work})
file(MAKE_DIRECTORY ${work})
file(COPY ${corpus}/ DESTINATION ${work}/corpus)
execute_process(
  COMMAND ${program} -runs=20000 -seed=1 -max_len=4096 -timeout=60 -malloc_limit_mb=64 -rss_limit_mb=1024 -print_final_stats=1
    -artifact_prefix=${work}/ ${work}/corpus
  OUTPUT_VARIABLE told ERROR_VARIABLE told RESULT_VARIABLE status)
string(LENGTH "${told}" length)
if(length GREATER 8000)
  math(EXPR begin "${length} - 8000")
  string(SUBSTRING "${told}" ${begin} -1 told)
endif()
message(STATUS "${told}")
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${program} ended with ${status}; the input is in ${work}")
endif()
