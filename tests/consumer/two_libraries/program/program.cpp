// SPDX-License-Identifier: MIT
// Uses both libraries in one program. Exits with the number of the first check that fails, or 0.
#include "../library.hpp"

#include <cmath>
#include <cstdio>

namespace {

int wrong(int number, const char* what) {
  std::printf("expected %s\n", what);
  return number;
}

/// Whole numbers in [−3, 3]: their products are exact in any order of summation.
tensor whole(jem::index_t rows, jem::index_t columns, jem::index_t step) {
  std::vector<float> values;
  for (jem::index_t i = 0; i < rows * columns; ++i) values.push_back(static_cast<float>(i * step % 7 - 3));
  return tensor({rows, columns}, values);
}

bool is_product(const tensor& c, const tensor& a, const tensor& b) {
  const auto x = a.to_vector(), y = b.to_vector(), z = c.to_vector();
  const auto m = static_cast<std::size_t>(a.extent(0)), k = static_cast<std::size_t>(a.extent(1)),
             n = static_cast<std::size_t>(b.extent(1));
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      long sum = 0;
      for (std::size_t p = 0; p < k; ++p) sum += std::lround(x[i * k + p]) * std::lround(y[p * n + j]);
      if (z[i * n + j] != static_cast<float>(sum)) return false;
    }
  }
  return true;
}

float largest_difference(const tensor& a, const tensor& b) {
  const auto x = a.to_vector(), y = b.to_vector();
  float largest = x.size() == y.size() ? 0.0f : INFINITY;
  for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) largest = std::fmax(largest, std::abs(x[i] - y[i]));
  return largest;
}

/// Whether mean and variance are within six standard errors, for as many independent draws as there are chains.
bool is_standard_normal(const tensor& x) {  // (draws, chains, 1)
  const auto values = x.to_vector();
  double sum = 0, squares = 0;
  for (const double v : values) {
    sum += v;
    squares += v * v;
  }
  const double n = static_cast<double>(values.size()), chains = static_cast<double>(x.extent(1));
  return std::abs(sum / n) < 6 / std::sqrt(chains) && std::abs(squares / n - 1) < 6 * std::sqrt(2 / chains);
}

}  // namespace

int main() {
  if (plain::layout() != native::layout()) return wrong(1, "the same layout of types in both libraries");
  if ((plain::address() == native::address()) != (MERGED == 1))
    return wrong(2, MERGED == 1 ? "one copy of an inline function" : "two copies");

  const tensor a = whole(40, 300, 5), b = whole(300, 8192, 3);  // wide enough for products to be packed into buffers on the heap
  if (!is_product(plain::product(a, b), a, b)) return wrong(3, "exact products in the first library");
  if (!is_product(native::product(a, b), a, b)) return wrong(4, "exact products in the second library");

  jem::rng rng{1};
  const jem::mlp<tensor> net({30, 50, 4}, rng);
  const tensor x = jem::normal<tensor>({64, 30}, rng);
  if (!(largest_difference(plain::logits(net, x), native::logits(net, x)) < 1e-5f)) return wrong(5, "the same logits but for rounding");

  jem::rng first{2}, second{2};
  if (largest_difference(plain::uniforms(1000, first), native::uniforms(1000, second)) != 0) return wrong(6, "uniforms of the same bits");
  if (!(first == second)) return wrong(7, "generators in the same state");
  if (!is_standard_normal(plain::draws(5000, first))) return wrong(8, "draws of N(0, 1) from the first library");
  if (!is_standard_normal(native::draws(5000, second))) return wrong(9, "draws of N(0, 1) from the second library");
}
