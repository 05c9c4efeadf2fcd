"""Time this program's step of ascent: one after the other, in a process of its own like its peers.

The step is that of `python -m explorer bench`, which takes turns with Keras's.
"""

import argparse
import json

import numpy as np

from explorer.bench.steps import engine_step, in_turn
from explorer.networks import load_network

SIZE = 224


def seconds(layer: str, repeats: int) -> float:
    """Median seconds of a step on a layer of VGG16, warm."""
    import tensorflow as tf

    network = load_network("vgg16")
    step = engine_step(network, network.layer(layer))
    image = tf.constant(
        np.random.default_rng(0).normal(128, 20, (1, SIZE, SIZE, 3)), dtype=tf.float32
    )
    return in_turn({"step": lambda: step(image, tf.constant(0))}, repeats)["step"]


def main() -> None:
    """Print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layer", required=True)
    parser.add_argument("--repeats", type=int, required=True)
    arguments = parser.parse_args()
    print(json.dumps({"seconds": seconds(arguments.layer, arguments.repeats)}))


if __name__ == "__main__":
    main()
