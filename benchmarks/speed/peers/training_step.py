"""The training steps of ../training_step.rs in PyTorch, one thread, and the ratio of the two.

    python3 benchmarks/speed/peers/training_step.py --rounds 5

measures both in one sitting, turn by turn (Criterion target, PyTorch, Criterion target, ...), and prints the median
time of each and the median over rounds of the ratio. `--peer-only` measures PyTorch alone.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
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
    """Median milliseconds of one step."""
    build, batch, optimiser = CASES[name]
    torch.manual_seed(1)
    model = build()
    x, y = torch.rand(batch, 784), torch.randint(0, 10, (batch,))
    chain, loss = optimiser(model.parameters(), fused), nn.CrossEntropyLoss()

    def step():
        chain.zero_grad(set_to_none=True)
        loss(model(x), y).backward()
        chain.step()

    for _ in range(20):
        step()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def ours(name, seconds):
    """Median milliseconds of one step, from Criterion's own estimate."""
    command = ["cargo", "bench", "--quiet", "--bench", "training_step", "--", "--exact", f"step/{name}"]
    command += ["--measurement-time", str(seconds), "--warm-up-time", "0.3", "--noplot"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    estimates = json.loads((target / "criterion" / "step" / name / "new" / "estimates.json").read_text())
    return 1e-6 * estimates["median"]["point_estimate"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="per case, round and side")
    parser.add_argument("--peer-only", action="store_true")
    parser.add_argument("cases", nargs="*", help="substrings of case names; default: all")
    arguments = parser.parse_args()
    names = [name for name in CASES if not arguments.cases or any(part in name for part in arguments.cases)]
    print(f"PyTorch {torch.__version__}, 1 thread, {arguments.rounds} rounds, load {os.getloadavg()[0]:.1f}")
    print(f"{'step':28} {'ours ms':>9} {'torch ms':>9} {'ratio':>6} {'fused ms':>9} {'ratio':>6}")
    for name in names:
        rows = []
        for _ in range(arguments.rounds):
            own = float("nan") if arguments.peer_only else ours(name, arguments.seconds)
            rows.append((own, peer(name, arguments.seconds, None), peer(name, arguments.seconds, True)))
        own, plain, fused = (statistics.median(column) for column in zip(*rows))
        ratio = statistics.median(row[0] / row[1] for row in rows)
        against_fused = statistics.median(row[0] / row[2] for row in rows)
        print(f"{name:28} {own:9.3f} {plain:9.3f} {ratio:6.2f} {fused:9.3f} {against_fused:6.2f}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
