#include "samples.hpp"

#include <jem/evaluate/generate.hpp>

#include <algorithm>

namespace tool {

namespace {

/// The labels 0, 0, …, 1, 1, …, each class `each` times.
jem::labels<tensor> labels_by_class(jem::index_t classes, jem::index_t each) {
  std::vector<std::int32_t> y;
  for (jem::index_t i = 0; i < classes * each; ++i) y.push_back(static_cast<std::int32_t>(i / each));
  return jem::labels<tensor>(jem::shape{classes * each}, y);
}

/// Where chains of p(x|y) start: for each class, at the first chains of the buffer for which the network predicts it. Pairs (x, y) with x
/// from p(x) and y from p(y|x) are samples of p(x, y), so the sampler only has to refine them. If there are too few for a class, any
/// chains of the buffer fill its places.
template <class Net>
tensor starts_by_class(const Net& net, const tensor& buffer, jem::index_t classes, jem::index_t each) {
  const auto guess = jem::row_argmax(jem::evaluate::logits_of(net, buffer)).to_vector();
  std::vector<std::int32_t> rows;
  for (jem::index_t c = 0; c < classes; ++c) {
    for (std::size_t i = 0; i < guess.size() && std::ssize(rows) < (c + 1) * each; ++i) {
      if (guess[i] == c) rows.push_back(static_cast<std::int32_t>(i));
    }
    while (std::ssize(rows) < (c + 1) * each) rows.push_back(static_cast<std::int32_t>(std::ssize(rows) % buffer.extent(0)));
  }
  return jem::gather_rows(buffer, jem::labels<tensor>(jem::shape{std::ssize(rows)}, rows));
}

constexpr jem::index_t steps_from_noise = 20;

}  // namespace

jem::io::image sheet_of(const tensor& images, jem::index_t columns) {
  return jem::io::sheet(images, columns, std::max<jem::index_t>(1, 48 / images.extent(2)));
}

jem::io::image buffer_sheet(const tensor& buffer, bool by_class) {
  const jem::index_t all = buffer.extent(0), shown = std::min<jem::index_t>(100, all);
  if (!by_class) return sheet_of(tensor(buffer.rows(0, shown)), 10);
  std::vector<std::int32_t> rows;
  for (jem::index_t i = 0; i < shown; ++i) rows.push_back(static_cast<std::int32_t>(i * all / shown));
  return sheet_of(jem::gather_rows(buffer, jem::labels<tensor>(jem::shape{shown}, rows)), 10);
}

template <class Net>
jem::io::image sheet_by_class(const settings& s, const outcome<Net>& run, jem::index_t classes, jem::rng& rng) {
  const auto start = starts_by_class(run.net, run.buffer, classes, 10);
  return sheet_of(jem::evaluate::continued(sampler_of(s), run.net, start, labels_by_class(classes, 10), s.steps, rng), 10);
}

template <class Net>
jem::io::image fresh_sheet(const settings& s, const Net& net, const jem::shape& images, jem::rng& rng) {
  return sheet_of(jem::evaluate::fresh_samples(sampler_of(s), net, images.with_rows(100), 50 * s.steps, rng), 10);
}

template <class Net>
jem::io::image noise_sheet(const settings& s, const Net& net, const jem::shape& images, jem::rng& rng) {
  const tensor start = noise_law{s.path_noise}.operator()<tensor>(images.with_rows(100), rng);
  return sheet_of(jem::evaluate::continued(jem::evaluate::descent(steps_from_noise), net, start, steps_from_noise, rng), 10);
}

template <class Net>
jem::io::image noise_sheet_by_class(const settings& s, const Net& net, const jem::shape& images, jem::index_t classes, jem::rng& rng) {
  const tensor start = noise_law{s.path_noise}.operator()<tensor>(images.with_rows(10 * classes), rng);
  const auto y       = labels_by_class(classes, 10);
  return sheet_of(jem::evaluate::continued(jem::evaluate::descent(steps_from_noise), net, start, y, steps_from_noise, rng), 10);
}

template jem::io::image sheet_by_class(const settings&, const outcome<small_network>&, jem::index_t, jem::rng&);
template jem::io::image sheet_by_class(const settings&, const outcome<deep_network>&, jem::index_t, jem::rng&);
template jem::io::image sheet_by_class(const settings&, const outcome<smooth_network>&, jem::index_t, jem::rng&);
template jem::io::image sheet_by_class(const settings&, const outcome<in_bfloat16<small_network>>&, jem::index_t, jem::rng&);
template jem::io::image sheet_by_class(const settings&, const outcome<in_bfloat16<deep_network>>&, jem::index_t, jem::rng&);
template jem::io::image sheet_by_class(const settings&, const outcome<in_bfloat16<smooth_network>>&, jem::index_t, jem::rng&);
template jem::io::image fresh_sheet(const settings&, const small_network&, const jem::shape&, jem::rng&);
template jem::io::image fresh_sheet(const settings&, const in_bfloat16<small_network>&, const jem::shape&, jem::rng&);

template jem::io::image noise_sheet(const settings&, const small_network&, const jem::shape&, jem::rng&);
template jem::io::image noise_sheet_by_class(const settings&, const small_network&, const jem::shape&, jem::index_t, jem::rng&);
template jem::io::image noise_sheet(const settings&, const deep_network&, const jem::shape&, jem::rng&);
template jem::io::image noise_sheet(const settings&, const smooth_network&, const jem::shape&, jem::rng&);
template jem::io::image noise_sheet_by_class(const settings&, const deep_network&, const jem::shape&, jem::index_t, jem::rng&);
template jem::io::image noise_sheet_by_class(const settings&, const smooth_network&, const jem::shape&, jem::index_t, jem::rng&);
template jem::io::image noise_sheet(const settings&, const in_bfloat16<small_network>&, const jem::shape&, jem::rng&);
template jem::io::image noise_sheet_by_class(const settings&, const in_bfloat16<small_network>&, const jem::shape&, jem::index_t,
                                             jem::rng&);
template jem::io::image noise_sheet(const settings&, const in_bfloat16<deep_network>&, const jem::shape&, jem::rng&);
template jem::io::image noise_sheet(const settings&, const in_bfloat16<smooth_network>&, const jem::shape&, jem::rng&);
template jem::io::image noise_sheet_by_class(const settings&, const in_bfloat16<deep_network>&, const jem::shape&, jem::index_t, jem::rng&);
template jem::io::image noise_sheet_by_class(const settings&, const in_bfloat16<smooth_network>&, const jem::shape&, jem::index_t,
                                             jem::rng&);
}  // namespace tool
