# SPDX-License-Identifier: MIT
# Builds two libraries that use jem, `plain` and `native`, as separate projects with different options, installs them, and links
# both into one program, in either order. jem promises that this works: types have the same layout with all options, and the
# linker may keep either library's copy of an inline function, since both copies do the same up to rounding. The processor has to
# support the options of both. Two libraries that use Eigen may have different -march only if they hide their symbols, since
# Eigen's alignment, and with it its inline functions, depend on -march.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

function(build_library name backend)
  foreach(choice IN ITEMS compiler=${compiler} component=${backend} scalar=float)
    string(REGEX MATCH "^([a-z]+)=(.*)$" choice ${choice})
    set(own_${CMAKE_MATCH_1} ${CMAKE_MATCH_2})
    if(${name}_${CMAKE_MATCH_1})
      set(own_${CMAKE_MATCH_1} ${${name}_${CMAKE_MATCH_1}})
    endif()
  endforeach()
  set(more)
  if(${name}_thrust)
    set(more -D jem_thrust_HEADER_found=${${name}_thrust})
  endif()
  if(shared)
    list(APPEND more -D BUILD_SHARED_LIBS=ON -D CMAKE_CXX_VISIBILITY_PRESET=hidden -D CMAKE_VISIBILITY_INLINES_HIDDEN=ON)
  endif()
  run(${CMAKE_COMMAND} -S ${root}/tests/consumer/two_libraries/library -B ${work}/${name} -G ${generator}
    -D CMAKE_CXX_COMPILER=${own_compiler} -D CMAKE_CXX_FLAGS=${${name}_options} -D CMAKE_PREFIX_PATH=${work}/prefix
    -D name=${name} -D backend=${backend} -D component=${own_component} -D scalar=${own_scalar} ${more})
  run(${CMAKE_COMMAND} --build ${work}/${name})
  run(${CMAKE_COMMAND} --install ${work}/${name} --prefix ${work}/prefix)
endfunction()

build_library(plain ${plain})
build_library(native ${native})
set(merged 1)
if(shared)
  set(merged 0)
endif()
foreach(order plain_native native_plain)
  string(REPLACE "_" " " libraries ${order})
  run(${CMAKE_COMMAND} -S ${root}/tests/consumer/two_libraries/program -B ${work}/${order} -G ${generator}
    -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_PREFIX_PATH=${work}/prefix -D "libraries=${libraries}" -D merged=${merged})
  run(${CMAKE_COMMAND} --build ${work}/${order})
  run(${CMAKE_COMMAND} -E env OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive ${work}/${order}/program)
endforeach()
