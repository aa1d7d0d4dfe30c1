#include "resources.hpp"

#include <jem/core/concat.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <limits>
#include <stdexcept>

#include <sys/resource.h>
#include <unistd.h>

namespace tool {

namespace {

double bytes_of(const tensor& x) { return static_cast<double>(x.size()) * sizeof(float); }

template <class Net>
double bytes_of_weights(const Net& net) {
  return static_cast<double>(jem::parameter_count(net)) * sizeof(float);
}

/// Bytes of the weights, both moments of the optimiser, the replay buffer, and the laws that its chains start from.
template <class Net>
double bytes_of_state(const settings& s, const Net& net, const dataset& images) {
  const bool samples = has_chains(s);
  const double image = bytes_of(images.x) / static_cast<double>(images.size());
  const double laws  = samples && s.start == "classes" ? static_cast<double>(images.classes) * image * image / sizeof(float) : 0;
  return 3 * bytes_of_weights(net) + laws + (samples ? static_cast<double>(s.buffer) * image : 0);
}

/// Bytes that a forward pass keeps for `count` images: the activations, and tensors that the network computes from its weights.
template <class Net>
double bytes_of_pass(const Net& net, const tensor& images, jem::index_t count) {
  const auto before = jem::host_pool::in_use();
  typename Net::template cache<tensor> cache;
  const tensor logits = net.forward(tensor(images.rows(0, count)), cache);
  return static_cast<double>(jem::host_pool::in_use() - before);
}

/// The number in a file; infinity if there is none.
double number_in(const char* path) {
  double value = 0;
  return std::ifstream(path) >> value ? value : std::numeric_limits<double>::infinity();
}

}  // namespace

template <class Net>
bool keeps_states_on_disk(const settings& s, const Net& net, const dataset& images) {
  constexpr double most = 1 << 30;
  return s.states == "disk" || (s.states == "auto" && 2 * bytes_of_state(s, net, images) > most);
}

template <class Net>
needs needs_of(const settings& s, const Net& net, const split& data) {
  const bool on_disk      = keeps_states_on_disk(s, net, data.train);
  const double weights    = bytes_of_weights(net);
  const double state      = bytes_of_state(s, net, data.train);
  const double checkpoint = (on_disk ? 1 : 3) * state + 2 * weights;  // with states to go back to, an average and the best weights
  const double read       = bytes_of(data.train.x) + bytes_of(data.test.all.x);
  // Writing a checkpoint needs its content three times: as it is, as tensors of a file, and as the bytes of the file. Going back to a state
  // on disk needs the state four times: the present one, the file, its tensors, and the state that is made of them. A step needs a gradient
  // and a copy of the weights.
  const double going_back = on_disk ? 4 * state + 2 * weights : 0;
  needs n{.memory = read + 2 * weights + std::max(3 * checkpoint, going_back),
          .disk   = 2 * checkpoint + weights +
                  (on_disk ? 5 * state : 0)};  // five states: two now, two that the last checkpoint needs, and the next one
  if constexpr (tensor::backend_type::host_memory) {
    const jem::index_t few     = std::min<jem::index_t>(2, data.train.size());
    const double one           = bytes_of_pass(net, data.train.x, 1);
    const double each          = few > 1 ? std::max(0.0, bytes_of_pass(net, data.train.x, 2) - one) : one;
    const jem::phase_set reads = phases_of(s);
    const auto batches         = static_cast<double>(reads.labelled + reads.data + reads.samples + reads.conditional + 2 * reads.pairs +
                                                     2 * reads.joint_pairs + reads.outliers + 2 * reads.last_steps);
    // A step passes all batches together; the backward pass needs the gradients of two layers beside the activations.
    n.memory += std::max(0.0, one - each) + 1.5 * batches * static_cast<double>(s.batch) * each;
  }
  n.memory *= 1.25;  // allowance for blocks of memory that are kept for the next iteration
  return n;
}

double memory_limit() {
  double limit = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  for (const char* const file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    limit = std::min(limit, number_in(file));
  }
  rlimit given{};
  if (::getrlimit(RLIMIT_AS, &given) == 0 && given.rlim_cur != RLIM_INFINITY) limit = std::min(limit, static_cast<double>(given.rlim_cur));
  return limit;
}

void expect_room_for(const needs& n, const std::filesystem::path& folder) {
  if (const double limit = memory_limit(); n.memory > limit) {
    throw std::runtime_error(jem::concat("expected at least ", in_units(n.memory),
                                         " of memory, which a run of these settings needs, but found ", in_units(limit)));
  }
  auto there = std::filesystem::absolute(folder);
  while (!std::filesystem::exists(there) && there.has_relative_path()) there = there.parent_path();
  std::error_code unknown;
  const auto space = std::filesystem::space(there, unknown);
  if (unknown || n.disk <= static_cast<double>(space.available)) return;
  throw std::runtime_error(jem::concat(folder.string(), ": expected room for ", in_units(n.disk),
                                       ", which a run of these settings needs, but found ",
                                       in_units(static_cast<double>(space.available))));
}

std::string in_units(double bytes) {
  constexpr std::array units{"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < units.size(); ++unit) bytes /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || bytes >= 100 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  return text;
}

template bool keeps_states_on_disk(const settings&, const small_network&, const dataset&);
template bool keeps_states_on_disk(const settings&, const deep_network&, const dataset&);
template bool keeps_states_on_disk(const settings&, const smooth_network&, const dataset&);
template bool keeps_states_on_disk(const settings&, const in_bfloat16<small_network>&, const dataset&);
template bool keeps_states_on_disk(const settings&, const in_bfloat16<deep_network>&, const dataset&);
template bool keeps_states_on_disk(const settings&, const in_bfloat16<smooth_network>&, const dataset&);
template needs needs_of(const settings&, const small_network&, const split&);
template needs needs_of(const settings&, const deep_network&, const split&);
template needs needs_of(const settings&, const smooth_network&, const split&);
template needs needs_of(const settings&, const in_bfloat16<small_network>&, const split&);
template needs needs_of(const settings&, const in_bfloat16<deep_network>&, const split&);
template needs needs_of(const settings&, const in_bfloat16<smooth_network>&, const split&);

}  // namespace tool
