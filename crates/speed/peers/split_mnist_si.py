"""The whole SI protocol on Split MNIST (task-incremental) in PyTorch, one thread, against `bench`.

    NEUROMOD_DATA=DIR python3 crates/speed/peers/split_mnist_si.py [--updates 2000]

Written as published continual-learning code is: a DataLoader per context, Adam, the penalty as a differentiable sum over
named parameters, importances updated parameter by parameter after each step. Prints seconds and accuracy of both and the
ratio. The `bench` side runs one seed of `split-mnist-task --method si` with one job, data loading, curves and report
included.
"""

import argparse
import gzip
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

ROOT = Path(__file__).resolve().parents[3]
torch.set_num_threads(1)


def idx(name, header):
    with gzip.open(Path(os.environ["NEUROMOD_DATA"]) / "mnist" / name) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


class Task(Dataset):
    def __init__(self, images, labels, classes, first):
        keep = np.isin(labels, classes)
        self.images = images[keep]
        order = {c: first + i for i, c in enumerate(classes)}
        self.labels = np.array([order[c] for c in labels[keep]])

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return torch.from_numpy(self.images[i].astype(np.float32) / 255), int(self.labels[i])


def train(updates, c=10.0, xi=0.1):
    train_x, train_y = idx("train-images-idx3-ubyte.gz", 16).reshape(-1, 784), idx("train-labels-idx1-ubyte.gz", 8)
    test_x, test_y = idx("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784), idx("t10k-labels-idx1-ubyte.gz", 8)
    torch.manual_seed(0)
    classes = np.random.default_rng(0).permutation(10).reshape(5, 2)
    model = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 10))
    named = dict(model.named_parameters())
    omega = {n: torch.zeros_like(p) for n, p in named.items()}
    anchor = {n: p.detach().clone() for n, p in named.items()}
    for t, pair in enumerate(classes):
        loader = DataLoader(Task(train_x, train_y, pair, 2 * t), batch_size=128, shuffle=True, drop_last=True)
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
        w = {n: torch.zeros_like(p) for n, p in named.items()}
        old = {n: p.detach().clone() for n, p in named.items()}
        batches = iter(loader)
        for _ in range(updates):
            try:
                x, y = next(batches)
            except StopIteration:
                batches = iter(loader)
                x, y = next(batches)
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(model(x)[:, 2 * t : 2 * t + 2], y - 2 * t)
            loss.backward()
            task = {n: p.grad.clone() for n, p in named.items()}
            if t > 0:
                (c * sum((omega[n] * (p - anchor[n]) ** 2).sum() for n, p in named.items())).backward()
            optimiser.step()
            with torch.no_grad():
                for n, p in named.items():
                    w[n].add_(-task[n] * (p - old[n]))
                    old[n] = p.detach().clone()
        with torch.no_grad():
            for n, p in named.items():
                omega[n] += w[n] / ((p - anchor[n]) ** 2 + xi)
                anchor[n] = p.detach().clone()
    scores = []
    with torch.no_grad():
        for t, pair in enumerate(classes):
            test = Task(test_x, test_y, pair, 2 * t)
            x = torch.from_numpy(test.images.astype(np.float32) / 255)
            guess = model(x)[:, 2 * t : 2 * t + 2].argmax(1) + 2 * t
            scores.append((guess.numpy() == test.labels).mean())
    return float(np.mean(scores))


def ours(program, updates):
    with tempfile.TemporaryDirectory() as out:
        definitions = Path(out) / "definitions"
        definitions.mkdir()
        text = (ROOT / "benchmarks/incremental/split-mnist-task.toml").read_text()
        (definitions / "b.toml").write_text(text.replace("updates_per_task = 2000", f"updates_per_task = {updates}"))
        arguments = ["run", "split-mnist-task", "--method", "si", "--seeds", "1", "--jobs", "1", "--quiet"]
        start = time.perf_counter()
        subprocess.run(
            [program, *arguments, "--benchmarks", str(definitions), "--out", out], check=True, stdout=subprocess.DEVNULL
        )
        seconds = time.perf_counter() - start
        record = json.loads((Path(out) / "records.jsonl").read_text())
        return seconds, record["metrics"]["average_accuracy"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--updates", type=int, default=2000, help="per task")
    parser.add_argument("--program", default=str(ROOT / "target/release/bench"))
    arguments = parser.parse_args()
    seconds, accuracy = ours(arguments.program, arguments.updates)
    print(f"bench:   {seconds:7.1f} s, accuracy {accuracy:.4f}", flush=True)
    start = time.perf_counter()
    peer = train(arguments.updates)
    peer_seconds = time.perf_counter() - start
    print(f"PyTorch: {peer_seconds:7.1f} s, accuracy {peer:.4f}")
    print(f"bench takes {seconds / peer_seconds:.3f} of PyTorch's time ({peer_seconds / seconds:.1f} x faster)")
