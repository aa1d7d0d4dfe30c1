// SPDX-License-Identifier: MIT
// An IDX file of any bytes, compressed or not, is refused, or gives values that are the same after writing them to a plain file.
#include "fuzz.hpp"

#include <jem/data/idx.hpp>

#include <sys/mman.h>
#include <unistd.h>

namespace {

/// A file in memory that has a path, since the reader needs one.
class memory_file {
 public:
  explicit memory_file(std::span<const std::uint8_t> bytes) : file_(memfd_create("idx", 0)) {
    fuzz::expect(file_ >= 0 && write(file_, bytes.data(), bytes.size()) == std::ssize(bytes), "a file in memory");
  }
  memory_file(const memory_file&)            = delete;
  memory_file& operator=(const memory_file&) = delete;
  ~memory_file() { close(file_); }

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

/// A plain IDX file of these contents, made here since the library writes none.
std::vector<std::uint8_t> plain_file(const jem::data::idx_file& contents) {
  std::vector<std::uint8_t> bytes{0, 0, 8, static_cast<std::uint8_t>(contents.extents.rank())};
  for (jem::index_t axis = 0; axis < contents.extents.rank(); ++axis) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(contents.extents[axis] >> shift & 255));
  }
  bytes.insert(bytes.end(), contents.values.begin(), contents.values.end());
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const memory_file file({data, size});
  const auto contents = fuzz::accepted(file.path(), [&] { return jem::data::read_idx(file.path()); });
  if (!contents) return 0;
  const memory_file written(plain_file(*contents));
  const auto again = jem::data::read_idx(written.path());
  fuzz::expect(again.extents == contents->extents && again.values == contents->values, "the values that were written");
  return 0;
}
