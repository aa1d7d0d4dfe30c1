# SPDX-License-Identifier: MIT
# The interface targets of jem: jem::jem, which needs the standard library only, and one for each dependency. The build tree
# and the installed package both include this file, so that a consumer sees the same targets either way. They carry no
# warnings, no -march and no macros: those are the consumer's.

# jem_component(<name> FIND <arguments of find_package> HEADER <arguments of find_path> LIBRARY <arguments of find_library>
# LINKS <targets> OPTIONS <of the compiler> NEEDS <what to install>): one call is all that a component takes; one that links
# another stands behind it. OPTIONS are what its headers do not compile without. What HEADER and LIBRARY find is kept in jem_<name>_HEADER_found and jem_<name>_LIBRARY_found.
set(jem_all_components)
function(jem_component component)
  cmake_parse_arguments(PARSE_ARGV 1 given "" "NEEDS" "FIND;HEADER;LIBRARY;LINKS;OPTIONS")
  foreach(what FIND HEADER LIBRARY LINKS OPTIONS NEEDS)
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
jem_component(onednn
  HEADER oneapi/dnnl/dnnl.hpp HINTS ENV DNNLROOT PATH_SUFFIXES include
  LIBRARY dnnl HINTS ENV DNNLROOT PATH_SUFFIXES lib64 lib
  LINKS jem::eigen
  NEEDS "oneDNN 2.6 or newer (Debian package libdnnl-dev)")
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

# Thrust of the CUDA toolkit where there is one, Debian's elsewhere. Set jem_thrust_HEADER_found to the folder of another.
# Without nvcc Thrust has to be told that its device is the host.
jem_component(thrust
  HEADER thrust/version.h HINTS /usr/local/cuda/include/cccl ENV CUDA_PATH PATH_SUFFIXES include/cccl
  LINKS jem::eigen
  OPTIONS $<$<COMPILE_LANGUAGE:CXX>:-DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP>
  NEEDS "Thrust (Debian package libthrust-dev, or the CUDA toolkit)")
jem_component(thrust_omp
  LINKS jem::thrust jem::openmp
  NEEDS "OpenMP")
jem_component(thrust_tbb
  FIND TBB
  LINKS jem::thrust TBB::tbb
  NEEDS "Threading Building Blocks (Debian package libtbb-dev)")
# CMake 3.25 does not know nvcc's option for C++20.
jem_component(thrust_cuda
  FIND CUDAToolkit 13
  LINKS jem::jem CUDA::cudart CUDA::cublas
  OPTIONS "$<$<COMPILE_LANGUAGE:CUDA>:-std=c++20;--extended-lambda;--expt-relaxed-constexpr>"
  NEEDS "the CUDA toolkit 13 with nvcc and cuBLAS")
jem_component(thrust_cudnn
  HEADER cudnn.h HINTS /usr/local/cuda ENV CUDNN_PATH PATH_SUFFIXES include
  LIBRARY cudnn HINTS /usr/local/cuda ENV CUDNN_PATH PATH_SUFFIXES lib64 lib
  LINKS jem::thrust_cuda
  NEEDS "cuDNN 9")

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
  if(jem_${component}_FIND)
    find_package(${jem_${component}_FIND} QUIET ${scope})
  endif()
  foreach(link IN LISTS jem_${component}_LINKS)
    if(NOT TARGET ${link})
      return()
    endif()
  endforeach()
  set(found)
  foreach(what HEADER LIBRARY)
    if(jem_${component}_${what})
      if(what STREQUAL "HEADER")
        find_path(jem_${component}_HEADER_found ${jem_${component}_HEADER})
      else()
        find_library(jem_${component}_LIBRARY_found ${jem_${component}_LIBRARY})
      endif()
      mark_as_advanced(jem_${component}_${what}_found)
      if(NOT jem_${component}_${what}_found)
        return()
      endif()
    endif()
  endforeach()
  add_library(jem::${component} INTERFACE IMPORTED ${scope})
  target_link_libraries(jem::${component} INTERFACE jem::jem ${jem_${component}_LINKS})
  target_compile_options(jem::${component} INTERFACE ${jem_${component}_OPTIONS})
  if(jem_${component}_HEADER)
    target_include_directories(jem::${component} INTERFACE ${jem_${component}_HEADER_found})
  endif()
  if(jem_${component}_LIBRARY)
    target_link_libraries(jem::${component} INTERFACE ${jem_${component}_LIBRARY_found})
  endif()
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
