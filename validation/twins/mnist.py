"""The files of MNIST as the programs of this folder read them: `DIR/mnist/train-images-idx3-ubyte.gz` and so on."""

import gzip

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
