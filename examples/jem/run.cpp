#include "run.hpp"

#include <jem/data/cifar.hpp>
#include <jem/data/digits.hpp>
#include <jem/data/idx.hpp>
#include <jem/data/png_folder.hpp>
#include <jem/data/subset.hpp>
#include <jem/io/gzip.hpp>
#include <jem/io/fingerprint.hpp>
#include <jem/io/xz.hpp>

#include <nlohmann/json.hpp>

namespace tool {

namespace {

enum class part { train, test };

/// Images with the names of their classes, if they have any.
using named = jem::data::named_dataset<tensor>;

/// Whether the order of the images has a meaning: the digits are in the order of their writers, so the last ones are by other writers.
bool in_order(const std::string& data) { return data == "digits"; }

/// The path of KIND:PATH; empty without one.
std::filesystem::path path_of(const std::string& data) {
  const auto colon = data.find(':');
  return colon == std::string::npos ? "" : data.substr(colon + 1);
}

/// Whether data are one file of CIFAR records, which are training images and test images at once.
bool is_one_file(const std::string& data) { return data.starts_with("cifar") && std::filesystem::is_regular_file(path_of(data)); }

dataset load_cifar(const std::filesystem::path& path, part which, const jem::data::cifar_format& format) {
  const jem::io::compressions compressions{jem::io::gzip, jem::io::xz};
  if (std::filesystem::is_regular_file(path)) return jem::data::read_cifar_file<tensor>(path, format, compressions);
  return jem::data::read_cifar<tensor>(path, which == part::train ? "train" : "test", format, compressions);
}

/// One part of the data that a specification names: KIND or KIND:PATH. For PNG files, `classes` are the required names of the classes;
/// if it is empty, any names will do.
named load_part(const std::string& data, part which, const std::vector<std::string>& classes = {}) {
  namespace data_sets    = jem::data;
  const bool train       = which == part::train;
  const std::string kind = data.substr(0, data.find(':'));
  if (data == "digits") return {train ? data_sets::digits_train<tensor>() : data_sets::digits_test<tensor>(), {}};
  if (const auto path = path_of(data); !path.empty()) {
    if (kind == "idx") return {data_sets::read_idx_dataset<tensor>(path, train ? "train" : "t10k", 10, {jem::io::gzip, jem::io::xz}), {}};
    if (kind == "cifar10") return {load_cifar(path, which, data_sets::cifar10), {}};
    if (kind == "cifar100") return {load_cifar(path, which, data_sets::cifar100), {}};
    if (kind == "png") return data_sets::read_png_folder<tensor>(path / (train ? "train" : "test"), classes);
  }
  refuse("data", data_name.description, data);
}

judged_images load_test(const std::string& data, const std::vector<std::string>& classes = {}) {
  judged_images test{.all = load_part(data, part::test, classes).set, .in_order = in_order(data)};
  if (test.all.size() < 1) refuse("data", "data with test images", data + ", which has none");
  return test;
}

/// A generator for choosing images. Its counter starts beyond all that training with the same seed uses.
jem::rng choosing(std::uint64_t seed) { return {.key = seed, .counter = std::uint64_t{1} << 40}; }

/// The training images without those for validation, and the latter as images to judge.
split with_validation(const settings& s) {
  auto [all, names]       = load_part(s.data, part::train);
  const jem::index_t rest = all.size() - s.validation;
  if (rest < 1) refuse("validation", jem::concat("fewer than the ", all.size(), " images for training"), std::to_string(s.validation));
  const auto judged = [&](dataset images) { return judged_images{std::move(images), "validation", in_order(s.data)}; };
  if (s.validation_choice == "last") return {all.rows(0, rest), judged(all.rows(rest, s.validation)), std::move(names)};
  jem::rng chosen_by = choosing(s.seed);
  auto divided       = jem::data::divide_by_class(all, s.validation, chosen_by);
  return {std::move(divided.rest), judged(std::move(divided.part)), std::move(names)};
}

/// The names of a run's classes: those in its settings, or, if there are none, those of the folder of its training images, if that exists.
std::vector<std::string> class_names_of(const settings& s) {
  const auto train = path_of(s.data) / "train";
  if (!s.class_names.empty() || !s.data.starts_with("png:") || !std::filesystem::is_directory(train)) return s.class_names;
  return jem::data::png_folder_classes(train);
}

std::vector<jem::index_t> image_of(const dataset& set) { return {set.x.extent(1), set.x.extent(2), set.x.extent(3)}; }

std::string form_of(const std::vector<jem::index_t>& image, jem::index_t classes) {
  jem::shape extents;
  for (const auto extent : image) extents.push_back(extent);
  return "images " + jem::to_string(extents) + " of " + std::to_string(classes) + " classes";
}

}  // namespace

dataset judged_images::part(jem::index_t count) const {
  count = std::min(count, all.size());
  if (in_order) return all.rows(0, count);
  jem::rng chosen_by = choosing(seed);
  return jem::data::divide_by_class(all, count, chosen_by).part;
}

split load(const settings& s) {
  if (s.validation > 0) return with_validation(s);
  if (is_one_file(s.data)) refuse("validation", "at least 1, since " + s.data + " is one file and has no test images,", "0");
  auto [train, names] = load_part(s.data, part::train);
  judged_images test  = load_test(s.data, names);
  jem::expect_shape("test images", train.x.extents().with_rows(test.all.size()), test.all.x.extents());
  return {std::move(train), std::move(test), std::move(names)};
}

judged_images load_judged(const settings& s, bool validation) {
  if (validation && s.validation == 0)
    throw std::invalid_argument("expected a run with --validation but received one that held out no images");
  const bool one_file = is_one_file(s.data);
  if (one_file && s.validation == 0)
    throw std::invalid_argument("expected a run with --validation, since " + s.data +
                                " is one file and has no test images, but received one that was trained on all of it");
  judged_images judged = one_file || validation ? with_validation(s).test : load_test(s.data, class_names_of(s));
  const auto image     = image_of(judged.all);
  if (s.classes > 0 && (s.image != image || s.classes != judged.all.classes))
    throw std::invalid_argument(jem::concat("expected ", form_of(s.image, s.classes), ", as the run was trained on, but received ",
                                            form_of(image, judged.all.classes), " in ", s.data));
  return judged;
}

std::string without_folders(const std::string& data) {
  const auto path = path_of(data).lexically_normal();
  if (path.empty()) return data;
  return data.substr(0, data.find(':') + 1) + (path.has_filename() ? path : path.parent_path()).filename().string();
}

judged_images load_other(const std::string& data) { return load_test(data); }

settings with_form_of(const split& data, settings s) {
  s.image       = image_of(data.train);
  s.classes     = data.train.classes;
  s.class_names = data.class_names;
  s.activation  = activation_of(s);
  for (const auto& name : s.class_names) {
    if (!is_utf8(name)) throw std::invalid_argument(jem::concat(s.data, ": expected classes named in UTF-8 but found ", printable(name)));
  }
  s.run.clear();
  s.run = jem::io::fingerprint(nlohmann::ordered_json(s).dump() +
                               jem::concat(jem::version.major, ".", jem::version.minor, ".", jem::version.patch));
  return s;
}

jem::io::run_config config_of(const settings& s, const judged_images& judged, double threshold) {
  jem::io::run_config c{.network     = s.network,
                        .widths      = s.widths,
                        .activation  = activation_of(s),
                        .precision   = s.precision,
                        .image       = s.image,
                        .classes     = s.classes,
                        .class_names = s.class_names,
                        .run         = s.run};
  if (std::isfinite(threshold)) {
    c.threshold    = threshold;
    c.threshold_of = jem::concat("95 % of the ", judged.all.size(), " ", judged.kind, " images");
  }
  return c;
}

namespace {

/// A network with the initialisation of the settings.
template <class Net>
Net make_network(const settings& s, const auto& options, jem::rng& rng) {
  if (s.initialisation == "he") return Net(options, rng, {}, jem::he_normal{});
  return Net(options, rng);
}

}  // namespace

small_network make_small_network(const settings& s, const jem::shape& images, jem::index_t classes, jem::rng& rng) {
  jem::rng own = rng.split();
  const jem::convnet_options options{
      .height = images[1], .width = images[2], .channels = images[3], .classes = classes, .widths = s.widths};
  return about("widths", [&] { return make_network<small_network>(s, options, own); });
}

template <class Net>
Net make_deep_network(const settings& s, const jem::shape& images, jem::index_t classes, jem::rng& rng) {
  jem::rng own     = rng.split();
  const auto found = jem::io::wide_resnet_named(s.network);
  if (!found) refuse("network", network_name.description, s.network);
  return about("network", [&] {
    const jem::wide_resnet_options options{.depth = found->first, .width = found->second, .channels = images[3], .classes = classes};
    return make_network<Net>(s, options, own);
  });
}

template deep_network make_deep_network(const settings&, const jem::shape&, jem::index_t, jem::rng&);
template smooth_network make_deep_network(const settings&, const jem::shape&, jem::index_t, jem::rng&);

settings with_resolved_paths(settings s) {
  if (const auto path = path_of(s.data); !path.empty()) {
    const auto absolute = std::filesystem::absolute(path).lexically_normal();
    if (!is_utf8(absolute.string())) refuse("data", "a path in UTF-8", printable(absolute.string()));
    s.data = s.data.substr(0, s.data.find(':') + 1) + absolute.string();
  }
  return s;
}

void expect_possible(const settings& s, const dataset& set) {
  const auto at_most = [](const char* name, jem::index_t most, const char* of, jem::index_t value) {
    if (value > most) refuse(name, jem::concat("at most ", most, of), std::to_string(value));
  };
  at_most("batch", set.size(), ", the images for training,", s.batch);
  at_most("crop", std::min(set.x.extent(1), set.x.extent(2)) - 1, " pixels, less than a side of the images,", s.crop);
  if (s.network == "convnet" && activation_of(s) != "swish") refuse("activation", "swish for a convnet", s.activation);
  if (s.weight_last_step > 0 && s.steps < 1) refuse("steps", "at least 1 beside --weight-last-step", std::to_string(s.steps));
  if (s.weight_last_step > 0 && !has_chains(s)) refuse("weight-last-step", "0 for a loss without samples", text_of(s.weight_last_step));
  if (s.validate_every > 0 && s.validation == 0) refuse("validation", "at least 1, the images that --validate-every judges,", "0");
  if (s.early_stop > 0 && s.validate_every == 0) refuse("early-stop", "--validate-every beside it", std::to_string(s.early_stop));
  const jem::phase_set reads = phases_of(s);
  if (!reads.samples && !reads.conditional) return;
  const jem::index_t blocks = keeps_classes_apart(s) ? set.classes : 1;
  if (s.buffer / blocks < s.batch) {
    const std::string each = blocks > 1 ? jem::concat(" for each of ", blocks, " classes") : "";
    refuse("buffer", jem::concat("at least ", s.batch * blocks, ", a batch", each, ","), std::to_string(s.buffer));
  }
  if (s.buffer % blocks != 0) refuse("buffer", jem::concat("a multiple of ", blocks, ", the number of classes,"), std::to_string(s.buffer));
}

}  // namespace tool
