"""Time this program's step of ascent: one after the other, in a process of its own like its peers.

The step is that of `python -m explorer bench`, which takes turns with Keras's.
"""

import argparse
import json

from explorer.bench.steps import engine_step, in_turn, noise
from explorer.networks import load_network

SIZE = 224


def seconds(layer: str, repeats: int) -> float:
    """Median seconds of a step on a layer of VGG16, warm."""
    import tensorflow as tf

    network = load_network("vgg16")
    step = engine_step(network, network.layer(layer))
    image, channel = noise(SIZE), tf.constant(0)
    return in_turn({"step": lambda: step(image, channel)}, repeats)["step"]


def main() -> None:
    """Print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layer", required=True)
    parser.add_argument("--repeats", type=int, required=True)
    arguments = parser.parse_args()
    print(json.dumps({"seconds": seconds(arguments.layer, arguments.repeats)}))


if __name__ == "__main__":
    main()
