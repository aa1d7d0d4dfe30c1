# SPDX-License-Identifier: MIT
# Runs one fuzz target on 20000 inputs of at most 4 kB, which libFuzzer makes from a new copy of the target's corpus. An input that makes
# the reader allocate 64 MB at once is a failure, too. libFuzzer writes inputs that fail to the folder of the copy.
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
