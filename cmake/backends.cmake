# SPDX-License-Identifier: MIT
# The backends, by what a program needs in order to name one. The conformance suite's tests and the tool's self-test are made for
# each whose component is here.

# jem_backend(<name> HEADER <header> TYPE <type> [COMPONENT <component>] [LANGUAGE CXX|CUDA] [ROUNDS]): one call is all that a backend
# takes. ROUNDS is said of one that rounds more than its numbers do, and is not put through the conformance suite for that.
set(jem_all_backends)
function(jem_backend name)
  cmake_parse_arguments(PARSE_ARGV 1 given "ROUNDS" "HEADER;TYPE;COMPONENT;LANGUAGE" "")
  if(NOT given_COMPONENT)
    set(given_COMPONENT jem)
  endif()
  if(NOT given_LANGUAGE)
    set(given_LANGUAGE CXX)
  endif()
  foreach(what HEADER TYPE COMPONENT LANGUAGE ROUNDS)
    set(jem_backend_${name}_${what} "${given_${what}}" PARENT_SCOPE)
  endforeach()
  set(jem_all_backends ${jem_all_backends} ${name} PARENT_SCOPE)
endfunction()

jem_backend(reference HEADER jem/backend/reference.hpp TYPE jem::reference)
jem_backend(openmp HEADER jem/backend/openmp.hpp TYPE jem::openmp COMPONENT openmp)
jem_backend(eigen HEADER jem/backend/eigen.hpp TYPE jem::eigen COMPONENT eigen)
jem_backend(onednn HEADER jem/backend/onednn.hpp TYPE jem::onednn COMPONENT onednn)
jem_backend(xtensor HEADER jem/backend/xtensor.hpp TYPE jem::xtensor COMPONENT xtensor)
jem_backend(thrust_cpp HEADER jem/backend/thrust.hpp TYPE jem::thrust_cpp COMPONENT thrust)
jem_backend(thrust_omp HEADER jem/backend/thrust_omp.hpp TYPE jem::thrust_omp COMPONENT thrust_omp)
jem_backend(thrust_tbb HEADER jem/backend/thrust_tbb.hpp TYPE jem::thrust_tbb COMPONENT thrust_tbb)
jem_backend(thrust_cuda HEADER jem/backend/thrust_cuda.hpp TYPE jem::thrust_cuda COMPONENT thrust_cuda LANGUAGE CUDA)
jem_backend(thrust_cudnn HEADER jem/backend/thrust_cudnn.hpp TYPE jem::thrust_cudnn COMPONENT thrust_cudnn LANGUAGE CUDA)
jem_backend(thrust_cudnn_tf32 HEADER jem/backend/thrust_cudnn.hpp TYPE jem::thrust_cudnn_tf32 COMPONENT thrust_cudnn LANGUAGE CUDA ROUNDS)

# jem_backends_at_hand(<variable>): sets the variable to the names of those whose component and language are here.
function(jem_backends_at_hand variable)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  set(names)
  foreach(name IN LISTS jem_all_backends)
    if(TARGET jem::${jem_backend_${name}_COMPONENT} AND jem_backend_${name}_LANGUAGE IN_LIST languages)
      list(APPEND names ${name})
    endif()
  endforeach()
  set(${variable} ${names} PARENT_SCOPE)
endfunction()

# jem_backend_source(<variable> <backend> <template>): makes a source file in the backend's language of a template in which @name@,
# @header@, @type@ and the caller's own variables stand, and appends it to the variable.
function(jem_backend_source variable name template)
  set(header ${jem_backend_${name}_HEADER})
  set(type ${jem_backend_${name}_TYPE})
  cmake_path(GET template STEM stem)
  set(extension cpp)
  if(jem_backend_${name}_LANGUAGE STREQUAL "CUDA")
    set(extension cu)
  endif()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${stem}/${name}${jem_backend_part}.${extension})
  configure_file(${template} ${source} @ONLY)
  set(${variable} ${${variable}} ${source} PARENT_SCOPE)
endfunction()

# jem_backend_needs(<name> <variable>): sets the variable to what is missing for a backend that is not at hand, in words.
function(jem_backend_needs name variable)
  set(needs "a compiler for ${jem_backend_${name}_LANGUAGE}, which cmake has not been told of")
  if(NOT TARGET jem::${jem_backend_${name}_COMPONENT})
    jem_why_missing(${jem_backend_${name}_COMPONENT} needs)
  endif()
  set(${variable} "${needs}" PARENT_SCOPE)
endfunction()

# jem_on_backend(<variable> <backend> <source>…): makes, in the backend's language, a file for each source that names the backend and
# includes the source, which takes its tensor from examples/tensor.hpp, and sets the variable to those files.
function(jem_on_backend variable name)
  set(made)
  foreach(program_source IN LISTS ARGN)
    cmake_path(GET program_source STEM program)
    set(jem_backend_part /${program})
    jem_backend_source(made ${name} ${PROJECT_SOURCE_DIR}/cmake/on_backend.cpp.in)
  endforeach()
  set(${variable} ${made} PARENT_SCOPE)
endfunction()

# jem_link_backend(<target> <backend>)
function(jem_link_backend target name)
  target_link_libraries(${target} PRIVATE jem::${jem_backend_${name}_COMPONENT})
  if(jem_backend_${name}_LANGUAGE STREQUAL "CUDA" AND OpenMP_CXX_FLAGS)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=${OpenMP_CXX_FLAGS}>)
  endif()
endfunction()

set(JEM_MORE_BACKENDS "" CACHE STRING "Backends that the tool and benchmarks/compare are built on besides eigen: thrust_omp, thrust_cudnn and so on")
jem_backends_at_hand(jem_backends_here)
foreach(name IN LISTS JEM_MORE_BACKENDS)
  if(NOT name IN_LIST jem_backends_here)
    jem_backend_needs(${name} needs)
    message(FATAL_ERROR "the tool cannot be built on ${name}: ${needs}")
  endif()
endforeach()
