#include "folder.hpp"

#include <jem/core/concat.hpp>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tool {

namespace {

/// The files and folders that set_aside moves or removes.
constexpr const char* names[] = {
    "settings.json",       "config.json",  "model.safetensors", "checkpoint.safetensors", "checkpoint.states", "metrics.json",
    "metrics.jsonl",       "report.html",  "evaluation.json",   "weights.safetensors",    "jem.safetensors",   "cross_entropy.safetensors",
    "matched.safetensors", "samples.json", "samples.png",       "samples_by_class.png",   "samples",           "parts"};

[[noreturn]] void fail(const std::filesystem::path& path, int code) {
  throw std::runtime_error(
      jem::concat(path.string(), ": expected a folder to write into but received \"", std::generic_category().message(code), "\""));
}

/// Whether the open file is still the one of that path.
bool is_at(int file, const std::filesystem::path& path) {
  struct stat open{}, named{};
  return ::fstat(file, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/// "process 1234", by the number in the file.
std::string holder_of(int file) {
  char text[32];
  const auto length = ::pread(file, text, sizeof text, 0);
  return length > 0 ? "process " + std::string(text, static_cast<std::size_t>(length)) : "another process";
}

int lock(const std::filesystem::path& folder) {
  const auto path = folder / "lock";
  while (true) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) fail(folder, errno);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return file;  // the file system has no locks: the run goes on without one
      const std::string holder = holder_of(file);
      ::close(file);
      throw std::runtime_error(jem::concat(folder.string(), ": expected a folder that no other run writes into but ", holder, " does"));
    }
    if (is_at(file, path)) {
      const std::string own = std::to_string(::getpid());
      // Only messages use the number, so that a full disk is no error here. Later writes will report it.
      if (::ftruncate(file, 0) != 0 || ::write(file, own.data(), own.size()) < 0) return file;
      return file;
    }
    ::close(file);  // the run that held the lock has removed the file meanwhile
  }
}

/// The files that an earlier run has left in the folder, including those that it was writing when it was killed.
std::vector<std::filesystem::path> left_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  for (const std::string name : names) {
    if (std::filesystem::exists(folder / name)) found.emplace_back(name);
    if (std::filesystem::is_regular_file(folder / (name + ".part"))) found.emplace_back(name + ".part");
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {  // of jem sample: samples-20.png, samples-20-nearest.png
    const auto name = entry.path().filename();
    if (name.string().starts_with("samples-") && name.extension() == ".png") found.push_back(name);
  }
  return found;
}

}  // namespace

run_folder::run_folder(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  if (error) fail(path_, error.value());
  lock_ = lock(path_);
}

run_folder::~run_folder() {
  if (lock_ < 0) return;
  std::error_code ignored;
  if (is_at(lock_, path_ / "lock")) std::filesystem::remove(path_ / "lock", ignored);
  ::close(lock_);
}

std::filesystem::path run_folder::set_aside(bool overwrite) const {
  const auto left = left_in(path_);
  if (left.empty()) return {};
  if (overwrite) {
    for (const auto& name : left) std::filesystem::remove_all(path_ / name);
    return {};
  }
  int number = 1;
  while (!std::filesystem::create_directory(path_ / ("earlier-" + std::to_string(number)))) ++number;
  const auto aside = path_ / ("earlier-" + std::to_string(number));
  for (const auto& name : left) std::filesystem::rename(path_ / name, aside / name);
  return aside;
}

}  // namespace tool
