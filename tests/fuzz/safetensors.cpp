// SPDX-License-Identifier: MIT
// A safetensors file of any bytes is refused, or gives tensors and metadata that are the same after the library has written and read them.
#include "fuzz.hpp"

#include <jem/io/safetensors_format.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto tensors = fuzz::accepted("w", [&] { return jem::io::decode_safetensors({data, size}, "w"); });
  if (!tensors) return 0;
  const auto said    = fuzz::accepted("w", [&] { return jem::io::decode_metadata({data, size}, "w"); });
  const auto written = jem::io::encode_safetensors(*tensors, said.value_or(jem::io::file_metadata{}));
  fuzz::expect(jem::io::decode_safetensors(written, "written") == *tensors, "the tensors that were written");
  if (said) fuzz::expect(jem::io::decode_metadata(written, "written") == *said, "what the file said of itself");
  return 0;
}
