"""Experience replay on Split MNIST, a thousand samples per task: written from the public code of Aljundi et al. 2019 alone.

    python3 validation/twins/mir_er.py DIR SEED...

DIR holds MNIST's four .gz files. Prints the final average accuracy per seed: with the memory as their code has it (a reservoir that
takes every batch at once, of which samples of the task at hand are not drawn), and with one that takes a task when it ends.
"""
import gzip
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F


def read(folder, name):
    raw = gzip.open(next(pathlib.Path(folder).rglob(name + "*.gz"))).read()
    return np.frombuffer(raw, np.uint8, offset=16 if "images" in name else 8)


def reservoir(memory, x, y, task, size, seen):
    for i in range(len(x)):
        if len(memory) < size:
            memory.append((x[i], y[i], task))
        else:
            slot = np.random.randint(0, seen)
            if slot < size:
                memory[slot] = (x[i], y[i], task)
        seen += 1
    return seen


def run(data, seed, at_end, size=500, rate=0.1, batch=10):
    torch.manual_seed(seed)
    np.random.seed(seed)
    train_x, train_y, test_x, test_y = data
    net = torch.nn.Sequential(
        torch.nn.Linear(784, 400), torch.nn.ReLU(), torch.nn.Linear(400, 400), torch.nn.ReLU(), torch.nn.Linear(400, 10)
    )
    optimiser = torch.optim.SGD(net.parameters(), lr=rate)
    memory, seen = [], 0
    for task in range(5):
        own = np.flatnonzero((train_y.numpy() // 2) == task)
        own = np.random.permutation(own)[:1000]
        for first in range(0, 1000, batch):
            at = own[first : first + batch]
            x, y = train_x[at], train_y[at]
            optimiser.zero_grad()
            F.cross_entropy(net(x), y).backward()
            past = [entry for entry in memory if entry[2] != task]
            if past:
                drawn = np.random.choice(len(past), min(batch, len(past)), replace=False)
                px = torch.stack([past[i][0] for i in drawn])
                py = torch.stack([past[i][1] for i in drawn])
                F.cross_entropy(net(px), py).backward()
            optimiser.step()
            if not at_end:
                seen = reservoir(memory, x, y, task, size, seen)
        if at_end:
            seen = reservoir(memory, train_x[own], train_y[own], task, size, seen)
    with torch.no_grad():
        right = (net(test_x).argmax(1) == test_y).numpy()
    return np.mean([right[(test_y.numpy() // 2) == task].mean() for task in range(5)])


def main():
    folder, seeds = sys.argv[1], [int(seed) for seed in sys.argv[2:]]
    torch.set_num_threads(1)
    images = lambda name: torch.tensor(read(folder, name).reshape(-1, 784)).float() / 255
    labels = lambda name: torch.tensor(read(folder, name).astype(np.int64))
    data = images("train-images"), labels("train-labels"), images("t10k-images"), labels("t10k-labels")
    for at_end in (False, True):
        found = [100 * run(data, seed, at_end) for seed in seeds]
        name = "task at its end" if at_end else "every batch"
        print(f"{name}: {np.mean(found):.2f} ± {np.std(found, ddof=1):.2f}", [round(x, 2) for x in found], flush=True)


main()
