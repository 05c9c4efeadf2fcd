"""The held-out channels are those that were drawn."""

import numpy as np

from benchmarks.channels import CHANNELS, SEED
from explorer import load_network

LAYERS = [f"block{block}_conv{i}" for block in (3, 4, 5) for i in (1, 2, 3)]


def test_they_are_the_draw():
    random, network = np.random.default_rng(SEED), load_network("vgg16")

    def drawn(layer):
        return layer, int(random.integers(network.layer(layer).channels))

    wanted = [drawn(layer) for layer in LAYERS]
    wanted.append(drawn(LAYERS[random.integers(len(LAYERS))]))
    assert list(CHANNELS) == wanted
    assert len(set(CHANNELS)) == 10
