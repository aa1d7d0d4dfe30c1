# SPDX-License-Identifier: MIT
# The interface targets of jem: jem::jem, which needs the standard library only, and one for each dependency. The build tree
# and the installed package both include this file, so that a consumer sees the same targets either way. They carry no
# warnings, no -march and no macros: those are the consumer's.

# jem_component(<name> FIND <arguments of find_package> LINKS <targets> NEEDS <what to install> [OPTIONS <flags>]): one call
# is all that a component takes; one that links another stands behind it. OPTIONS are what its headers do not compile without.
set(jem_all_components)
function(jem_component component)
  cmake_parse_arguments(PARSE_ARGV 1 given "" "NEEDS" "FIND;LINKS;OPTIONS")
  foreach(what FIND LINKS NEEDS OPTIONS)
    set(jem_${component}_${what} "${given_${what}}" PARENT_SCOPE)
  endforeach()
  set(jem_all_components ${jem_all_components} ${component} PARENT_SCOPE)
endfunction()

jem_component(openmp
  FIND OpenMP COMPONENTS CXX
  LINKS OpenMP::OpenMP_CXX
  NEEDS "OpenMP for C++ (part of g++; for clang the Debian package libomp-dev)")
jem_component(eigen
  FIND Eigen3 3.4 NO_MODULE
  LINKS Eigen3::Eigen jem::openmp
  NEEDS "Eigen 3.4 (Debian package libeigen3-dev)")
# Clang 19 matches template template parameters by a newer rule, under which xt::xarray of xtensor 0.24 is ambiguous.
jem_component(xtensor
  FIND xtensor 0.24...<0.26
  LINKS xtensor jem::eigen
  NEEDS "xtensor 0.24 (Debian package libxtensor-dev)"
  OPTIONS "$<$<AND:$<COMPILE_LANG_AND_ID:CXX,Clang>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,19>>:\
-fno-relaxed-template-template-args;-Wno-deprecated-no-relaxed-template-template-args>")
jem_component(zlib
  FIND ZLIB
  LINKS ZLIB::ZLIB
  NEEDS "zlib (Debian package zlib1g-dev)")
jem_component(lzma
  FIND LibLZMA
  LINKS LibLZMA::LibLZMA
  NEEDS "liblzma (Debian package liblzma-dev)")
jem_component(png
  FIND PNG
  LINKS PNG::PNG
  NEEDS "libpng (Debian package libpng-dev)")
jem_component(json
  FIND nlohmann_json 3.10
  LINKS nlohmann_json::nlohmann_json
  NEEDS "nlohmann-json 3.10 (Debian package nlohmann-json3-dev)")

# jem_define_targets(<include directory> <list of components> [GLOBAL]): a component whose dependency is missing has no target.
# GLOBAL is for a build tree, whose targets have to be seen by the project that it is a subdirectory of.
function(jem_define_targets include_directory components)
  set(scope ${ARGN})
  if(NOT TARGET jem::jem)
    add_library(jem::jem INTERFACE IMPORTED ${scope})
    target_include_directories(jem::jem INTERFACE ${include_directory})
    target_compile_features(jem::jem INTERFACE cxx_std_20)
  endif()
  foreach(component IN LISTS components)
    jem_define_component(${component} ${scope})
  endforeach()
endfunction()

function(jem_define_component component)
  set(scope ${ARGN})
  if(TARGET jem::${component} OR NOT component IN_LIST jem_all_components)
    return()
  endif()
  foreach(link IN LISTS jem_${component}_LINKS)
    if(link MATCHES "^jem::(.+)$")
      jem_define_component(${CMAKE_MATCH_1} ${scope})
    endif()
  endforeach()
  find_package(${jem_${component}_FIND} QUIET ${scope})
  foreach(link IN LISTS jem_${component}_LINKS)
    if(NOT TARGET ${link})
      return()
    endif()
  endforeach()
  add_library(jem::${component} INTERFACE IMPORTED ${scope})
  target_link_libraries(jem::${component} INTERFACE jem::jem ${jem_${component}_LINKS})
  target_compile_options(jem::${component} INTERFACE ${jem_${component}_OPTIONS})
endfunction()

# jem_why_missing(<component> <variable>): sets the variable to a sentence for a component that has no target.
function(jem_why_missing component variable)
  if(NOT component IN_LIST jem_all_components)
    list(JOIN jem_all_components ", " known)
    set(${variable} "there is no component ${component} of jem, only ${known}" PARENT_SCOPE)
    return()
  endif()
  set(needs "${jem_${component}_NEEDS}")
  foreach(link IN LISTS jem_${component}_LINKS)
    if(link MATCHES "^jem::(.+)$" AND NOT TARGET ${link})
      string(APPEND needs " with ${jem_${CMAKE_MATCH_1}_NEEDS}")
    endif()
  endforeach()
  set(${variable} "component ${component} of jem needs ${needs}, which is missing" PARENT_SCOPE)
endfunction()
