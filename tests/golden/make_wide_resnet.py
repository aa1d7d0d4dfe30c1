# SPDX-License-Identifier: MIT
"""Writes wide_resnet.safetensors: a small Wide ResNet of PyTorch (2.15) with what one training step of it gives.

Depth 16, width 1, 2 channels in the place of 16, 3 classes, images of 8 x 8: the modules and their names are those of the code
of Grathwohl et al. (2020), the pool is the mean over the image. Weights are drawn in float32, twice as large as usual, so that
the chains move; all that is computed from them is computed in float64 and rounded. Images are (n, h, w, c). `gradient` and
`updated` are all tensors of their kind in the order of their names, the class_output but not the energy_output among them.
usage: make_wide_resnet.py OUTPUT
"""
import sys
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, stride=stride, padding=1)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride))

    def forward(self, x):
        h = self.conv2(F.leaky_relu(self.conv1(F.leaky_relu(x, 0.2)), 0.2))
        return h + self.shortcut(x)


class Features(nn.Module):
    def __init__(self, depth, width, stem):
        super().__init__()
        self.conv1 = nn.Conv2d(3, stem, 3, padding=1)
        inputs = stem
        for group, stride in ((1, 1), (2, 2), (3, 2)):
            outputs, blocks = stem * width * 2 ** (group - 1), []
            for i in range((depth - 4) // 6):
                blocks.append(Block(inputs, outputs, stride if i == 0 else 1))
                inputs = outputs
            setattr(self, f"layer{group}", nn.Sequential(*blocks))

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.conv1(x))))
        return F.leaky_relu(x, 0.2).mean((2, 3))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = Features(16, 1, 2)
        self.class_output = nn.Linear(8, 3)
        self.energy_output = nn.Linear(8, 1)

    def classify(self, x):
        return self.class_output(self.f(x))

    def energy(self, x):  # of --uncond
        return -self.energy_output(self.f(x)).squeeze(1)


torch.manual_seed(1)
net = Model()
weights = {name: 2 * p.detach() for name, p in net.state_dict().items()}
net.load_state_dict(weights)
net = net.double()
x, unlabelled, chains = (torch.rand(2, 3, 8, 8).double() * 2 - 1 for _ in range(3))
y = torch.tensor([2, 0])
marginal = lambda images: -net.classify(images).logsumexp(1)


def descend(energy, images, steps):  # the paper's sampler without its noise
    images = images.clone().requires_grad_()
    for _ in range(steps):
        images.data -= torch.autograd.grad(energy(images).sum(), images)[0]
    return images.detach()


def loss_with(energy, samples):
    return F.cross_entropy(net.classify(x), y) + energy(unlabelled).mean() - energy(samples).mean()


def norm(gradients):
    return torch.sqrt(sum((g ** 2).sum() for g in gradients))


own = x.clone().requires_grad_()
slope = torch.autograd.grad(marginal(own).sum(), own)[0]
samples, other_samples = descend(marginal, chains, 3), descend(net.energy, chains, 3)
other_loss = loss_with(net.energy, other_samples)
other_norm = norm(torch.autograd.grad(other_loss, list(net.parameters())))

loss = loss_with(marginal, samples)
adam = torch.optim.Adam(net.parameters(), lr=0.01)
loss.backward()
trained = sorted((name, p) for name, p in net.named_parameters() if p.grad is not None)
gradient = torch.cat([p.grad.flatten() for _, p in trained])
adam.step()
updated = torch.cat([p.detach().flatten() for _, p in trained])

images = lambda t: t.permute(0, 2, 3, 1)
with torch.no_grad():
    net.load_state_dict(weights)
    golden = {"x": images(x), "y": y, "unlabelled": images(unlabelled), "chains": images(chains), "logits": net.classify(x),
              "energy": net.energy(x), "input_gradient": images(slope), "samples": images(samples), "loss": loss.reshape(1),
              "gradient": gradient, "updated": updated, "uncond_samples": images(other_samples),
              "uncond_loss_and_norm": torch.stack([other_loss, other_norm])}
save = {"golden." + name: t.detach().to(torch.int32 if name == "y" else torch.float32).contiguous() for name, t in golden.items()}
save_file(weights | save, sys.argv[1], metadata={"made by": "tests/golden/make_wide_resnet.py", "torch": torch.__version__})
