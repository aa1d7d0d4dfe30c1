// SPDX-License-Identifier: MIT
// A .npy file of any bytes is refused, or gives an array that has the same bits after the library has written and read it.
#include "fuzz.hpp"

#include <jem/backend/reference.hpp>
#include <jem/io/npy.hpp>

namespace {

template <class V>
void read_and_write(std::span<const std::uint8_t> bytes) {
  using tensor = jem::tensor<V, jem::reference>;
  const auto x = fuzz::accepted("x.npy", [&] { return jem::io::decode_npy<tensor>(bytes, "x.npy"); });
  if (!x) return;
  const auto written = jem::io::encode_npy(*x);
  const auto again   = jem::io::decode_npy<tensor>(written, "written");
  fuzz::expect(again.extents() == x->extents() && jem::io::encode_npy(again) == written, "the array that was written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_and_write<float>({data, size});
  read_and_write<double>({data, size});
  read_and_write<std::int32_t>({data, size});
  return 0;
}
