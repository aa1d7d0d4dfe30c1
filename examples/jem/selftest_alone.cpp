// The self-test as a program of its own, for tests: it checks the backend that is named, or all.
#include "selftest.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  try {
    return tool::selftest(argc > 1 ? argv[1] : "");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "jem: %s\n", error.what());
    return 2;
  }
}
