"""One step of ascent, by this program and by its peers, in turn within one run."""

import sys
from statistics import median

from benchmarks.environments import Environments, own_step
from benchmarks.store import Store
from explorer.notes import versions

LAYERS = ("block5_conv1", "block5_conv3")
ROUNDS = 3
STEPS = 9
"""Measured of each in each round, after warming up."""


def measure(store: Store, environments: Environments) -> None:
    """Measure rounds, and store each round's medians: layer -> way -> seconds of each round."""
    seconds: dict[str, dict[str, list[float]]] = {layer: {} for layer in LAYERS}
    used = {"this program": versions()}
    for turn in range(ROUNDS):
        print(f"speed: round {turn + 1} of {ROUNDS}", file=sys.stderr)
        for layer in LAYERS:
            found = {"this program": own_step(layer, STEPS)}
            pytorch = environments.run("pytorch", "--layer", layer, "--repeats", STEPS)
            for layout, value in pytorch["seconds"].items():
                found[f"PyTorch, {layout} layout"] = value
            peer = environments.run(
                "tf-keras-vis", "--layer", layer, "--channel", 0, "--steps", STEPS + 1
            )
            found["tf-keras-vis, its defaults"] = median(peer["step_seconds"][1:])
            used |= {"pytorch": pytorch["versions"], "tf-keras-vis": peer["versions"]}
            for way, value in found.items():
                seconds[layer].setdefault(way, []).append(round(value, 4))
    store.put("speed", used, seconds=seconds)
