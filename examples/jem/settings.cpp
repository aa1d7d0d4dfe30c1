#include "settings.hpp"

#include <jem/io/file.hpp>

#include <nlohmann/json.hpp>

namespace tool {

namespace {

using json = nlohmann::ordered_json;

json parsed(const std::filesystem::path& file) {
  const auto bytes = jem::io::read_file(file);
  try {
    auto j = json::parse(bytes.begin(), bytes.end());
    if (!j.is_object()) refuse(file.string(), "the settings of a run, an object of JSON,", j.type_name());
    return j;
  } catch (const json::exception& error) { refuse(file.string(), "the settings of a run in JSON", error.what()); }
}

/// The defaults of the data that the file names, and over them what else it says.
settings settings_from(const json& j, const std::filesystem::path& file, const std::string& data) {
  settings s = default_settings(data);
  for (const auto& [key, value] : j.items()) {
    bool known = false;
    for_each_option([&](const auto& o) {
      if (!o.stored || o.key() != key) return;
      o.set(s, value, file.string() + ", " + key, value.dump());
      known = true;
    });
    if (!known) refuse(file.string(), "options of jem train", key);
  }
  return s;
}

std::string data_in(const json& j, const std::filesystem::path& file) {
  if (!j.contains("data")) return "digits";
  if (!j["data"].is_string()) refuse(file.string() + ", data", "a text", j["data"].dump());
  return j["data"].get<std::string>();
}

}  // namespace

void to_json(json& j, const settings& s) {
  j = json::object();
  for_each_option([&](const auto& o) {
    if (o.stored) j[o.key()] = s.*o.member;
  });
}

settings read_settings(const std::filesystem::path& file) {
  const json j = parsed(file);
  settings s   = settings_from(j, file, data_in(j, file));
  if (!j.contains("validation_choice")) s.validation_choice = "last";
  return s;
}

settings settings_of(const std::string& file, const given_texts& given, const std::filesystem::path& out) {
  const json said        = file.empty() ? json::object() : parsed(file);
  const auto data        = given.find("data");
  const std::string name = data != given.end() ? data->second : data_in(said, file);
  settings s             = settings_from(said, file, name);
  s.out                  = out;
  for_each_option([&](const auto& o) {
    if (const auto text = given.find(o.name); text != given.end()) o.set(s, std::string_view(text->second), "--" + o.name, text->second);
  });
  return s;
}

void check_together(const settings& s, const jem::shape& images, jem::index_t classes) {
  const auto number = [](jem::index_t n) { return std::to_string(n); };
  if (s.batch > images[0]) refuse("--batch", "at most " + number(images[0]) + ", the training images,", number(s.batch));
  if (s.crop >= std::min(images[1], images[2]))
    refuse("--crop", "less than the images' height and width, " + number(images[1]) + " and " + number(images[2]) + ",", number(s.crop));
  if (s.weight_x == 0 && s.weight_xy == 0 && s.penalty == 0) return;
  if (!keeps_classes_apart(s)) {
    if (s.buffer < s.batch) refuse("--buffer", "at least " + number(s.batch) + " images, as many as in a --batch,", number(s.buffer));
    return;
  }
  if (s.buffer < s.batch * classes)
    refuse("--buffer",
           "at least " + number(s.batch * classes) + " images, a --batch of " + number(s.batch) + " for each of " + number(classes) +
               " classes,",
           number(s.buffer));
  if (s.buffer % classes != 0) refuse("--buffer", "a number that the " + number(classes) + " classes divide", number(s.buffer));
}

std::vector<std::string> recipe_of(const settings& s) {
  std::vector<std::string> lines;
  for (const group g : {group::data, group::network, group::sampler, group::loss, group::optimiser, group::run}) {
    std::string of_group;
    for_each_option([&](const auto& o) {
      if (o.in == g && o.stored) of_group += (of_group.empty() ? " " : ", ") + o.name + " " + shown(s.*o.member);
    });
    lines.push_back(std::string(name_of(g)) + ":" + of_group);
  }
  return lines;
}

}  // namespace tool
