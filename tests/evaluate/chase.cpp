// SPDX-License-Identifier: MIT
#include "../support/backends.hpp"

#include <jem/evaluate/chase.hpp>
#include <jem/nn/linear.hpp>

#include <cmath>

namespace evaluate = jem::evaluate;
namespace detail   = jem::evaluate::detail;
using T            = jem::tensor<float, jem::eigen>;

namespace {

struct ball {
  evaluate::l2 norm;
  float low = -1;

  float radius() const { return 0.5f; }
  float high() const { return 1; }
};

template <class X>
const jem::linear<X> by_sign{X({1, 2}, {-1, 1}), X({2}, {0, 0})};  // class 1 for x > 0

}  // namespace

TEST_CASE("a chase continues with the images that are still classified correctly") {
  test::on_every_tensor([]<class X>() {
    const X x({4, 1}, {0.5f, -0.5f, 0.25f, -0.25f});
    detail::chase<jem::linear<X>, X> run{&by_sign<X>, x, jem::labels<X>({4}, {1, 1, 1, 0}), x};
    run.look();
    CHECK(run.standing() == std::vector<std::int32_t>{0, 2, 3});
    run.drop_fallen();
    CHECK(run.size() == 3);
    CHECK(run.x.to_vector() == std::vector<float>{0.5f, 0.25f, -0.25f});
    CHECK(run.y.to_vector() == std::vector<std::int32_t>{1, 1, 0});
    CHECK(run.logits.to_vector() == std::vector<float>{-0.5f, 0.5f, -0.25f, 0.25f, 0.25f, -0.25f});
    CHECK(run.gradient(X({3, 2}, {-1, 1, -1, 1, 1, -1})).to_vector() == std::vector<float>{2, 2, -2});
    run.y = jem::labels<X>({3}, {0, 0, 1});
    run.drop_fallen();
    CHECK(run.size() == 0);
  });
}

TEST_CASE("bring_back moves images into the ball around the clean ones, and into the range of pixels") {
  const T x({2, 2}, {0, 0, 0.9f, 0});
  detail::chase<jem::linear<T>, T> run{&by_sign<T>, x, jem::labels<T>({2}, {1, 1}), x};
  T moved({2, 2}, {3, -4, 1.3f, 0});
  run.bring_back(moved, ball{});
  const auto values = moved.to_vector();
  CHECK(values[0] == doctest::Approx(0.3));
  CHECK(values[1] == doctest::Approx(-0.4));
  CHECK(values[2] == 1);
  CHECK(values[3] == 0);
}

TEST_CASE("share_left counts the images of all parts") {
  const T x({5, 1}, {0.5f, -0.5f, 0.25f, -0.25f, 0.125f});
  const jem::labels<T> y({5}, {1, 1, 1, 1, 1});
  for (const jem::index_t part : {1, 2, 5, 500}) {
    const double share = detail::share_left(by_sign<T>, x, y, part, [](auto& run) { run.drop_fallen(); });
    CHECK(share == 3 / 5.0);
  }
}

TEST_CASE("images out of their range, and another number of labels, are refused by the name of the attack") {
  CHECK_THROWS_WITH(detail::check_images("me", T({1, 1}, {2}), jem::labels<T>({1}, {0}), -1, 1),
                    doctest::Contains("[me] expected images in [-1"));
  CHECK_THROWS_WITH(detail::check_images("me", T({1, 1}, {0}), jem::labels<T>({2}, {0, 0}), -1, 1), doctest::Contains("[me]"));
}
