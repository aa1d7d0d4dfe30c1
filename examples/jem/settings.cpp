#include "settings.hpp"

#include <jem/io/file.hpp>
#include <jem/io/run_config.hpp>

#include <nlohmann/json.hpp>

#include <cctype>
#include <optional>

namespace tool {

bool names_data(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == text.npos) return text == "digits";
  return colon + 1 < text.size() && one_of("idx", "cifar10", "cifar100", "png").takes(text.substr(0, colon));
}

bool names_network(const std::string& text) { return text == "convnet" || jem::io::wide_resnet_named(text).has_value(); }

void to_json(nlohmann::ordered_json& j, const settings& s) {
  for_each_option([&](const auto& o) { j[o.key()] = json_of(s.*o.member); });
}

namespace {

using json = nlohmann::json;

json read_object(const std::filesystem::path& file) {
  const auto bytes = jem::io::read_file(file);
  json j;
  try {
    j = json::parse(bytes.begin(), bytes.end());
  } catch (const json::exception& error) {
    throw std::runtime_error(file.string() + ": expected settings in JSON but found " + error.what());
  }
  if (!j.is_object()) throw std::runtime_error(file.string() + ": expected settings, a JSON object, but found " + j.dump());
  return j;
}

/// Sets the option with that key in a settings file.
void assign(settings& s, const std::string& key, const json& value, const std::string& file) {
  bool known = false;
  for_each_option([&]<class Struct, class T, class Takes>(const option<Struct, T, Takes>& o) {
    if (o.key() != key) return;
    known = true;
    if (!read(value, s.*o.member) || !o.takes.takes(s.*o.member)) {
      throw std::runtime_error(jem::concat(file, ": ", key, ": expected ", o.takes.template expected<T>(), " but found ", value.dump()));
    }
  });
  if (!known) throw std::runtime_error(jem::concat(file, ": expected keys that are options of jem train but found ", key));
}

settings settings_of(const json& j, settings s, const std::string& file) {
  for (const auto& [key, value] : j.items()) assign(s, key, value, file);
  return s;
}

/// The data that a file names, or the digits.
std::string data_of(const json& j) { return j.contains("data") && j["data"].is_string() ? j["data"].get<std::string>() : "digits"; }

}  // namespace

namespace {

/// The method that a file names. Files of older versions name none, but all options of chains, which was the only method.
std::string method_of(const json& j) {
  if (j.contains("method") && j["method"].is_string()) return j["method"].get<std::string>();
  std::string method = "matched";
  for_each_option([&](const auto& o) {
    if (o.in == group::chains && j.contains(o.key())) method = "chains";
  });
  return method;
}

/// The recipe that a file names.
std::string recipe_of(const json& j) { return j.contains("recipe") && j["recipe"].is_string() ? j["recipe"].get<std::string>() : "paper"; }

}  // namespace

settings read_settings(const std::filesystem::path& file, const std::string& data, bool of_demo) {
  const json j = read_object(file);
  settings s   = of_demo ? preset_of_demo() : preset_of(data.empty() ? data_of(j) : data, method_of(j), recipe_of(j));
  if (j.contains("iterations")) s.matched_iterations = 0;  // holds for all columns, unless the file has matched_iterations
  if (j.contains("learning_rate")) s.matched_rate = 0;
  return settings_of(j, std::move(s), file.string());
}

settings settings_of_run(const std::filesystem::path& folder) {
  const auto file = folder / "settings.json";
  json j          = read_object(file);
  for (const char* key : {"data", "network", "widths"}) {
    if (!j.contains(key)) throw std::runtime_error(jem::concat(file.string(), ": expected the settings of a run but found no ", key));
  }
  if (!j.contains("validation_choice")) j["validation_choice"] = "last";  // versions that did not write it held out the last images
  return settings_of(j, settings{}, file.string());
}

std::vector<std::string> in_words(const settings& s) {
  std::vector<std::string> lines;
  std::optional<group> now;
  for_each_option([&](const auto& o) {
    if (o.in == group::record) return;
    if (now == o.in) {
      lines.back() += ", ";
    } else {
      std::string name = name_of(o.in);
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      lines.push_back(name + ": ");
    }
    lines.back() += jem::concat(o.name(), " ", text_of(s.*o.member));
    now = o.in;
  });
  return lines;
}

}  // namespace tool
