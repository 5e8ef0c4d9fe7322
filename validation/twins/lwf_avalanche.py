"""Learning without forgetting on Split MNIST in PyTorch, as the public code of Avalanche's baselines has it, written from what that
code computes and from nothing of this project.

    python3 validation/twins/lwf_avalanche.py DIR seen 1 2 3      # DIR holds mnist/train-images-idx3-ubyte.gz and so on
    python3 validation/twins/lwf_avalanche.py DIR last 1 2 3

MLP 784-256-10, plain SGD at 0.001, ten epochs of batches of 128 per task, images normalised by 0.1307 and 0.3081, classes dealt out anew for
each seed, cross-entropy over all ten outputs. The distillation is the Kullback-Leibler divergence over the columns of old classes of softmaxes
over *all* outputs, temperature 1, weight 1. `seen`: old classes are those of all tasks before, as the comment there says. `last`: those
of the task before alone, as a dictionary that is written under texts and asked for numbers has it.
"""

import copy

import torch
from torch import nn
from torch.nn import functional as F

from mnist import arrays, over_seeds

TASKS, EPOCHS, BATCH = 5, 10, 128


def load(folder, name):
    images, labels = arrays(folder, name)
    return (torch.tensor(images) - 0.1307) / 0.3081, torch.tensor(labels)


def run(data, which, seed):
    (inputs, labels), (test_inputs, test_labels) = data
    torch.manual_seed(seed)
    order = torch.argsort(torch.randperm(10))
    labels, test_labels = order[labels], order[test_labels]
    network = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    optimiser = torch.optim.SGD(network.parameters(), 1e-3)
    past, old = None, None
    for task in range(TASKS):
        own = labels // 2 == task
        x, y = inputs[own], labels[own]
        for _ in range(EPOCHS):
            for chosen in torch.randperm(len(x)).split(BATCH):
                scores = network(x[chosen])
                loss = F.cross_entropy(scores, y[chosen])
                if past is not None:
                    with torch.no_grad():
                        wanted = F.softmax(past(x[chosen]), 1)[:, old]
                    loss = loss + F.kl_div(F.log_softmax(scores, 1)[:, old], wanted, reduction="batchmean")
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        past = copy.deepcopy(network)
        old = list(range(2 * (task + 1)) if which == "seen" else range(2 * task, 2 * (task + 1)))
    with torch.no_grad():
        answers = network(test_inputs).argmax(1)
    return float((answers == test_labels).float().mean())


if __name__ == "__main__":
    torch.set_num_threads(1)
    over_seeds(run, load)
