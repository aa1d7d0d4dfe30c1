// SPDX-License-Identifier: MIT
// Uses the backend `reference`, which needs only the standard library. Exits with 0 if the product is right.
#include <jem/backend/reference.hpp>
#include <jem/core/version.hpp>
#include <jem/tensor/matmul.hpp>

#include <array>

using tensor = jem::tensor<float, jem::reference>;

int main() {
  static_assert(jem::version >= jem::version_number{0, 1, 0});
  constexpr std::array two{2.0f};
  return jem::matmul(tensor({1, 1}, two), tensor({1, 1}, two)).to_vector()[0] == 4.0f ? 0 : 1;
}
