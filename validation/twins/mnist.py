"""The files of MNIST as the programs of this folder read them: `DIR/mnist/train-images-idx3-ubyte.gz` and so on."""

import gzip
import sys

import numpy as np


def idx(path):
    """The array of an IDX file."""
    raw = gzip.open(path, "rb").read()
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def arrays(folder, name):
    """Images (n x 784, from 0 to 1) and labels of `train` or `t10k`."""
    images = idx(f"{folder}/mnist/{name}-images-idx3-ubyte.gz").reshape(-1, 784).astype("float32") / 255
    return images, idx(f"{folder}/mnist/{name}-labels-idx1-ubyte.gz").astype("int64")


def over_seeds(run, load):
    """Runs `run(data, what, seed)` as the command line says, DIR WHAT SEED…, and prints the accuracies; `load(DIR, name)` is one part."""
    folder, what, seeds = sys.argv[1], sys.argv[2], [int(seed) for seed in sys.argv[3:]]
    data = load(folder, "train"), load(folder, "t10k")
    accuracies = [100 * run(data, what, seed) for seed in seeds]
    print(what, " ".join(f"{accuracy:.2f}" for accuracy in accuracies), f"mean {np.mean(accuracies):.2f}")
