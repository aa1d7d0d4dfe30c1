// SPDX-License-Identifier: MIT
// The backends that typed tests run on, as lists of types: for TEST_CASE_TEMPLATE_APPLY, and for a loop inside one test. Two are
// enough: eigen has openmp's parallel loops and the fast products, guarded has reference's loops and memory that the host cannot
// access. The conformance suite checks what every backend has to do.
#pragma once

#include "guarded.hpp"

#include <jem/backend/eigen.hpp>
#include <jem/backend/openmp.hpp>
#include <jem/backend/reference.hpp>
#include <jem/tensor/tensor.hpp>

#include <doctest/doctest.h>

#include <tuple>
#include <type_traits>

namespace test {

using backends = std::tuple<jem::eigen, guarded>;

template <class T>
using tensors_of = std::tuple<jem::tensor<T, jem::eigen>, jem::tensor<T, guarded>>;

using float_tensors  = tensors_of<float>;
using double_tensors = tensors_of<double>;

namespace detail {

template <class F, class... B>
void visit_backends(F& f, std::type_identity<std::tuple<B...>>) {
  const auto visit = [&]<class Backend>(std::type_identity<Backend>) {
    INFO("backend: ", Backend::name);
    f.template operator()<Backend>();
  };
  (visit(std::type_identity<B>{}), ...);
}

}  // namespace detail

/// f.operator()<Backend>() for each backend; a failure names it.
template <class F>
void on_every_backend(F f) {
  detail::visit_backends(f, std::type_identity<backends>{});
}

/// f.operator()<T>() for the tensor of floats of each backend; a failure names it.
template <class F>
void on_every_tensor(F f) {
  on_every_backend([&]<class B>() { f.template operator()<jem::tensor<float, B>>(); });
}

}  // namespace test

TYPE_TO_STRING_AS("reference", jem::tensor<float, jem::reference>);
TYPE_TO_STRING_AS("openmp", jem::tensor<float, jem::openmp>);
TYPE_TO_STRING_AS("eigen", jem::tensor<float, jem::eigen>);
TYPE_TO_STRING_AS("guarded", jem::tensor<float, test::guarded>);
TYPE_TO_STRING_AS("reference, double", jem::tensor<double, jem::reference>);
TYPE_TO_STRING_AS("openmp, double", jem::tensor<double, jem::openmp>);
TYPE_TO_STRING_AS("eigen, double", jem::tensor<double, jem::eigen>);
TYPE_TO_STRING_AS("guarded, double", jem::tensor<double, test::guarded>);
