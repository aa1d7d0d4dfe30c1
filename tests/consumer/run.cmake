# SPDX-License-Identifier: MIT
# Installs the project, then configures, builds and runs a consumer of it, all in a fresh folder.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE told ERROR_VARIABLE told RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${told}")
  endif()
endfunction()

file(REMOVE_RECURSE ${work})
run(${CMAKE_COMMAND} --install ${build} --prefix ${work}/prefix --component development)
# Moved after it was installed: the package must not remember where it was.
file(RENAME ${work}/prefix ${work}/elsewhere)
run(${CMAKE_COMMAND} -S ${root}/tests/consumer/${consumer} -B ${work}/build -G ${generator}
  -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_PREFIX_PATH=${work}/elsewhere -D jem_checkout=${root})
run(${CMAKE_COMMAND} --build ${work}/build)
run(${work}/build/program)
