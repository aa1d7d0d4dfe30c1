// The tensor of the examples and of the tool. Its backend is eigen, or another one if CMake builds them for it (JEM_MORE_BACKENDS).
#pragma once

#include <jem/jem.hpp>

#ifndef JEM_PROGRAM_BACKEND                     // see cmake/on_backend.cpp.in
using tensor = jem::tensor<float, jem::eigen>;  // the one line that chooses the backend
#else
using tensor = jem::tensor<float, JEM_PROGRAM_BACKEND>;
#endif
