"""Plain training of the protocol with tiny memories (Chaudhry et al. 2019) in PyTorch, written from their public code and from nothing of
this project, over many sets of permutations: how much does the number depend on the one set that all their runs share?

    python3 validation/twins/tiny_memories.py DIR 20      # DIR holds mnist/train-images-idx3-ubyte.gz and so on; sets of permutations

MLP 784-256-256-10, weights normal with standard deviation 0.1 cut at two of them, biases 0.1; seventeen tasks, a thousand samples of each once in
batches of ten, plain SGD at 0.1; pixels from 0 to 1; the first 5,000 images are left aside; mean accuracy over all tasks at the end.
"""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from mnist import arrays

TASKS, SAMPLES, BATCH = 17, 1000, 10


def run(data, seed):
    (inputs, labels), (test_inputs, test_labels) = data
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
    for layer in network[::2]:
        nn.init.trunc_normal_(layer.weight, std=0.1, a=-0.2, b=0.2)
        nn.init.constant_(layer.bias, 0.1)
    optimiser = torch.optim.SGD(network.parameters(), 0.1)
    permutations = [torch.randperm(784) for _ in range(TASKS)]
    for permutation in permutations:
        chosen = torch.randperm(len(inputs))[:SAMPLES]
        x, y = inputs[chosen][:, permutation], labels[chosen]
        for at in range(0, SAMPLES, BATCH):
            loss = F.cross_entropy(network(x[at : at + BATCH]), y[at : at + BATCH])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    with torch.no_grad():
        right = [(network(test_inputs[:, own]).argmax(1) == test_labels).float().mean().item() for own in permutations]
    return 100 * float(np.mean(right))


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder, sets = sys.argv[1], int(sys.argv[2])
    both = [tuple(map(torch.tensor, arrays(folder, name))) for name in ("train", "t10k")]
    both[0] = tuple(part[5000:] for part in both[0])
    found = [run(both, seed) for seed in range(sets)]
    print(" ".join(f"{accuracy:.2f}" for accuracy in found))
    print(f"mean {np.mean(found):.2f}, standard deviation {np.std(found, ddof=1):.2f}")
