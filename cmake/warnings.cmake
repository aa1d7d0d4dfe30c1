# SPDX-License-Identifier: MIT
# What our own tests, examples and benchmarks are compiled with; consumers never see it.

# jem_own_target(<target> [<options of a Release build>])
function(jem_own_target target)
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wconversion;-Wshadow>")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # False alarms of g++ 12: in its own AVX-512 headers, as Eigen uses them, and, of tests' and examples' text, in std::string's
    # concatenation (PR 105651).
    target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized;-Wno-uninitialized;-Wno-restrict>")
    # Half a gigabyte before g++ first collects its garbage: a tenth of the time of a file that instantiates much, for a fifth
    # more memory.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:--param=ggc-min-heapsize=524288>)
  endif()
  if(JEM_NATIVE)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-march=native>)
  endif()
  if(ARGN)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:${ARGN}>)
  endif()
endfunction()
