// SPDX-License-Identifier: MIT
#define BACKEND_HEADER <jem/backend/BACKEND.hpp>
#include BACKEND_HEADER

#include "../library.hpp"

#include <jem/energy/gaussian.hpp>
#include <jem/sampling/hamiltonian.hpp>
#include <jem/sampling/replay_buffer.hpp>
#include <jem/sampling/sample.hpp>
#include <jem/tensor/matmul.hpp>

using own = jem::tensor<SCALAR, jem::BACKEND>;

namespace {

template <class To, class From>
To converted(const From& x) {
  const auto values = x.to_vector();
  return To(x.extents(), std::vector<typename To::value_type>(values.begin(), values.end()));
}

template <class... T>
std::vector<std::size_t> sizes() {
  return {sizeof(T)..., alignof(T)...};
}

}  // namespace

namespace NAME {

std::vector<std::size_t> layout() {
  return sizes<jem::shape, jem::rng, jem::random_stream, tensor, jem::labels<tensor>, jem::tensor<double, jem::reference>,
               jem::view<float, jem::reference>, jem::mlp<tensor>, jem::point<tensor>, jem::unadjusted_state<tensor>,
               jem::transition_info<tensor>, jem::chains<tensor>, jem::replay_buffer<tensor>>();
}

const void* address() { return reinterpret_cast<const void*>(&jem::host_pool::acquire); }

tensor product(const tensor& a, const tensor& b) { return converted<tensor>(jem::matmul(converted<own>(a), converted<own>(b))); }

tensor logits(const jem::mlp<tensor>& net, const tensor& x) {
  jem::mlp<tensor>::cache<tensor> cache;
  return net.forward(x, cache);
}

tensor uniforms(jem::index_t n, jem::rng& g) { return converted<tensor>(jem::uniform<own>({n}, 0, 1, g)); }

tensor draws(jem::index_t chains, jem::rng& g) {
  const jem::gaussian<own> energy(jem::zeros<own>({1}), jem::full<own>({1}, 1));
  const jem::hmc kernel{{.step_size = 0.5f, .steps = 3}};
  return converted<tensor>(jem::sample(kernel, energy, jem::normal<own>({chains, 1}, g), 20, g));
}

}  // namespace NAME
