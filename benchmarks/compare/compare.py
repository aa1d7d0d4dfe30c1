#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Training iterations of jem and of PyTorch side by side, in pairs, and a table of their ratios.

Builds the benchmark by the release preset, finds PyTorch (in this interpreter, or in the one that --python names), and times
both on the same networks, batches and numbers of sampler steps, one process after the other, --pairs times. A ratio is the
peer's figure by jem's: above 1, jem is the faster or the smaller. The best of PyTorch's float32 modes is the peer; bfloat16
autocast is a peer of its own. Without PyTorch, jem's own figures. On a CUDA device:

    cmake --preset release -D JEM_CUDA=ON -D JEM_MORE_BACKENDS="thrust_cudnn;thrust_cudnn_tf32" && cmake --build --preset release
    python3 benchmarks/compare/compare.py --program build/release/benchmarks/training_iteration_thrust_cudnn_tf32 --device cuda --tf32
"""
import argparse
import json
import pathlib
import platform
import statistics
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
program = root / "build" / "release" / "benchmarks" / "training_iteration"
shapes = {
    "WRN-10-1": dict(depth=10, width=1, batch=64, steps=20),
    "WRN-16-2": dict(depth=16, width=2, batch=64, steps=20),
    "WRN-16-4": dict(depth=16, width=4, batch=32, steps=10),
    "WRN-28-10": dict(depth=28, width=10, batch=8, steps=5),
    "digits": dict(network="digits", batch=64, steps=20),
}
float32_modes = ["eager", "channels-last", "compiled"]
measures = ["sgld_ms", "grad_ms", "iter_ms", "peak_mib"]


def processor():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
        return next(line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"


def options(shape):
    return [word for key, value in shape.items() for word in ("--" + key, str(value))]


def run(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{' '.join(map(str, command))}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def has_torch(python):
    return subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0


def median(lines, measure):
    return statistics.median(line[measure] for line in lines) if lines else None


def device_name(device):
    if device == "cpu":
        return processor()
    names = subprocess.run(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True)
    return names.stdout.strip().splitlines()[0] if names.stdout else device


def compare(name, shape, o, modes):
    ours, peers = [], {mode: [] for mode in modes}
    for pair in range(o.pairs):
        mine = run([o.program, *options(shape), "--precision", o.precision, "--threads", o.threads, *o.ours])
        if mine is None:
            sys.exit(f"compare: the benchmark failed on {name}")
        ours.append(mine)
        for mode in modes:
            if pair > 0 and not peers[mode]:
                continue  # it failed the first time
            line = run([o.python, root / "benchmarks/compare/peer.py", "--mode", mode, *options(shape), "--threads", o.threads,
                        "--device", o.device, *(["--tf32"] if o.tf32 else [])])
            if line is not None:
                peers[mode].append(line)
        print(f"{name}: pair {pair + 1} of {o.pairs}", file=sys.stderr)
    return ours, peers


def ratios(ours, theirs, measure):
    return [b[measure] / a[measure] for a, b in zip(ours, theirs)]


def row(name, ours, peers):
    cells = [name, *(f"{median(ours, m):.4g}" for m in measures)]
    present = [mode for mode in float32_modes if peers.get(mode)]
    if present:
        best = min(present, key=lambda mode: median(peers[mode], "iter_ms"))
        cells.append(f"{best}, {median(peers[best], 'iter_ms'):.4g}")
        cells += [f"{statistics.median(ratios(ours, peers[best], m)):.2f}" for m in measures]
    else:
        cells += ["-"] * (1 + len(measures))
    low = peers.get("bfloat16")
    cells += [f"{statistics.median(ratios(ours, low, m)):.2f}" for m in ("iter_ms", "peak_mib")] if low else ["-", "-"]
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has PyTorch")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--modes", nargs="+", default=[*float32_modes, "bfloat16"], choices=[*float32_modes, "bfloat16"])
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"], help="what jem's networks compute in")
    parser.add_argument("--ours", nargs="+", default=[], help="more options of training_iteration, given as one word each")
    parser.add_argument("--backend", default="eigen", help="of jem: eigen, onednn, or one that the release preset was given as JEM_MORE_BACKENDS")
    parser.add_argument("--program", type=pathlib.Path, help="a training_iteration that is built already")
    parser.add_argument("--batch", type=int, help="images, for every shape")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"], help="of PyTorch; jem's is its program's")
    parser.add_argument("--tf32", action="store_true", help="PyTorch may use tf32 where it says float32")
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"of {', '.join(shapes)}; all of them by default")
    o = parser.parse_args()
    unknown = [name for name in o.shapes if name not in shapes]
    if unknown:
        parser.error(f"expected shapes of {', '.join(shapes)} but received {unknown[0]}")
    if o.program is None:
        o.program = program if o.backend == "eigen" else program.with_name(f"{program.name}_{o.backend}")
        subprocess.run(["sh", root / "cmake/bootstrap.sh", "release"], check=True, stdout=subprocess.DEVNULL)
    o.program = o.program.resolve()
    modes = o.modes if has_torch(o.python) else []
    if not modes:
        print(f"compare: {o.python} has no PyTorch; --python names another interpreter", file=sys.stderr)
    if o.batch:
        for shape in shapes.values():
            shape["batch"] = o.batch
    results = {name: compare(name, shapes[name], o, modes) for name in o.shapes or shapes}
    versions = {line["torch"] for _, peers in results.values() for lines in peers.values() for line in lines}
    print(f"{device_name(o.device)}{' with tf32' if o.tf32 else ''}, jem in {o.precision}, {o.threads} threads, {o.pairs} pairs, PyTorch {', '.join(sorted(versions)) or 'not found'}\n")
    print("| network | step, ms | gradient, ms | iteration, ms | peak, MiB | best float32 peer, iteration, ms "
          "| × step | × gradient | × iteration | × peak | × iteration, bfloat16 | × peak, bfloat16 |")
    print("|---" * 12 + "|")
    for name, (ours, peers) in results.items():
        print(row(name, ours, peers))


if __name__ == "__main__":
    main()
