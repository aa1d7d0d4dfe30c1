// Sheets of images: of the data, and of samples of a trained network.
#pragma once

#include "run.hpp"

#include <jem/io/picture.hpp>

namespace tool {

/// The first images of a batch as a sheet, enlarged to a few hundred pixels.
jem::io::image sheet_of(const tensor& images, jem::index_t columns);

/// A hundred chains of a replay buffer: the first ones, or, if the buffer keeps the classes apart (by_class), as many of each class.
jem::io::image buffer_sheet(const tensor& buffer, bool by_class = false);

/// Samples of p(x|y), refined from the chains of the replay buffer, ten of each class in a row.
template <class Net>
jem::io::image sheet_by_class(const settings& s, const outcome<Net>& run, jem::index_t classes, jem::rng& rng);

/// A hundred samples of p(x) from noise, by many more steps than in training.
template <class Net>
jem::io::image fresh_sheet(const settings& s, const Net& net, const jem::shape& images, jem::rng& rng);

/// A hundred samples of p(x) from the noise of a path, by a few steps down an energy whose gradient was matched.
template <class Net>
jem::io::image noise_sheet(const settings& s, const Net& net, const jem::shape& images, jem::rng& rng);

/// Samples of p(x|y) made like those of noise_sheet, ten of each class in a row.
template <class Net>
jem::io::image noise_sheet_by_class(const settings& s, const Net& net, const jem::shape& images, jem::index_t classes, jem::rng& rng);

}  // namespace tool
