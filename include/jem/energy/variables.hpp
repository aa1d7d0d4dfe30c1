// SPDX-License-Identifier: MIT
// Named variables with their supports: the coordinates of a row of constrained parameters x (D numbers), and the map from rows of free
// numbers u (F numbers) that samplers move.
//
//     const jem::variables parameters{jem::variable{"t", 8}, jem::variable{"mu"}, jem::variable{"tau", jem::support::positive{}}};
//     parameters.names();             // t[1] … t[8], mu, tau
//     parameters.constrain(draws);    // (k, n, F) → (k, n, D)
#pragma once

#include <jem/core/made_of.hpp>
#include <jem/energy/support.hpp>
#include <jem/energy/support_rows.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace jem::inline v0 {

/// A name, how many numbers it stands for, and where these may lie.
template <support_of_variable S = support::real>
struct variable {
  std::string name;                        ///< in tables and messages
  at_least<"variable", "count", 1> count;  ///< how many numbers
  S support;                               ///< where they may lie

  /// `count` numbers, each anywhere if no support is given.
  explicit variable(std::string called, index_t numbers, S where = S{})
      : name(std::move(called)), count(numbers), support(std::move(where)) {}

  /// One number.
  explicit variable(std::string called, S where = S{}) : variable(std::move(called), 1, std::move(where)) {}
};

/// Variables one after the other. Each function takes tensors with any leading axes; the last axis is a row.
template <support_of_variable... S>
  requires(sizeof...(S) > 0)
class variables {
 public:
  /// Throws std::invalid_argument for a support whose settings, or a number of numbers, make no sense: an interval without room.
  explicit variables(variable<S>... each) : names_{each.name...}, blocks_{placed(each)...} {}  // braces: from left to right

  index_t size() const { return size_; }            ///< D, the numbers in a row of x
  index_t free_size() const { return free_size_; }  ///< F, the numbers in a row of u

  /// The names of the D numbers in a row of x: "mu" for a variable of one number, "t[1]", "t[2]", … for more, as Stan writes them.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for_each_block([&](const std::string& name, const auto& b) {
      for (index_t j = 0; j < b.count; ++j) all.push_back(name_of(name, b.count, j));
    });
    return all;
  }

  /// u (…, F) → x (…, D)
  template <tensor_value T>
  T constrain(const T& u) const {
    T log_jacobian;
    return constrain(u, log_jacobian);
  }

  /// u (…, F) → x (…, D), and log_jacobian = ln |det ∂x/∂u| (n) of the n rows, counted through all leading axes.
  template <tensor_value T>
  T constrain(const T& u, T& log_jacobian) const {
    const index_t n = rows_of("constrain", u.extents(), free_size_);
    T x(shape{n, size_});
    log_jacobian = zip_rows(flat(u, n, free_size_), x, detail::constrain_row<S...>{blocks_});
    return std::move(x).reshaped(with_last(u.extents(), size_));
  }

  /// x (…, D) → u (…, F). Throws std::invalid_argument for a position outside of a support, with the variable, the row and the value; rows
  /// are counted from 0 through all leading axes.
  template <tensor_value T>
  T unconstrain(const T& x) const {
    const index_t n = rows_of("unconstrain", x.extents(), size_);
    T u(shape{n, free_size_});
    const auto outside = zip_rows(flat(x, n, size_), u, detail::unconstrain_row<S...>{blocks_}).to_vector();
    for (index_t i = 0; i < n; ++i) {
      if (outside[static_cast<std::size_t>(i)] != 0) refuse(i, T(flat(x, n, size_).rows(i, 1)).to_vector(), T(u.rows(i, 1)).to_vector());
    }
    return std::move(u).reshaped(with_last(x.extents(), free_size_));
  }

  /// u (n, F), g = ∂f/∂x (n, D) → ∂/∂u (f(x(u)) − ln |det ∂x/∂u|) in grad (n, F)
  template <tensor_value T>
  void pull_back(const T& u, const T& g, T& grad) const {
    expect_shape("pull_back", shape{u.extent(0), free_size_}, u.extents());
    expect_shape("pull_back", shape{u.extent(0), size_}, g.extents());
    if (!(grad.extents() == u.extents())) grad = T(u.extents());
    (void)zip_rows(u, g, grad, detail::pull_back_row<S...>{blocks_});
  }

 private:
  template <class V>
  detail::variable_block<V> placed(const variable<V>& v) {
    detail::check_support(v.support, v.count);
    const detail::variable_block<V> block{v.support, v.count, size_, free_size_};
    size_ += v.count;
    free_size_ += detail::free_size_of(v.support, v.count);
    return block;
  }

  template <class F>
  void for_each_block(F f) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (f(names_[I], std::get<I>(blocks_)), ...); }(std::index_sequence_for<S...>{});
  }

  static std::string name_of(const std::string& name, index_t count, index_t j) {
    return count == 1 ? name : concat(name, "[", j + 1, "]");
  }

  /// The number of rows of (…, columns).
  static index_t rows_of(const char* where, const shape& extents, index_t columns) {
    if (extents.rank() < 1 || extents[extents.rank() - 1] != columns) fail(where, concat("(…, ", columns, ")"), to_string(extents));
    index_t rows = 1;
    for (index_t axis = 0; axis + 1 < extents.rank(); ++axis) rows *= extents[axis];
    return rows;
  }

  static shape with_last(const shape& extents, index_t columns) {
    shape other;
    for (index_t axis = 0; axis + 1 < extents.rank(); ++axis) other.push_back(extents[axis]);
    other.push_back(columns);
    return other;
  }

  template <class T>
  static auto flat(const T& x, index_t rows, index_t columns) {
    return view<const typename T::value_type, typename T::backend_type>(x.data(), shape{rows, columns});
  }

  /// Throws for the first variable with a free number that is not finite.
  template <class V>
  void refuse(index_t row, const std::vector<V>& x, const std::vector<V>& u) const {
    for_each_block([&]<class Support>(const std::string& name, const detail::variable_block<Support>& b) {
      for (index_t j = 0; j < detail::free_size_of(b.support, b.count); ++j) {
        const V free = u[static_cast<std::size_t>(b.free_first + j)];
        if (free - free == V(0)) continue;
        const index_t at     = scalar_support<Support> ? j : index_t{0};
        const index_t shown  = scalar_support<Support> ? index_t{1} : b.count;
        const std::string of = scalar_support<Support> ? name_of(name, b.count, j) : name;
        fail("unconstrain", concat(of, " to be ", expected_of(b.support), " in row ", row), listed(x, b.first + at, shown));
      }
    });
  }

  template <class Support>
  static std::string expected_of(const Support& s) {
    if constexpr (requires { s.expected(); }) {
      return s.expected();
    } else {
      return "inside of its support";
    }
  }

  /// "0.5", or "(0.5, 0.7)"
  template <class V>
  static std::string listed(const std::vector<V>& x, index_t first, index_t count) {
    std::string all;
    for (index_t j = first; j < first + count; ++j) {
      if (j > first) all += ", ";
      all += support::detail::written(static_cast<double>(x[static_cast<std::size_t>(j)]));
    }
    return count == 1 ? all : concat("(", all, ")");
  }

  index_t size_ = 0, free_size_ = 0;  // before the blocks, which set them
  std::array<std::string, sizeof...(S)> names_;
  std::tuple<detail::variable_block<S>...> blocks_;
};

}  // namespace jem::inline v0
