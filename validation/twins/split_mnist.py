"""Split MNIST over many class orders at once in PyTorch, written from what van de Ven's public code computes and from nothing of this
project: how much of a published number is the order in which classes are dealt out?

    python3 validation/twins/split_mnist.py DIR domain ewc 64      # DIR holds mnist/train-images-idx3-ubyte.gz and so on

Scenarios task and domain; methods none, ewc, si, lwf, with the strengths of their table. MLP 784-400-400, Adam at 0.001 anew for each
task, 2,000 updates of 128 samples per task. All seeds lie side by side in one batch of networks, on a GPU where there is one: 64 of
them take a minute there. A third number shortens the training, to try it out.
"""

import sys

import numpy as np
import torch
from torch.nn import functional as F

from mnist import arrays

TASKS, BATCH, TEMPERATURE, XI = 5, 128, 2.0, 0.1
STRENGTH = {("task", "ewc"): 1e5, ("domain", "ewc"): 1e10, ("task", "si"): 10.0, ("domain", "si"): 5e4}
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def load(folder, name):
    images, labels = arrays(folder, name)
    return torch.tensor(images, device=DEVICE), torch.tensor(labels)


def initial(seeds, outputs):
    """Weights and biases of every layer and seed, uniform in ±1/√inputs: PyTorch's own start."""
    parameters = []
    for inputs, units in [(784, 400), (400, 400), (400, outputs)]:
        bound = inputs**-0.5
        for shape in [(units, inputs), (units,)]:
            drawn = [torch.empty(shape).uniform_(-bound, bound, generator=seed) for seed in seeds]
            parameters.append(torch.stack(drawn).to(DEVICE).requires_grad_())
    return parameters


def forward(parameters, x):
    """Scores (seeds x samples x outputs), and what every layer sees."""
    seen = []
    for layer in range(3):
        weight, bias = parameters[2 * layer : 2 * layer + 2]
        seen.append(x)
        x = torch.baddbmm(bias.unsqueeze(1), x, weight.transpose(1, 2))
        x = F.relu(x) if layer < 2 else x
    return x, seen


def fisher(parameters, images, chosen, column):
    """The Fisher information, exact over labels: mean over samples of Σ_c p_c (∂ ln p_c)²; a sample's gradient of a weight is δ a."""
    sums, count = [torch.zeros_like(p) for p in parameters], 0
    for indices in chosen.split(500, 1):
        with torch.no_grad():
            scores, seen = forward(parameters, images[indices])
            scores = scores[..., column : column + 2]
            p = F.softmax(scores, 2)
            for label in range(2):
                delta = F.one_hot(torch.tensor(label, device=DEVICE), 2) - p
                full = torch.zeros(*delta.shape[:2], parameters[5].shape[1], device=DEVICE)
                full[..., column : column + 2] = delta
                delta, weight = full, p[..., label].unsqueeze(2)
                for layer in (2, 1, 0):
                    squares = delta.square() * weight
                    sums[2 * layer] += torch.bmm(squares.transpose(1, 2), seen[layer].square())
                    sums[2 * layer + 1] += squares.sum(1)
                    if layer:
                        delta = torch.bmm(delta, parameters[2 * layer]) * (seen[layer] > 0)
        count += indices.shape[1]
    return [total / count for total in sums]


def penalty(parameters, terms):
    total = 0.0
    for importance, anchor in terms:
        total = total + sum((f * (p - a).square()).sum() for f, p, a in zip(importance, parameters, anchor))
    return total


def batches(owned, updates, seeds):
    """Indices (updates x seeds x batch): epochs in a new order each, incomplete batches left out."""
    rows = []
    for own, seed in zip(owned, seeds):
        epochs = -(-updates // (len(own) // BATCH))
        rows.append(torch.cat([own[torch.randperm(len(own), generator=seed)][: len(own) // BATCH * BATCH] for _ in range(epochs)]))
    return torch.stack([row[: updates * BATCH].view(updates, BATCH) for row in rows], 1).to(DEVICE)


def run(data, scenario, method, count, updates):
    (images, labels), (test_images, test_labels) = data
    seeds = [torch.Generator().manual_seed(seed) for seed in range(count)]
    orders = [torch.argsort(torch.randperm(10, generator=seed)) for seed in seeds]
    dealt = torch.stack([order[labels] for order in orders]).to(DEVICE)
    column = (lambda task: 2 * task) if scenario == "task" else (lambda task: 0)
    parameters = initial(seeds, 10 if scenario == "task" else 2)
    rows = torch.arange(count, device=DEVICE).unsqueeze(1)
    terms, past, strength = [], None, STRENGTH.get((scenario, method), 0.0)
    omega = [torch.zeros_like(p) for p in parameters]
    for task in range(TASKS):
        owned = [torch.nonzero(order[labels] // 2 == task).flatten() for order in orders]
        anchor = [p.detach().clone() for p in parameters]
        path = [torch.zeros_like(p) for p in parameters]
        optimiser = torch.optim.Adam(parameters, 1e-3)
        for chosen in batches(owned, updates, seeds):
            at = column(task)
            x, y = images[chosen], dealt[rows, chosen] % 2
            scores, _ = forward(parameters, x)
            loss = F.cross_entropy(scores[..., at : at + 2].flatten(0, 1), y.flatten(), reduction="sum") / BATCH
            if past is not None:
                with torch.no_grad():
                    before, _ = forward(past, x)
                for old in range(task if scenario == "task" else 1):
                    of = slice(column(old), column(old) + 2)
                    wanted = F.softmax(before[..., of] / TEMPERATURE, 2)
                    kept = -(wanted * F.log_softmax(scores[..., of] / TEMPERATURE, 2)).sum() / BATCH
                    # The mean over past tasks in the task scenario, which weighs t - 1 as the one term does in the other.
                    loss = loss + kept * (1 if scenario == "task" else task)
            if task and method == "ewc":
                loss = loss + strength / 2 * penalty(parameters, terms)
            if task and method == "si":
                loss = loss + strength * penalty(parameters, [(omega, anchor)])
            optimiser.zero_grad()
            loss.backward()
            with torch.no_grad():
                old = [p.clone() for p in parameters] if method == "si" else []
                optimiser.step()
                for w, p, before in zip(path, parameters, old):
                    w -= p.grad * (p - before)
        if method == "ewc":
            least = min(len(own) for own in owned)
            whole = torch.stack([own[torch.randperm(len(own), generator=s)][:least] for own, s in zip(owned, seeds)])
            terms.append((fisher(parameters, images, whole.to(DEVICE), column(task)), [p.detach().clone() for p in parameters]))
        if method == "si":
            with torch.no_grad():
                for o, w, p, a in zip(omega, path, parameters, anchor):
                    o += w / ((p - a).square() + XI)
        if method == "lwf":
            past = [p.detach().clone() for p in parameters]
    accuracies = []
    with torch.no_grad():
        for seed, order in enumerate(orders):
            mine = [p[seed : seed + 1] for p in parameters]
            scores, _ = forward(mine, test_images.unsqueeze(0))
            named = order[test_labels].to(DEVICE)
            right = []
            for task in range(TASKS):
                own, at = named // 2 == task, column(task)
                right.append((scores[0, own, at : at + 2].argmax(1) == named[own] % 2).float().mean().item())
            accuracies.append(100 * float(np.mean(right)))
    return accuracies


if __name__ == "__main__":
    folder, scenario, method, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    updates = int(sys.argv[5]) if len(sys.argv) > 5 else 2000
    found = np.array(run((load(folder, "train"), load(folder, "t10k")), scenario, method, count, updates))
    error = found.std(ddof=1) / len(found) ** 0.5
    print(" ".join(f"{one:.2f}" for one in found))
    print(f"{scenario} {method}: {found.mean():.2f} ± {found.std(ddof=1):.2f} over {count} orders, standard error {error:.2f}, median {np.median(found):.2f}")
