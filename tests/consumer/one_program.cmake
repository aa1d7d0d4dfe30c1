# SPDX-License-Identifier: MIT
# Configures, builds and runs a project that uses jem. If `refused` is set, configuring has to fail with that message instead.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

set(configure ${CMAKE_COMMAND} -S ${root}/tests/consumer/${consumer} -B ${work}/build -G ${generator}
  -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_PREFIX_PATH=${work}/prefix -D jem_checkout=${root} -D jem_version=${version}
  -D components=${components} -D level=${level})
if(disabled)
  list(APPEND configure -D CMAKE_DISABLE_FIND_PACKAGE_${disabled}=ON)
endif()
if(refused)
  execute_process(COMMAND ${configure} OUTPUT_QUIET ERROR_VARIABLE told RESULT_VARIABLE status)
  string(REGEX REPLACE "[ \n]+" " " told "${told}")
  if(status EQUAL 0 OR NOT told MATCHES "${refused}")
    message(FATAL_ERROR "expected that it is refused with '${refused}' but received ${status}\n${told}")
  endif()
  return()
endif()
run(${configure})
run(${CMAKE_COMMAND} --build ${work}/build)
if(EXISTS ${work}/build/program)
  run(${work}/build/program)
endif()
