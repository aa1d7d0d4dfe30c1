// SPDX-License-Identifier: MIT
#include "../support/doubles.hpp"

#include <jem/sampling/from_images.hpp>

#include <type_traits>

namespace {

template <class T>
concept takes_a_temporary = requires(T x) { jem::from_images<T>(std::move(x)); };
static_assert(!takes_a_temporary<test::eigen_float>, "the images have to outlive the start");

/// Images (5, 2, 1): image i has the pixels i and −i.
template <class T>
T numbered() {
  return T({5, 2, 1}, {0, 0, 1, -1, 2, -2, 3, -3, 4, -4});
}

}  // namespace

TEST_CASE("a start from images draws whole images, each as often as the others, and by the generator alone") {
  test::on_every_tensor([]<class T>() {
    const auto images = numbered<T>();
    const jem::from_images start(images);
    jem::rng g{3}, same = g;
    const auto x = start.template operator()<T>({10'000, 2, 1}, g).to_vector();
    std::vector<int> times(5);
    bool whole = true;
    for (std::size_t i = 0; i < x.size(); i += 2) {
      whole = whole && x[i + 1] == -x[i];
      ++times[static_cast<std::size_t>(x[i])];
    }
    CHECK(whole);
    for (const int n : times) CHECK(std::abs(n - 2000) < 4.9 * 40);  // deviation 40: fails by chance once in 200 000 seeds
    CHECK(start.template operator()<T>({10'000, 2, 1}, same).to_vector() == x);
    CHECK(same == g);
    CHECK(start.template operator()<T>({4, 2, 1}, g).to_vector() != std::vector<float>(x.begin(), x.begin() + 8));
  });
}

TEST_CASE("no images, and rows of other extents than theirs, are refused before anything is drawn") {
  using T           = test::eigen_float;
  const auto images = numbered<T>();
  const jem::from_images start(images);
  jem::rng g{3};
  CHECK_THROWS_WITH_AS((start.operator()<T>({4, 2}, g)), "[from_images] expected (4, 2, 1) but received (4, 2)", std::invalid_argument);
  CHECK(g == jem::rng{3});
  const T none({0, 2, 1});
  CHECK_THROWS_WITH_AS((jem::from_images(none)), "[from_images] expected images (m, ...), m >= 1 but received (0, 2, 1)",
                       std::invalid_argument);
}
