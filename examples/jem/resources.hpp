// The memory and disk space that a run needs. The tool checks before the run begins that the machine has them.
#pragma once

#include "run.hpp"

#include <cstdint>

namespace tool {

/// Bytes that a run needs, estimated.
struct needs {
  double memory = 0;  ///< at its largest
  double disk   = 0;  ///< for weights, two checkpoints (one is written before the one before it is removed), and states that are kept there
};

/// The needs of a training run with these settings. The activations of a batch are estimated from one and two images.
template <class Net>
needs needs_of(const settings& s, const Net& net, const split& data);

/// Whether such a run keeps the states that it can go back to on disk: as the settings say, or, for "auto", if two need more than 1 GiB.
template <class Net>
bool keeps_states_on_disk(const settings& s, const Net& net, const dataset& images);

/// Bytes of memory that this process may use: what the machine has, or fewer where a limit is set.
double memory_limit();

/// Throws std::runtime_error with both figures if the machine has less memory, or the disk of the folder less room.
void expect_room_for(const needs& n, const std::filesystem::path& folder);

/// "1.5 GB"
std::string in_units(double bytes);

}  // namespace tool
