# SPDX-License-Identifier: MIT
# Headers, and a package that find_package(jem) finds.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_directory ${CMAKE_INSTALL_DATADIR}/cmake/jem)
list(JOIN jem_all_components " " jem_all_components_in_words)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/jem-config.cmake.in ${PROJECT_BINARY_DIR}/jem-config.cmake
  INSTALL_DESTINATION ${package_directory} PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
# Before 1.0 a minor version may change what programs rely on: 0.2 is no 0.1.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/jem-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/jem DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
  FILES_MATCHING PATTERN "*.hpp")
install(FILES ${PROJECT_BINARY_DIR}/jem-config.cmake ${PROJECT_BINARY_DIR}/jem-config-version.cmake
  ${PROJECT_SOURCE_DIR}/cmake/components.cmake DESTINATION ${package_directory} COMPONENT development)
# For builds without CMake. The folder is two below the prefix, wherever that is moved to.
configure_file(${PROJECT_SOURCE_DIR}/cmake/jem.pc.in ${PROJECT_BINARY_DIR}/jem.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/jem.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT development)
if(TARGET jem_tool)
  install(TARGETS jem_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tool)
endif()
