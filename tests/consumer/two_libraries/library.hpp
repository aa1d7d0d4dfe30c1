// SPDX-License-Identifier: MIT
// The functions of the two libraries, each library in a namespace of its name. Arguments and results are tensors of `reference`, whatever
// backend a library computes with.
#pragma once

#include <jem/backend/reference.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/tensor/tensor.hpp>

#include <cstddef>
#include <vector>

using tensor = jem::tensor<float, jem::reference>;

// A shared library exports only these:
//   layout    sizes and alignments of types that both libraries have
//   address   of an inline function that both have
//   product   (m, k) x (k, n) → (m, n)
//   logits    (n, d) → (n, k)
//   uniforms  (n), on [0, 1)
//   draws     (20, chains, 1), of N(0, 1) by Hamiltonian Monte Carlo
#define SHOWN [[gnu::visibility("default")]]
#define LIBRARY(NAME)                                                \
  namespace NAME {                                                   \
  SHOWN std::vector<std::size_t> layout();                           \
  SHOWN const void* address();                                       \
  SHOWN tensor product(const tensor& a, const tensor& b);            \
  SHOWN tensor logits(const jem::mlp<tensor>& net, const tensor& x); \
  SHOWN tensor uniforms(jem::index_t n, jem::rng& g);                \
  SHOWN tensor draws(jem::index_t chains, jem::rng& g);              \
  }

LIBRARY(plain)
LIBRARY(native)
