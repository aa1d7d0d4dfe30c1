// SPDX-License-Identifier: MIT
// The program of the page run-folder.md. usage: guide_run_folder FOLDER IMAGE
#include <jem/evaluate/out_of_distribution.hpp>
#include <jem/io/png.hpp>
#include <jem/io/run.hpp>
#include <jem/jem.hpp>

#include <iostream>

using tensor = jem::tensor<float, jem::eigen>;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const char *const folder = argv[1], *const image = argv[2];

  const auto run      = jem::io::load_run<tensor>(folder);
  const auto x        = run.input(jem::io::read_png(image).pixels);  // (1, h, w, c)
  const auto label    = jem::row_argmax(jem::evaluate::logits_of(run.network, x)).to_vector()[0];
  const double log_px = jem::evaluate::log_px(run.network, x)[0];  // log p(x) + log Z
  std::cout << run.class_name(label) << (run.looks_familiar(log_px) ? "\n" : ", unlike the training data\n");

  const auto parameters = run.network.visit([](const auto& net) { return jem::parameter_count(net); });

  std::cout << parameters << " parameters\n";
}
