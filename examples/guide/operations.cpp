// The program of tensor-operations.md.
#include "expect.hpp"

#include <jem/jem.hpp>

#include <vector>

// An operation: (n, …) → (n, …), each element minus the one before it in its row.
template <jem::tensor_like X>
jem::tensor_of<X> differences(const X& x) {
  jem::tensor_of<X> y(x.extents());
  const auto from = jem::read_rows("differences", x);
  const auto to   = jem::write_rows("differences", y);
  X::backend_type::for_each(x.extent(0), to.columns, [=] JEM_LAMBDA(jem::index_t i, jem::index_t j) {
    const auto before = j == 0 ? 0 : from(i, j - 1);
    to(i, j)          = from(i, j) - before;
  });
  return y;
}

int main() {
  using tensor = jem::tensor<float, jem::eigen>;
  const tensor x({2, 3}, {1, 3, 6, 5, 5, 4});
  const std::vector<float> expected{1, 2, 3, 5, 0, -1};
  expect(differences(x).to_vector() == expected, "an operation of your own computes its formula");
  const auto half = differences(jem::converted<jem::bfloat16>(x));
  expect(jem::converted<float>(half).to_vector() == expected, "it does so in half precision, too");
  expect(differences(jem::tensor<double, jem::reference>({1, 2}, {1, 3})).to_vector() == std::vector<double>{1, 2},
         "it runs on another backend and in doubles");
}
