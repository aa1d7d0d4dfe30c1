#include "settings.hpp"

#include <jem/io/file.hpp>

#include <nlohmann/json.hpp>

namespace tool {

void to_json(nlohmann::ordered_json& j, const settings& s) {
  j = {{"data", s.data},
       {"image", s.image},
       {"classes", s.classes},
       {"class_names", s.class_names},
       {"validation", s.validation},
       {"validation_choice", s.validation_choice},
       {"network", s.network},
       {"widths", s.widths},
       {"initialisation", s.initialisation},
       {"precision", s.precision},
       {"steps", s.steps},
       {"step_size", s.step_size},
       {"noise", s.noise},
       {"buffer", s.buffer},
       {"restart", s.restart},
       {"by_class", s.by_class},
       {"weight_x", s.weight_x},
       {"weight_yx", s.weight_yx},
       {"weight_xy", s.weight_xy},
       {"penalty", s.penalty},
       {"crop", s.crop},
       {"flip", s.flip},
       {"with_replacement", s.with_replacement},
       {"data_noise", s.data_noise},
       {"learning_rate", s.learning_rate},
       {"rate_at_end", s.rate_at_end},
       {"warm_up", s.linear_warm_up},
       {"batch", s.batch},
       {"iterations", s.iterations},
       {"seed", s.seed}};
}

settings read_settings(const std::filesystem::path& file) {
  const auto bytes = jem::io::read_file(file);
  try {
    const auto j        = nlohmann::json::parse(bytes.begin(), bytes.end());
    settings s          = paper_settings();
    s.data              = j.at("data").get<std::string>();
    s.network           = j.at("network").get<std::string>();
    s.widths            = j.at("widths").get<std::vector<jem::index_t>>();
    s.precision         = j.value("precision", s.precision);
    s.image             = j.value("image", s.image);
    s.classes           = j.value("classes", s.classes);
    s.class_names       = j.value("class_names", s.class_names);
    s.validation        = j.value("validation", s.validation);
    s.validation_choice = j.value("validation_choice", "last");  // what versions that did not write it have done
    s.seed              = j.value("seed", s.seed);
    return s;
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(file.string() + ": expected the settings of a run but found " + error.what());
  }
}

}  // namespace tool
