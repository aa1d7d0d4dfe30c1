# SPDX-License-Identifier: MIT
# The conformance suite on each backend has a test case for each check, with the names of both. The checks' names are read from the headers.
jem_backend(guarded HEADER support/guarded.hpp TYPE test::guarded)

set(JEM_TEST_BACKENDS "" CACHE STRING "Backends that the conformance suite is built for, as a regular expression; all by default")

# Each line lists the headers whose test cases are compiled as one file.
set(conformance_parts
  "verbs convolutions elementwise rows operations bfloat16"
  "layers energies losses matching"
  "samplers replay_buffer training")

# jem_conformance_sources(<variable>) makes the files of test cases, and sets the variable to their paths.
function(jem_conformance_sources variable)
  jem_backends_at_hand(names)
  if(JEM_TEST_BACKENDS)
    list(FILTER names INCLUDE REGEX "^(${JEM_TEST_BACKENDS})$")
  endif()
  set(sources)
  foreach(name IN LISTS names)
    if(jem_backend_${name}_ROUNDS)
      continue()
    endif()
    set(jem_backend_part 0)
    foreach(part IN LISTS conformance_parts)
      math(EXPR jem_backend_part "${jem_backend_part} + 1")
      set(includes)
      set(cases)
      separate_arguments(headers UNIX_COMMAND ${part})
      foreach(header IN LISTS headers)
        string(APPEND includes "#include <jem/conformance/${header}.hpp>\n")
        set(path ${PROJECT_SOURCE_DIR}/include/jem/conformance/${header}.hpp)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
        file(STRINGS ${path} checks REGEX "check{\"")
        if(NOT checks)
          message(FATAL_ERROR "${path}: expected checks, check{\"a sentence\", …}, but found none")
        endif()
        foreach(check IN LISTS checks)
          string(REGEX REPLACE ".*check{\"([^\"]+)\".*" "\\1" check "${check}")
          string(APPEND cases "TEST_CASE(\"conformance: ${name}: ${check}\") {\n"
            "  test::conforms(jem::conformance::checks_of_${header}<backend>, \"${check}\");\n}\n")
        endforeach()
      endforeach()
      jem_backend_source(sources ${name} ${CMAKE_CURRENT_SOURCE_DIR}/conformance/suite.cpp.in)
    endforeach()
  endforeach()
  set(${variable} ${sources} PARENT_SCOPE)
endfunction()
