// SPDX-License-Identifier: MIT
// Checks the compiler and its options, and reports in one line what is missing. Without these checks the compiler would report hundreds
// of errors for a missing feature.
#pragma once

#if __cplusplus < 202002L
#error "jem: needs C++20: compile with -std=c++20"
#define JEM_UNUSABLE
#elif defined(__clang__) && __clang_major__ < 19
#error "jem: needs clang 19 or newer, g++ 12 or newer, or nvcc 13 or newer"
#define JEM_UNUSABLE
#elif defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 12
#error "jem: needs g++ 12 or newer, clang 19 or newer, or nvcc 13 or newer"
#define JEM_UNUSABLE
#elif defined(__CUDACC_VER_MAJOR__) && __CUDACC_VER_MAJOR__ < 13
#error "jem: needs nvcc 13 or newer"
#define JEM_UNUSABLE
#elif !defined(__cpp_exceptions)
#error "jem: needs exceptions: compile without -fno-exceptions"
#define JEM_UNUSABLE
#elif (defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)) && !defined(JEM_ALLOW_FAST_MATH)
#error "jem: tests for NaN and infinity, which -ffast-math rules out: compile without it, or define JEM_ALLOW_FAST_MATH"
#define JEM_UNUSABLE
#endif

// Including a file that does not exist is the only error that stops a compilation at once.
#ifdef JEM_UNUSABLE
#include <the_error_above_says_what_is_needed>
#endif
