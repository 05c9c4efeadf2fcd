"""How long the activations of all of a network's layers take."""

import time
from dataclasses import dataclass
from statistics import median

from explorer.errors import InputError
from explorer.images import sample_photo
from explorer.networks.network import Network


@dataclass(frozen=True)
class Answers:
    """The activations of all layers for one photo.

    Attributes:
        network: its name.
        layers: how many there are.
        seconds_first: of the first photo, with the trace.
        seconds: of a further photo, a median.
    """

    network: str
    layers: int
    seconds_first: float
    seconds: float


def measure(network: Network, repeats: int) -> Answers:
    """Measure a network at its own size; layers whose weights are not here are left out."""
    network.load()
    side = network.input_size
    image = sample_photo("cat").fitted((side, side))
    names = [layer.name for layer in network.layers if _is_here(network, layer, side)]
    seconds = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        network.activations(image, names)
        seconds.append(time.perf_counter() - start)
    return Answers(network.name, len(names), seconds[0], median(seconds[1:]))


def _is_here(network: Network, layer, side: int) -> bool:
    try:
        network.require(layer, (side, side), layer.paper_name)
    except InputError:
        return False
    return True
