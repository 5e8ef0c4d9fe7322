"""The training steps of ../training_step.rs in PyTorch, one thread, and the ratio of the two.

    python3 crates/speed/peers/training_step.py --rounds 5

measures both in one sitting, turn by turn (Criterion target, PyTorch, Criterion target, ...), and prints the median
time of each, the median over rounds of the ratio, and the ratio of the best samples, which other programs on the
machine disturb least.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[3]
torch.set_num_threads(1)


def mlp(hidden):
    return nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 10))


def cnn():
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 100), nn.ReLU(), nn.Linear(100, 10),
    )


class Rnn(nn.Module):
    """28 steps of 28 features, a tanh recurrence, a linear head on the last state."""

    def __init__(self):
        super().__init__()
        self.recurrent, self.head = nn.RNN(28, 100, batch_first=True), nn.Linear(100, 10)

    def forward(self, x):
        return self.head(self.recurrent(x.view(-1, 28, 28))[0][:, -1])


def sgd(parameters, fused):
    return torch.optim.SGD(parameters, lr=1e-4, fused=fused)


def momentum(parameters, fused):
    return torch.optim.SGD(parameters, lr=1e-4, momentum=0.9, fused=fused)


def adam(parameters, fused):
    return torch.optim.Adam(parameters, lr=1e-4, fused=fused)


CASES = {
    "mlp400-batch128-sgd": (lambda: mlp(400), 128, sgd),
    "mlp400-batch128-momentum": (lambda: mlp(400), 128, momentum),
    "mlp400-batch128-adam": (lambda: mlp(400), 128, adam),
    "mlp100-batch128-sgd": (lambda: mlp(100), 128, sgd),
    "mlp100-batch128-adam": (lambda: mlp(100), 128, adam),
    "mlp100-batch16-sgd": (lambda: mlp(100), 16, sgd),
    "mlp100-batch16-adam": (lambda: mlp(100), 16, adam),
    "cnn16-32-batch128-sgd": (cnn, 128, sgd),
    "cnn16-32-batch16-sgd": (cnn, 16, sgd),
    "rnn100-batch128-sgd": (Rnn, 128, sgd),
    "rnn100-batch16-sgd": (Rnn, 16, sgd),
}


def peer(name, seconds, fused):
    """Milliseconds of one step, one number per block of steps."""
    build, batch, optimiser = CASES[name]
    torch.manual_seed(1)
    model = build()
    x, y = torch.rand(batch, 784), torch.randint(0, 10, (batch,))
    chain, loss = optimiser(model.parameters(), fused), nn.CrossEntropyLoss()

    def step():
        chain.zero_grad(set_to_none=True)
        loss(model(x), y).backward()
        chain.step()

    start = time.perf_counter()
    for _ in range(20):
        step()
    # Blocks of about 20 ms, as Criterion averages over many steps too.
    block = max(1, round(0.02 / ((time.perf_counter() - start) / 20)))
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(block):
            step()
        times.append(1e3 * (time.perf_counter() - start) / block)
    return times


def executable():
    """Builds the Criterion target; returns its path."""
    command = ["cargo", "bench", "-p", "neuromod-speed", "--bench", "training_step", "--no-run", "--message-format=json"]
    lines = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    artifacts = [json.loads(line) for line in lines if line.startswith("{")]
    names = [a["executable"] for a in artifacts if a.get("target", {}).get("name") == "training_step"]
    return next(name for name in names if name)


def ours(program, name, seconds, home):
    """Milliseconds of one step, one number per Criterion sample."""
    command = [program, "--bench", "--exact", f"step/{name}", "--noplot"]
    command += ["--measurement-time", str(seconds), "--warm-up-time", "0.3"]
    environment = {**os.environ, "CRITERION_HOME": home, "RAYON_NUM_THREADS": "1", "CANDLE_NUM_THREADS": "1"}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    sample = json.loads((Path(home) / "step" / name / "new" / "sample.json").read_text())
    return [1e-6 * time / count for time, count in zip(sample["times"], sample["iters"])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="per case, round and side")
    parser.add_argument("--program", help="a built Criterion target; default: cargo builds it")
    parser.add_argument("cases", nargs="*", help="substrings of case names; default: all")
    arguments = parser.parse_args()
    names = [name for name in CASES if not arguments.cases or any(part in name for part in arguments.cases)]
    load = os.getloadavg()[0]
    print(f"PyTorch {torch.__version__}, 1 thread, {arguments.rounds} rounds, load at start {load:.1f}")
    print(f"{'':28} {'median ms':^28} {'ratio of medians':^17} {'ratio of best':^17}")
    print(f"{'step':28} {'ours':>8} {'torch':>9} {'fused':>9} {'torch':>9} {'fused':>7} {'torch':>9} {'fused':>7}")
    with tempfile.TemporaryDirectory() as home:
        program = arguments.program or executable()
        for name in names:
            report(name, program, arguments, home)


def report(name, program, arguments, home):
    """One line: `torch` is PyTorch's default optimiser, `fused` its fused one."""
    rounds = []
    for _ in range(arguments.rounds):
        own = ours(program, name, arguments.seconds, home)
        rounds.append((own, peer(name, arguments.seconds, None), peer(name, arguments.seconds, True)))
    own, plain, fused = (statistics.median(map(statistics.median, side)) for side in zip(*rounds))
    ratios = [statistics.median(statistics.median(r[0]) / statistics.median(r[side]) for r in rounds) for side in (1, 2)]
    least = [min(map(min, side)) for side in zip(*rounds)]
    best = [least[0] / least[side] for side in (1, 2)]
    print(f"{name:28} {own:8.3f} {plain:9.3f} {fused:9.3f} {ratios[0]:9.2f} {ratios[1]:7.2f} {best[0]:9.2f} {best[1]:7.2f}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
