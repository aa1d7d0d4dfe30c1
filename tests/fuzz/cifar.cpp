// SPDX-License-Identifier: MIT
// A CIFAR file of any bytes, plain or compressed, is read or refused by std::runtime_error; nothing else may happen. The first byte of the
// input chooses the format.
#include <jem/backend/reference.hpp>
#include <jem/data/cifar.hpp>
#include <jem/io/gzip.hpp>
#include <jem/io/xz.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <stdexcept>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tensor = jem::tensor<float, jem::reference>;
  if (size == 0) return 0;
  constexpr jem::data::cifar_format formats[] = {jem::data::cifar10, jem::data::cifar100, jem::data::cifar100_coarse};
  try {
    const auto set =
        jem::data::decode_cifar<tensor>(std::span(data + 1, size - 1), "fuzz", formats[data[0] % 3], {jem::io::gzip, jem::io::xz});
    jem::check_labels("fuzz", set.y, set.classes);
    for (const float x : set.x.to_vector()) {
      if (!(x >= -1 && x <= 1)) std::abort();
    }
  } catch (const std::runtime_error&) {}
  return 0;
}
