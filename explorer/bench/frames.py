"""How long a person waits for a render's first picture, with its steps traced before or not."""

import time
from dataclasses import dataclass
from statistics import median

from explorer import step
from explorer.networks.network import Network
from explorer.recipe import preset
from explorer.render import render
from explorer.targets import Target

PRESETS = ("best", "report/4-small-norm")
LAYER, SIZE = "conv5_1", 224
COLD_REPEATS = 3


@dataclass(frozen=True)
class FirstFrame:
    """Medians of the time from the call of `render` to its first frame, the network loaded.

    Attributes:
        preset, layer, size: what is rendered; `layer` is canonical.
        seconds_cold: with no step compiled.
        seconds_warm: for another channel, after that.
    """

    preset: str
    layer: str
    size: int
    seconds_cold: float
    seconds_warm: float


def measure(network: Network, name: str, repeats: int) -> FirstFrame:
    """Measure one preset; every compiled step is forgotten on the way."""
    network.load()
    cold, warm = [], []
    for _ in range(min(repeats, COLD_REPEATS)):
        step.compiled.cache_clear()
        cold.append(_seconds(network, name, 0))
        warm.append(_seconds(network, name, 1))
    layer = network.layer(LAYER).name
    return FirstFrame(name, layer, SIZE, median(cold), median(warm))


def _seconds(network: Network, name: str, channel: int) -> float:
    recipe = preset(name, Target(LAYER, channel), size=SIZE)
    start = time.perf_counter()
    next(render(network, recipe))
    return time.perf_counter() - start
