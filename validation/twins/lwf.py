"""Learning without forgetting on Split MNIST in PyTorch, written from what van de Ven's public code computes and from nothing of
this project: does the program's number come from the protocol, or from the program?

    python3 validation/twins/lwf.py DIR domain 1 2 3      # DIR holds mnist/train-images-idx3-ubyte.gz and so on

MLP 784-400-400, Adam at 0.001 anew for each task, 2,000 updates of 128 samples per task, temperature 2, targets of the network as it
was, padded with zeros for new classes, no factor T²; weight t - 1 in the domain scenario, 1 in the class scenario.
"""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from mnist import arrays, over_seeds

TASKS, UPDATES, BATCH, TEMPERATURE = 5, 2000, 128, 2.0


def load(folder, name):
    images, labels = arrays(folder, name)
    return torch.tensor(images), torch.tensor(labels)


def distillation(scores, before):
    """Cross-entropy to the softened answers of the past; new classes have probability 0 in them."""
    wanted = F.softmax(before / TEMPERATURE, 1)
    wanted = F.pad(wanted, (0, scores.shape[1] - wanted.shape[1]))
    return -(wanted * F.log_softmax(scores / TEMPERATURE, 1)).sum(1).mean()


def run(data, scenario, seed):
    (inputs, labels), (test_inputs, test_labels) = data
    torch.manual_seed(seed)
    order = torch.argsort(torch.randperm(10))
    labels, test_labels = order[labels], order[test_labels]
    domain = scenario == "domain"
    named = (lambda y: y % 2) if domain else (lambda y: y)
    network = nn.Sequential(
        nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 2 if domain else 10)
    )
    past = None
    for task in range(TASKS):
        own = labels // 2 == task
        x, y = inputs[own], named(labels[own])
        optimiser = torch.optim.Adam(network.parameters(), 1e-3)
        at, shuffled = len(x), None
        for _ in range(UPDATES):
            if at + BATCH > len(x):
                at, shuffled = 0, torch.randperm(len(x))
            chosen = shuffled[at : at + BATCH]
            at += BATCH
            scores = network(x[chosen])
            scores = scores if domain else scores[:, : 2 * (task + 1)]
            loss = F.cross_entropy(scores, y[chosen])
            if past is not None:
                with torch.no_grad():
                    before = past(x[chosen])
                before = before if domain else before[:, : 2 * task]
                loss = loss + distillation(scores, before) * (task if domain else 1)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        past = copy.deepcopy(network)
    with torch.no_grad():
        answers = network(test_inputs).argmax(1)
    tasks = [test_labels // 2 == task for task in range(TASKS)]
    return float(np.mean([(answers[own] == named(test_labels[own])).float().mean().item() for own in tasks]))


if __name__ == "__main__":
    torch.set_num_threads(1)
    over_seeds(run, load)
