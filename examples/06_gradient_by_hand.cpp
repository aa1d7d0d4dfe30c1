// An energy with a gradient written by hand: Landau's theory of a magnet. The energy of a field φ on a lattice of 64×64 is low if its
// elements are near 1 or −1 and near their neighbours. Compares the gradient with central differences, and writes magnet.png: fields drawn
// by Hamiltonian Monte Carlo at four temperatures, the hottest on top. Between T = 1.3 and 0.9 domains of one sign form.
// usage: 06_gradient_by_hand [steps]
#include "tensor.hpp"  // jem::tensor<float, jem::eigen>

#include <jem/io/png.hpp>
#include <jem/jem.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>

/// E(φ) = φ·Kφ / 2 + λ·Σ (φ² − 1)², K the stencil of −∇² with φ = 0 outside. K is symmetric: ∂E/∂φ = Kφ + 4λ·(φ² − 1)·φ.
template <jem::tensor_value T>
struct landau {
  float lambda = 1;
  T stencil{{3, 3, 1, 1}, {0, -1, 0, -1, 4, -1, 0, -1, 0}};

  T value(const T& field) const {  // (n, h, w, 1) → (n)
    T unused;
    return value_and_grad(field, unused);
  }
  T value_and_grad(const T& field, T& grad) const {
    grad             = convolution(field, stencil, {.stride = 1, .padding = 1});
    const T excess   = field * field - jem::full<T>(field.extents(), 1);
    const T energies = 0.5f * row_dots(field, grad) + lambda * row_dots(excess, excess);
    add_scaled(grad, 4 * lambda, excess * field);
    return energies;
  }
};

void compare_with_differences(jem::rng& rng) {
  using doubles = tensor::rebind<double>;
  const landau<doubles> energy;
  const auto field = jem::normal<doubles>({1, 64, 64, 1}, rng), direction = jem::normal<doubles>({1, 64, 64, 1}, rng);
  const double h = 1e-5, rise = sum(energy.value(field + h * direction) - energy.value(field - h * direction));
  doubles gradient;
  energy.value_and_grad(field, gradient);
  std::printf("slope in a random direction: %.6f by the gradient, %.6f by differences\n", sum(gradient * direction), rise / (2 * h));
}

int main(int argc, char** argv) {
  const int steps = argc > 1 ? std::atoi(argv[1]) : 250;
  jem::rng rng{6};
  compare_with_differences(rng);

  const landau<tensor> energy;
  tensor sheet(jem::shape{4 * 8, 64, 64, 1});
  auto field        = jem::normal<tensor>({8, 64, 64, 1}, rng);  // eight magnets
  jem::index_t line = 0;
  for (const float temperature : {3.0f, 1.3f, 0.9f, 0.2f}) {
    const jem::hmc kernel({.step_size = 0.07f * std::sqrt(temperature), .steps = 15});
    field = jem::evolve(kernel, temper(energy, temperature), field, steps, rng);
    copy_into(sheet.rows(8 * line++, 8), field);
    std::printf("T = %.1f  energy of an element %.3f\n", double(temperature), double(mean(energy.value(field))) / (64 * 64));
  }
  jem::io::write_png("magnet.png", jem::io::sheet(sheet, 8, 2));
}
