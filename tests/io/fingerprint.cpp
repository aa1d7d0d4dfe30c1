// SPDX-License-Identifier: MIT
#include <jem/io/fingerprint.hpp>

#include <doctest/doctest.h>

TEST_CASE("a fingerprint is the FNV-1a hash of a text") {  // test vectors of its authors
  CHECK(jem::io::fingerprint("") == "cbf29ce484222325");
  CHECK(jem::io::fingerprint("a") == "af63dc4c8601ec8c");
  CHECK(jem::io::fingerprint("foobar") == "85944171f73967e8");
  CHECK(jem::io::fingerprint("\xff") != jem::io::fingerprint("\x7f"));
}
