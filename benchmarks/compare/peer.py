# SPDX-License-Identifier: MIT
"""One training iteration of a joint energy-based model in PyTorch, timed as training_iteration times jem's.

The network is the paper's Wide ResNet (no normalisation, leaky ReLU 0.2), or the demo's for 8x8 digits. MODE is one of
  eager          float32, contiguous
  channels-last  float32, channels last in memory
  compiled       float32, channels last, through torch.compile
  bfloat16       channels last, bfloat16 autocast
On a CUDA device (--device cuda) float32 is full float32, or tf32 in convolutions and products by --tf32.
Prints a line of JSON with the keys of training_iteration.
"""
import argparse
import json
import resource
import time

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, stride=stride, padding=1)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride=stride)

    def forward(self, x):
        hidden = self.first(functional.leaky_relu(x, 0.2))
        return self.second(functional.leaky_relu(hidden, 0.2)) + self.shortcut(x)


def wide_resnet(depth, width, channels, classes):
    layers, inputs = [nn.Conv2d(channels, 16, 3, padding=1)], 16
    for group, outputs in enumerate((16 * width, 32 * width, 64 * width)):
        for block in range((depth - 4) // 6):
            layers.append(Block(inputs, outputs, 2 if group > 0 and block == 0 else 1))
            inputs = outputs
    head = [nn.LeakyReLU(0.2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes)]
    return nn.Sequential(*layers, *head)


def digits_network(size, channels, classes):
    return nn.Sequential(
        nn.Conv2d(channels, 32, 3, padding=1), nn.SiLU(),
        nn.Conv2d(32, 64, 4, stride=2, padding=1), nn.SiLU(),
        nn.Conv2d(64, 64, 3, padding=1), nn.SiLU(),
        nn.Flatten(), nn.Linear((size // 2) ** 2 * 64, classes))


def fastest(f, device):
    finish = torch.cuda.synchronize if device == "cuda" else lambda: None

    def timed():
        finish()
        start = time.perf_counter()
        f()
        finish()
        return 1e3 * (time.perf_counter() - start)

    warm = [timed(), timed()]
    while sum(warm) < 250:  # as training_iteration does
        warm.append(timed())
    return round(min(timed() for _ in range(5)), 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", default="eager", choices=["eager", "channels-last", "compiled", "bfloat16"])
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--tf32", action="store_true")
    parser.add_argument("--network", default="wide-resnet", choices=["wide-resnet", "digits"])
    for name, value in dict(depth=10, width=1, batch=64, steps=20, size=0, channels=0, classes=10, threads=2).items():
        parser.add_argument("--" + name, type=int, default=value)
    o = parser.parse_args()
    digits = o.network == "digits"
    size, channels = o.size or (8 if digits else 32), o.channels or (1 if digits else 3)
    torch.set_num_threads(o.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = o.tf32
    torch.manual_seed(1)
    net = digits_network(size, channels, o.classes) if digits else wide_resnet(o.depth, o.width, channels, o.classes)
    x = 2 * torch.rand(o.batch, channels, size, size) - 1
    y = torch.arange(o.batch) % o.classes
    net, x, y = net.to(o.device), x.to(o.device), y.to(o.device)
    if o.mode != "eager":
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    forward = torch.compile(net) if o.mode == "compiled" else net
    if o.mode == "bfloat16":
        def forward(images):
            with torch.autocast(o.device, dtype=torch.bfloat16):
                return net(images).float()
    adam = torch.optim.Adam(net.parameters(), lr=1e-4)

    def sample(steps):
        chains = x.clone().requires_grad_(True)
        for _ in range(steps):
            slope, = torch.autograd.grad(forward(chains).logsumexp(1).sum(), [chains])
            chains.data += slope + 0.01 * torch.randn_like(chains)
        return chains.detach()

    def learn(samples):
        logits = forward(x)
        gap = forward(samples).logsumexp(1).mean() - logits.logsumexp(1).mean()
        adam.zero_grad()
        (functional.cross_entropy(logits, y) + gap).backward()
        adam.step()

    line = dict(network=o.network, mode=o.mode + (", tf32" if o.tf32 else ""), device=o.device, torch=torch.__version__, batch=o.batch, steps=o.steps, threads=o.threads)
    line["parameters"] = sum(p.numel() for p in net.parameters())
    line["sgld_ms"] = fastest(lambda: sample(1), o.device)
    line["grad_ms"] = fastest(lambda: learn(x), o.device)
    line["iter_ms"] = fastest(lambda: learn(sample(o.steps)), o.device)
    if o.device == "cuda":
        line["peak_mib"] = torch.cuda.max_memory_reserved() >> 20
    else:
        line["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(line))


if __name__ == "__main__":
    main()
