// The program of arrays.md.
#include "expect.hpp"

#include <jem/data/pixels.hpp>
#include <jem/io/npy.hpp>
#include <jem/jem.hpp>

#include <Eigen/Core>

#include <vector>

using tensor = jem::tensor<float, jem::eigen>;

int main() {
  std::vector<float> mine{1, 2, 3, 4, 5, 6};
  auto view        = jem::view_of<tensor>(mine, {2, 3});  // (2, 3), no copy
  const tensor sum = row_sums(view);                      // (2): 6, 15
  jem::copy_into(view, 2.0f * tensor(view));              // into mine
  expect(sum.to_vector() == std::vector<float>{6, 15}, "rows of a view are summed");
  expect(mine == std::vector<float>{2, 4, 6, 8, 10, 12}, "results come into memory of your own");

  Eigen::Matrix<float, 2, 3, Eigen::RowMajor> rows;
  rows << 1, 2, 3, 4, 5, 6;
  const tensor of_rows(jem::view_of<tensor>(rows));  // (2, 3)

  const Eigen::MatrixXf columns                                                = rows;  // column-major, Eigen's default
  Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> turned = columns;
  const tensor of_columns(jem::view_of<tensor>(turned));  // the same values
  expect(of_columns.to_vector() == of_rows.to_vector(), "a column-major matrix has the same values once it is row-major");

  const std::vector<std::uint8_t> bytes{0, 255, 51, 204};  // an image of 2×2 pixels
  tensor image({1, 2, 2, 1});
  jem::data::upload_rows(image, [&](jem::index_t, float* to) {
    for (const auto byte : bytes) *to++ = jem::data::from_byte<float>(byte);  // [0, 255] to [−1, 1]
  });
  const auto pixels = image.to_vector();
  expect(pixels[0] == -1 && pixels[1] == 1 && pixels[2] < pixels[3], "bytes become numbers of [-1, 1]");

  jem::io::write_npy("array.npy", of_rows);                  // numpy.load("array.npy")
  const auto read = jem::io::read_npy<tensor>("array.npy");  // numpy.save("array.npy", x.astype("float32"))
  expect(read.to_vector() == of_rows.to_vector(), "what NumPy's format holds is what was written");
}
