// expected at once: deleted
#include <jem/backend/reference.hpp>
#include <jem/data/toy2d.hpp>
#include <jem/loss/contrastive_divergence.hpp>
#include <jem/loss/cross_entropy.hpp>
#include <jem/nn/models/mlp.hpp>
#include <jem/optim/adam.hpp>
#include <jem/sampling/sgld.hpp>
#include <jem/train/trainer.hpp>

using tensor = jem::tensor<float, jem::reference>;

int main() {
  jem::rng rng{1};
  const jem::trainer algorithm{.loss      = jem::cross_entropy{},
                               .sampler   = jem::sgld{.step_size = jem::constant{1.0f}, .noise = jem::fixed_noise{0.01f}},
                               .optimiser = jem::adam{.learning_rate = jem::constant{0.001f}}};
  algorithm.init(jem::mlp<tensor>({2, 3, 2}, rng), jem::data::dataset<tensor>{}, jem::data::dataset<tensor>{}, rng);
}
