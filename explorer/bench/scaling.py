"""How the time of a step grows with the picture, with the number of pictures, and with depth."""

from collections.abc import Callable
from dataclasses import dataclass

from explorer.bench.steps import engine_step, in_turn, noise
from explorer.networks.network import Network

LAYER, SIZE = "conv5_1", 224
SIZES = (96, 160, 224, 320, 448, 512)
BATCHES = (1, 2, 4)
LAYERS = ("conv1_2", "conv2_1", "conv3_1", "conv4_1", "conv5_1")


@dataclass(frozen=True)
class Case:
    """One step by the engine, a median.

    Attributes:
        layer: canonical name.
        size: side of the square pictures in pixels.
        batch: how many pictures there are at once.
        seconds: of the step for all of them.
    """

    layer: str
    size: int
    batch: int
    seconds: float


SERIES = {
    "pixels": [(LAYER, size, 1) for size in SIZES],
    "batch": [(LAYER, SIZE, batch) for batch in BATCHES],
    "layer": [(layer, SIZE, 1) for layer in LAYERS],
}
"""What grows, and its cases: layer, size and batch."""


def measure(
    network: Network, cases: list[tuple[str, int, int]], repeats: int, done: Callable = lambda: None
) -> list[Case]:
    """Measure the cases of one series, in turn."""
    import tensorflow as tf

    ways, channel = {}, tf.constant(0)
    network.load()
    steps = {layer: engine_step(network, network.layer(layer)) for layer, _, _ in cases}
    for case in cases:
        layer, size, batch = case
        images = noise(size, batch)
        ways[case] = lambda step=steps[layer], images=images: step(images, channel)
    seconds = in_turn(ways, repeats, done)
    return [
        Case(network.layer(layer).name, size, batch, seconds[layer, size, batch])
        for layer, size, batch in cases
    ]
