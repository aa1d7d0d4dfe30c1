# SPDX-License-Identifier: MIT
# The version is written once, in the header.

# jem_read_version(<checkout> <variable>): sets the variable to "0.1.0".
function(jem_read_version root variable)
  file(STRINGS ${root}/include/jem/core/version.hpp lines REGEX "^#define JEM_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
  list(TRANSFORM lines REPLACE "^#define JEM_VERSION_[A-Z]+ ([0-9]+).*" "\\1")
  list(JOIN lines "." version)
  set(${variable} ${version} PARENT_SCOPE)
endfunction()
