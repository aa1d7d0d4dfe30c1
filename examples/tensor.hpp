// The tensor of the examples and of the tool, on the backend eigen; where CMake makes them for others (JEM_MORE_BACKENDS), on those.
#pragma once

#include <jem/jem.hpp>

#ifndef JEM_PROGRAM_BACKEND                     // see cmake/on_backend.cpp.in
using tensor = jem::tensor<float, jem::eigen>;  // the one line that chooses the backend
#else
using tensor = jem::tensor<float, JEM_PROGRAM_BACKEND>;
#endif
