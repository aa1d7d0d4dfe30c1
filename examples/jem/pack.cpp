// `jem pack`: a small copy of a run, to be passed on.
#include "demo.hpp"
#include "run.hpp"
#include "start.hpp"

#include <jem/io/half_weights.hpp>
#include <jem/io/run_config.hpp>
#include <jem/io/safetensors.hpp>

#include <cstdio>

namespace tool {

void pack_run(const std::filesystem::path& run, const std::filesystem::path& into) {
  for (const char* const name : {"settings.json", "config.json", "model.safetensors"}) {
    if (std::filesystem::exists(into / name)) {
      throw std::runtime_error((into / name).string() + ": expected a folder without a run but found one");
    }
  }
  settings s     = settings_of_run(run);
  auto config    = jem::io::read_run_config(run);
  auto tensors   = jem::io::read_safetensors(run / config.weights);
  s.data         = without_folders(s.data);
  config.weights = "model.safetensors";
  std::filesystem::create_directories(into);
  jem::io::write_safetensors(into / config.weights, jem::io::in_bfloat16(std::move(tensors)), {{"run", config.run}});
  jem::io::write_run_config(into, config);
  write_json(into / "settings.json", s);
  std::printf("wrote %s, %ju bytes\n", (into / config.weights).c_str(), std::filesystem::file_size(into / config.weights));
}

}  // namespace tool
