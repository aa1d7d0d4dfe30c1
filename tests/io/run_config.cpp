// SPDX-License-Identifier: MIT
#include "support/temporary_directory.hpp"

#include <jem/io/run_config.hpp>

#include <doctest/doctest.h>

#include <string>

using jem::io::read_run_config;
using jem::io::run_config;
using jem::io::wide_resnet_named;
using jem::io::write_run_config;
using test::temporary_directory;

namespace {

void put(const std::filesystem::path& path, const std::string& text) { test::put_file(path, {text.begin(), text.end()}); }

run_config small() { return {.widths = {4, 8}, .image = {8, 8, 1}, .classes = 2, .class_names = {"ant", "bee"}}; }

std::string refusal(const std::filesystem::path& folder) {
  return test::message_of<std::runtime_error>([&] { (void)read_run_config(folder); });
}

}  // namespace

TEST_CASE("a run's description of its network is unchanged when it is written to config.json and read") {
  const temporary_directory place;
  run_config c   = small();
  c.precision    = "bfloat16";
  c.threshold    = -1.0 / 3;
  c.threshold_of = "95 % of the 10 test images";
  c.weights      = "jem.safetensors";
  c.run          = "85944171f73967e8";
  write_run_config(place.path(), c);
  const run_config back = read_run_config(place.path());
  CHECK(back.network == "convnet");
  CHECK(back.activation == "swish");
  CHECK(back.widths == c.widths);
  CHECK(back.precision == "bfloat16");
  CHECK(back.image == c.image);
  CHECK(back.classes == 2);
  CHECK(back.class_names == c.class_names);
  CHECK(back.divisor == 127.5f);
  CHECK(back.offset == -1);
  CHECK(back.threshold == -1.0 / 3);
  CHECK(back.threshold_of == c.threshold_of);
  CHECK(back.weights == "jem.safetensors");
  CHECK(back.run == "85944171f73967e8");
}

TEST_CASE("a run without a threshold has none after it was written to config.json and read") {
  const temporary_directory place;
  write_run_config(place.path(), small());
  CHECK_FALSE(read_run_config(place.path()).threshold.has_value());
}

TEST_CASE("a folder of an older version is read from settings.json and the file of its weights") {
  const temporary_directory place;
  put(place / "settings.json", R"({"network": "wide-resnet-10-2", "widths": [32], "image": [32, 32, 3], "classes": 10, "steps": 20})");
  CHECK(read_run_config(place.path()).weights == "model.safetensors");
  put(place / "jem.safetensors", "");
  CHECK(read_run_config(place.path()).weights == "jem.safetensors");
  put(place / "weights.safetensors", "");
  const run_config c = read_run_config(place.path());
  CHECK(c.weights == "weights.safetensors");
  CHECK(c.network == "wide-resnet-10-2");
  CHECK(c.activation == "leaky-relu");
  CHECK(c.precision == "float32");
  CHECK_FALSE(c.threshold.has_value());
}

TEST_CASE("wide_resnet_named reads depth and width from the name of a wide residual network") {
  CHECK(wide_resnet_named("wide-resnet-28-10") == std::pair<jem::index_t, jem::index_t>{28, 10});
  for (const char* const name : {"convnet", "wide-resnet-", "wide-resnet-28", "wide-resnet-28-", "wide-resnet-28-10x", "wide-resnet-28-1e3",
                                 "wide-resnet-28-99999999999999999999", "Wide-resnet-28-10", ""}) {
    CHECK_FALSE(wide_resnet_named(name).has_value());
  }
}

TEST_CASE("a folder that is no run is refused with the name of the file") {
  const temporary_directory place;
  CHECK(refusal(place / "nowhere").find("nowhere/settings.json: expected a file that can be read") != std::string::npos);
  const auto refused_as = [&](void (*spoil)(run_config&), const std::string& words) {
    run_config c = small();
    spoil(c);
    write_run_config(place.path(), c);
    CHECK(refusal(place.path()).find("config.json: expected " + words) != std::string::npos);
  };
  refused_as([](run_config& c) { c.network = "mlp"; }, "a network named convnet or wide-resnet-DEPTH-WIDTH but found mlp");
  refused_as([](run_config& c) { c.activation = "relu"; }, "the activation swish but found relu");
  refused_as([](run_config& c) { c.activation = "leaky-relu"; }, "the activation swish but found leaky-relu");
  refused_as([](run_config& c) { c.network = "wide-resnet-10-1", c.activation = "relu"; },
             "the activation swish or leaky-relu but found relu");
  refused_as([](run_config& c) { c.precision = "half"; }, "precision float32 or bfloat16 but found half");
  refused_as([](run_config& c) { c.image = {8, 8}; }, "the height, width and channels of an image but found [8,8]");
  refused_as([](run_config& c) { c.image = {8, 0, 1}; }, "the height, width and channels of an image but found [8,0,1]");
  refused_as([](run_config& c) { c.classes = 0; }, "how many classes there are but found 0");
  refused_as([](run_config& c) { c.class_names = {"ant"}; }, "a name for each of 2 classes but found 1 names");
  refused_as([](run_config& c) { c.divisor = 0; }, "a divisor other than 0");
  refused_as([](run_config& c) { c.weights = "../model.safetensors"; }, "weights in a file beside it but found ../model.safetensors");
  put(place / "config.json", "{");
  CHECK(refusal(place.path()).find("config.json: expected what a run says of its network but found ") != std::string::npos);
  put(place / "config.json", R"({"network": "convnet"})");
  CHECK(refusal(place.path()).find("key 'widths' not found") != std::string::npos);
}
