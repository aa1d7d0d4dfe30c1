#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains on the digits with settings that are meant to break training, and prints how each run ends, with the monitor and without.

    hostile.py JEM FOLDER [--count 100] [--iterations 500] [--seed 1] [--with-monitor-only]

The settings are drawn from wide ranges: learning rates of 0.01 to 10, sampler steps of 0.1 to 1000, noise of 0 to 10, K of 0 to 40, no
penalty or a small one, no noise on the data, buffers as small as a batch, restarts of 0 and 1, bfloat16, wide networks. A run is moderate
if its learning rate is at most 0.1 and its sampler's step at most 10: at least 80 % of these have to end within 0.03 of the accuracy that
cross-entropy reaches in as many iterations at the default learning rate. Every other run has to end usable, with finite energies, or with
exit code 3 and the reason. The exit code says whether both hold; the first is asked of ten moderate runs or more.
"""
import argparse
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time


def draw(rng):
    def scale(low, high):
        return float(f"{low * (high / low) ** rng.random():.3g}")

    return {
        "learning-rate": scale(0.01, 10),
        "step-size": scale(0.1, 1000),
        "noise": rng.choice([0, 0.01, scale(0.001, 10)]),
        "steps": rng.randint(0, 40),
        "penalty": rng.choice([0, 0, 0.01]),
        "data-noise": rng.choice([0, 0.03]),
        "buffer": rng.choice([64, 640, 10000]),
        "restart": rng.choice([0, 0.05, 1]),
        "precision": rng.choice(["float32", "float32", "float32", "bfloat16"]),
        "widths": rng.choice(["8,16"] * 5 + ["16,32"] * 2 + ["64,128"]),
        "warm-up": rng.choice([0, 200]),
        "seed": rng.randint(1, 1000),
    }


def largest_energy(folder):
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    steps = [line for line in lines if "loss" in line][-20:]
    values = [abs(line[name]) for line in steps for name in ("energy_data", "energy_sample") if line[name] is not None]
    return max(values, default=float("inf"))


def run(jem, folder, options):
    shutil.rmtree(folder, ignore_errors=True)
    words = [word for name, value in options.items() for word in ([f"--{name}"] if value is True else [f"--{name}", str(value)])]
    started = time.time()
    done = subprocess.run([jem, "train", "--out", folder, *words], capture_output=True, text=True)
    found = {"code": done.returncode, "seconds": time.time() - started, "interventions": done.stderr.count("; back to iteration ")}
    if done.returncode == 0:
        figures = json.loads((folder / "metrics.json").read_text())
        found |= {"accuracy": figures["accuracy"], "nll": figures["nll"], "energy": largest_energy(folder)}
    else:
        found["reason"] = (done.stderr.strip().splitlines() or [""])[-1]
    return found


def in_words(found):
    if found["code"] != 0:
        return f"code {found['code']}"
    return f"{found['accuracy']:.3f}, {found['nll']:.3g}, {found['energy']:.3g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jem", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--iterations", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--with-monitor-only", action="store_true")
    given = parser.parse_args()
    jem, iterations = given.jem.resolve(), given.iterations
    plain = run(jem, given.folder / "plain", {"iterations": iterations, "w-x": 0, "penalty": 0, "widths": "16,32"})
    print(f"cross-entropy at the default settings: accuracy {plain['accuracy']:.3f}\n")
    print("| settings | changes | with the monitor: accuracy, NLL, largest energy | without | seconds |\n|---|---|---|---|---|")
    rng = random.Random(given.seed)
    moderate, reached, broken, usable, usable_without = 0, 0, 0, 0, 0
    for _ in range(given.count):
        options = draw(rng) | {"iterations": iterations}
        found = run(jem, given.folder / "run", options)
        other = None if given.with_monitor_only else run(jem, given.folder / "run", options | {"no-monitor": True})
        good = found["code"] == 0 and found["accuracy"] >= plain["accuracy"] - 0.03
        finite = found["code"] == 0 and found["energy"] < 17_800  # a hundred times the scale of the digits
        moderate += options["learning-rate"] <= 0.1 and options["step-size"] <= 10
        reached += good and options["learning-rate"] <= 0.1 and options["step-size"] <= 10
        broken += not finite and not (found["code"] == 3 and "expected" in found["reason"])
        usable += good
        usable_without += other is not None and other["code"] == 0 and other["accuracy"] >= plain["accuracy"] - 0.03
        told = " ".join(f"{re.sub('learning-rate', 'rate', name)} {value}" for name, value in options.items() if name != "iterations")
        print(f"| {told} | {found['interventions']} | {in_words(found)} | {in_words(other) if other else '-'} | {found['seconds']:.0f} |",
              flush=True)
    print(f"\nwithin 0.03 of cross-entropy: {usable} of {given.count} with the monitor, "
          f"{'-' if given.with_monitor_only else usable_without} without; "
          f"of {moderate} moderate ones {reached}; ended with code 0 and energies that mean nothing, or without a reason: {broken}")
    return 0 if broken == 0 and (moderate < 10 or reached >= 0.8 * moderate) else 1


if __name__ == "__main__":
    sys.exit(main())
