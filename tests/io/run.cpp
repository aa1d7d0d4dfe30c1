// SPDX-License-Identifier: MIT
#include "support/backends.hpp"
#include "support/temporary_directory.hpp"

#include <jem/energy/marginal.hpp>
#include <jem/io/run.hpp>
#include <jem/tensor/noise.hpp>

#include <doctest/doctest.h>

#include <string>

using jem::io::load_run;
using jem::io::run_config;
using test::temporary_directory;
using tensor = jem::tensor<float, jem::reference>;

static_assert(jem::layer<jem::io::run_network<tensor>, tensor>);
static_assert(!jem::layer<jem::io::run_network<tensor>, jem::tensor<double, jem::reference>>);

namespace {

run_config small(const std::string& network, const std::string& precision) {
  return {.network = network, .widths = {2, 3}, .precision = precision, .image = {4, 4, 1}, .classes = 3};
}

/// Writes the files of a run with this configuration to a folder, and returns its network.
template <class Net>
Net leave_run(const std::filesystem::path& folder, const run_config& c, const auto& options) {
  jem::rng g{7};
  Net net(options, g);
  jem::io::save_parameters(folder / c.weights, net);
  jem::io::write_run_config(folder, c);
  return net;
}

template <class T>
jem::convnet<T> leave_convnet(const std::filesystem::path& folder, const run_config& c) {
  return leave_run<jem::convnet<T>>(folder, c, jem::convnet_options{.height = 4, .width = 4, .classes = 3, .widths = {2, 3}});
}

template <class T, class A = jem::leaky_relu>
jem::wide_resnet<T, A> leave_wide_resnet(const std::filesystem::path& folder, const run_config& c) {
  return leave_run<jem::wide_resnet<T, A>>(folder, c, jem::wide_resnet_options{.depth = 10, .width = 1, .channels = 1, .classes = 3});
}

/// Whether energies, and their gradients with respect to images, have the same bits.
template <class T>
bool same_energies(const auto& a, const auto& b) {
  jem::rng g{1};
  const T x = jem::normal<T>({5, 4, 4, 1}, g);
  T da(x.extents()), db(x.extents());
  const auto ea = jem::marginal_energy{a}.value_and_grad(x, da), eb = jem::marginal_energy{b}.value_and_grad(x, db);
  return ea.to_vector() == eb.to_vector() && da.to_vector() == db.to_vector();
}

}  // namespace

TEST_CASE("the network of a run has the energies and gradients of the network that was trained, on every backend") {
  test::on_every_tensor([]<class T>() {
    const temporary_directory place;
    const auto net = leave_convnet<T>(place.path(), small("convnet", "float32"));
    CHECK(same_energies<T>(net, load_run<T>(place.path()).network));
  });
}

TEST_CASE("the network of a run has the architecture and the precision of the training") {
  const temporary_directory place;
  const auto deep = leave_wide_resnet<tensor>(place.path(), small("wide-resnet-10-1", "float32"));
  CHECK(same_energies<tensor>(deep, load_run<tensor>(place.path()).network));
  leave_wide_resnet<tensor>(place.path(), small("wide-resnet-10-1", "bfloat16"));
  CHECK(same_energies<tensor>(jem::compute_in<jem::bfloat16>(deep), load_run<tensor>(place.path()).network));
  const auto flat = leave_convnet<tensor>(place.path(), small("convnet", "bfloat16"));
  const auto run  = load_run<tensor>(place.path());
  CHECK(same_energies<tensor>(jem::compute_in<jem::bfloat16>(flat), run.network));
  CHECK_FALSE(same_energies<tensor>(flat, run.network));
}

TEST_CASE("a wide residual network of a run has the activation that it was trained with") {
  const temporary_directory place;
  run_config c      = small("wide-resnet-10-1", "float32");
  c.activation      = "swish";
  const auto smooth = leave_wide_resnet<tensor, jem::swish>(place.path(), c);
  CHECK(same_energies<tensor>(smooth, load_run<tensor>(place.path()).network));
  c.precision = "bfloat16";
  leave_wide_resnet<tensor, jem::swish>(place.path(), c);
  CHECK(same_energies<tensor>(jem::compute_in<jem::bfloat16>(smooth), load_run<tensor>(place.path()).network));
  c.activation    = "leaky-relu";
  c.precision     = "float32";
  const auto deep = leave_wide_resnet<tensor>(place.path(), c);  // the same weights
  CHECK(same_energies<tensor>(deep, load_run<tensor>(place.path()).network));
  CHECK_FALSE(same_energies<tensor>(deep, smooth));
}

TEST_CASE("a run shows its network as what it is") {
  const temporary_directory place;
  leave_convnet<tensor>(place.path(), small("convnet", "float32"));
  const auto run = load_run<tensor>(place.path());
  CHECK(run.network.visit([]<class Net>(const Net&) { return std::same_as<Net, jem::convnet<tensor>>; }));
  CHECK(run.network.visit([](const auto& net) { return jem::parameter_count(net); }) > 0);
}

TEST_CASE("input converts bytes of images to the numbers that were used in training") {
  const temporary_directory place;
  leave_convnet<tensor>(place.path(), small("convnet", "float32"));
  const auto run = load_run<tensor>(place.path());
  std::vector<std::uint8_t> bytes(32, 255);
  bytes[1] = 0, bytes[2] = 100;
  const auto x = run.input(bytes);
  CHECK(x.extents() == jem::shape{2, 4, 4, 1});
  CHECK(x.to_vector()[0] == 1);
  CHECK(x.to_vector()[1] == -1);
  CHECK(x.to_vector()[2] == 100 / 127.5f - 1);
  CHECK(run.input({}).extents() == jem::shape{0, 4, 4, 1});
  CHECK(test::message_of<std::invalid_argument>([&] { (void)run.input(std::span(bytes).first(17)); }) ==
        "[run] expected images (4, 4, 1) of 16 bytes each but received 17 bytes");
}

TEST_CASE("class_name gives the name of a class, or its number if classes have no names") {
  const temporary_directory place;
  run_config c = small("convnet", "float32");
  leave_convnet<tensor>(place.path(), c);
  CHECK(load_run<tensor>(place.path()).class_name(2) == "2");
  c.class_names = {"ant", "bee", "cat"};
  leave_convnet<tensor>(place.path(), c);
  const auto run = load_run<tensor>(place.path());
  CHECK(run.class_name(2) == "cat");
  CHECK(test::message_of<std::invalid_argument>([&] { (void)run.class_name(3); }) == "[run] expected a class below 3 but received 3");
}

TEST_CASE("an image looks familiar if its log p(x) is at least the threshold") {
  const temporary_directory place;
  run_config c = small("convnet", "float32");
  leave_convnet<tensor>(place.path(), c);
  CHECK_THROWS_AS((void)load_run<tensor>(place.path()).looks_familiar(0), std::invalid_argument);
  c.threshold = -2.5;
  leave_convnet<tensor>(place.path(), c);
  const auto run = load_run<tensor>(place.path());
  CHECK(run.looks_familiar(-2.5));
  CHECK(run.looks_familiar(7));
  CHECK_FALSE(run.looks_familiar(-2.6));
  CHECK_FALSE(run.looks_familiar(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("weights of another run are refused, and weights that do not name their run are accepted") {
  const temporary_directory place;
  run_config c = small("convnet", "float32");
  c.run        = "one";
  auto net     = leave_convnet<tensor>(place.path(), c);
  (void)load_run<tensor>(place.path());
  jem::io::save_parameters(place / "model.safetensors", net, {}, {{"run", "one"}});
  (void)load_run<tensor>(place.path());
  jem::io::save_parameters(place / "model.safetensors", net, {}, {{"run", "two"}});
  CHECK(test::message_of<std::runtime_error>([&] { (void)load_run<tensor>(place.path()); }) ==
        (place / "model.safetensors").string() + ": expected weights of the run one but found those of the run two");
  c.run.clear();  // as older versions have written it
  jem::io::write_run_config(place.path(), c);
  (void)load_run<tensor>(place.path());
}

TEST_CASE("a run whose weights are missing or are those of another network is refused with the name of the file") {
  const temporary_directory place;
  leave_convnet<tensor>(place.path(), small("convnet", "float32"));
  jem::io::write_run_config(place.path(), small("wide-resnet-10-1", "float32"));
  const auto refusal = [&] { return test::message_of<std::runtime_error>([&] { (void)load_run<tensor>(place.path()); }); };
  CHECK(refusal().find("model.safetensors, tensor ") != std::string::npos);
  std::filesystem::remove(place / "model.safetensors");
  CHECK(refusal().find("model.safetensors: expected a file that can be read") != std::string::npos);
  jem::io::write_run_config(place.path(), small("wide-resnet-11-1", "float32"));
  CHECK(
      test::message_of<std::invalid_argument>([&] { (void)load_run<tensor>(place.path()); }).starts_with("[wide_resnet_options] expected"));
}
