// SPDX-License-Identifier: MIT
// An exception of a user's function reaches the caller of the library, whichever part of the library calls the function, and for any
// number of blocks of work.
#include <jem/jem.hpp>

#include <doctest/doctest.h>

#include <array>

namespace {

using jem::index_t;

struct thrown_by_user {
  index_t at;
};

/// Throws for all indices from `first` on.
struct throws_at {
  index_t first;

  float operator()(index_t i) const {
    if (i >= first) throw thrown_by_user{i};
    return 1;
  }
  float operator()(index_t i, index_t) const { return (*this)(i); }
};

struct row_that_throws {
  float operator()(const float* row) const { return row[0] < 0 ? throw thrown_by_user{0} : row[0]; }
  float operator()(const float* row, float* gradient) const {
    gradient[0] = 0;
    return (*this)(row);
  }
};

struct element_that_throws {
  float operator()(float x) const { return x < 0 ? throw thrown_by_user{0} : x; }
  float operator()(float x, float) const { return (*this)(x); }
};

struct policy_that_throws {
  static constexpr bool row_wise = true;
  float operator()(index_t) const { throw thrown_by_user{0}; }
  float operator()(float) const { throw thrown_by_user{0}; }
  template <jem::tensor_value T>
  void operator()(T&) const {
    throw thrown_by_user{0};
  }
};

constexpr std::array<std::array<index_t, 2>, 8> extents{
    {{1000, 1}, {4000, 1}, {1000, 2}, {1000, 100}, {100'000, 1}, {1, 100'000}, {3, 20'000}, {20'000, 3}}};

template <class B>
void check_verbs(index_t rows, index_t columns) {
  std::vector<float> sums(static_cast<std::size_t>(std::max(rows, columns)));
  const auto ignore = [](auto f) { return [f](auto... i) { (void)f(i...); }; };
  for (const index_t first : {index_t{0}, rows - 1}) {
    CAPTURE(first);
    CHECK_THROWS_AS(B::for_each(rows, ignore(throws_at{first})), thrown_by_user);
    CHECK_THROWS_AS(B::for_each(rows, columns, ignore(throws_at{first})), thrown_by_user);
    CHECK_THROWS_AS(B::sum_rows(rows, columns, throws_at{first}, sums.data()), thrown_by_user);
    CHECK_THROWS_AS(B::sum_columns(rows, columns, throws_at{first}, sums.data()), thrown_by_user);
    CHECK_THROWS_AS(jem::for_each_row<B>(rows, columns, ignore(throws_at{first})), thrown_by_user);
  }
}

template <class B>
void check_operations(index_t rows, index_t columns) {
  using T = jem::tensor<float, B>;
  for (const bool all : {false, true}) {
    T x                            = jem::full<T>({rows, columns}, all ? -1.0f : 1.0f);
    x.data()[(rows - 1) * columns] = -1;
    T y                            = x, grad(x.extents());
    CHECK_THROWS_AS((void)map(x, element_that_throws{}), thrown_by_user);
    CHECK_THROWS_AS((void)zip(x, y, element_that_throws{}), thrown_by_user);
    CHECK_THROWS_AS(apply(y, element_that_throws{}), thrown_by_user);
    CHECK_THROWS_AS((void)map_rows(x, row_that_throws{}), thrown_by_user);
    const jem::row_energy energy{columns, row_that_throws{}};
    CHECK_THROWS_AS((void)energy.value(x), thrown_by_user);
    CHECK_THROWS_AS((void)energy.value_and_grad(x, grad), thrown_by_user);
    jem::rng g{1};
    const jem::sgld langevin{.step_size = jem::constant{1e-3f}};
    CHECK_THROWS_AS((void)jem::evolve(langevin, energy, x, 2, g), thrown_by_user);
    CHECK_THROWS_AS((void)jem::sample(langevin, energy, x, 2, g), thrown_by_user);
  }
}

template <class B>
void check_policies(index_t rows, index_t columns) {
  using T   = jem::tensor<float, B>;
  const T x = jem::full<T>({rows, columns}, 1);
  const jem::gaussian<T> energy(jem::zeros<T>({columns}), jem::full<T>({columns}, 1));
  jem::rng g{1};
  const jem::constant step{1e-3f};
  CHECK_THROWS_AS((void)jem::evolve(jem::sgld{.step_size = policy_that_throws{}}, energy, x, 2, g), thrown_by_user);
  CHECK_THROWS_AS((void)jem::evolve(jem::sgld{.step_size = step, .noise = policy_that_throws{}}, energy, x, 2, g), thrown_by_user);
  CHECK_THROWS_AS((void)jem::evolve(jem::sgld{.step_size = step, .transform = policy_that_throws{}}, energy, x, 2, g), thrown_by_user);
  CHECK_THROWS_AS((void)jem::sample(jem::sgld{.step_size = step, .constraint = policy_that_throws{}}, energy, x, 2, g), thrown_by_user);
  const auto observer = [](index_t, const auto&, const auto&) { throw thrown_by_user{0}; };
  CHECK_THROWS_AS((void)jem::sample(jem::sgld{.step_size = step}, energy, x, 2, g, observer), thrown_by_user);
  const T end = jem::evolve(jem::sgld{.step_size = step}, energy, x, 2, g);  // the library still works after the exceptions
  CHECK(end.extents() == x.extents());
}

template <class B>
void check_backend() {
  INFO("backend: ", std::string(B::name));
  for (const auto& [rows, columns] : extents) {
    CAPTURE(rows);
    CAPTURE(columns);
    check_verbs<B>(rows, columns);
    check_operations<B>(rows, columns);
    check_policies<B>(rows, columns);
  }
}

}  // namespace

TEST_CASE("an exception of a function, an energy, a policy or an observer reaches the caller on reference") {
  check_backend<jem::reference>();
}
TEST_CASE("an exception of a function, an energy, a policy or an observer reaches the caller on openmp") { check_backend<jem::openmp>(); }
TEST_CASE("an exception of a function, an energy, a policy or an observer reaches the caller on eigen") { check_backend<jem::eigen>(); }

TEST_CASE("of several exceptions the caller gets that of the first block, for any number of threads") {
  for (int repeat = 0; repeat < 20; ++repeat) {
    try {
      jem::openmp::for_each(100'000, [](index_t i) {
        if (i % 8192 == 8191) throw thrown_by_user{i};
      });
      FAIL("nothing was thrown");
    } catch (const thrown_by_user& failure) { CHECK(failure.at == 8191); }
  }
}
