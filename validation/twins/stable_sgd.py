"""First task of stable SGD on permuted MNIST (Mirzadeh et al. 2020), with the settings of their public code and variants.

    python3 validation/twins/stable_sgd.py DIR

DIR holds MNIST's four IDX files. One epoch in batches of ten, MLP 784-256-256-10 with PyTorch's initial weights, dropout after
both hidden layers in training and in tests, a rate of 0.1 times the decay 0.8. Prints test accuracy.
"""

import gzip
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def read(folder, name, offset):
    path = next(pathlib.Path(folder).rglob(f"*{name}*"))
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


def images(folder, name):
    return torch.tensor(read(folder, f"{name}-images", 16).reshape(-1, 784) / 255.0, dtype=torch.float32)


def labels(folder, name):
    return torch.tensor(read(folder, f"{name}-labels", 8).astype(np.int64))


def accuracy(data, momentum, dropout=0.5, rate=0.08, seed=1):
    x, y, test_x, test_y = data
    torch.manual_seed(seed)
    layers = [nn.Linear(784, 256), nn.Linear(256, 256), nn.Linear(256, 10)]

    def scores(inputs):
        for layer in layers[:-1]:
            inputs = F.dropout(F.relu(layer(inputs)), dropout)
        return layers[-1](inputs)

    parameters = [p for layer in layers for p in layer.parameters()]
    optimiser = torch.optim.SGD(parameters, lr=rate, momentum=momentum)
    for at in range(0, len(x), 10):
        optimiser.zero_grad()
        F.cross_entropy(scores(x[at : at + 10]), y[at : at + 10]).backward()
        optimiser.step()
    with torch.no_grad():
        return (scores(test_x).argmax(1) == test_y).float().mean().item()


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder = sys.argv[1]
    data = images(folder, "train"), labels(folder, "train"), images(folder, "t10k"), labels(folder, "t10k")
    print(f"momentum 0.8 (their code): {accuracy(data, 0.8):.3f}")
    print(f"no momentum: {accuracy(data, 0.0):.3f}")
