"""Pictures and their robust scores, whoever drew them; the scoring is this program's."""

import json
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.environments import Environments
from benchmarks.store import Store, key
from explorer import Recipe, Target, load_network, read_photo, render
from explorer.files import write_whole
from explorer.images import Photo, png_bytes
from explorer.notes import versions

PEER = "tf-keras-vis"
PREPARED = "tf-keras-vis-prepared"
"""The peer once more, its pictures given to the network as it was trained."""
OWN = "explorer"
PARTS = PEER, PREPARED, OWN
"""Whose pictures are compared."""
PEER_STEPS = 200
SIZE = 224


def robust(layer: str, channel: int, image: np.ndarray) -> float:
    """The robust score of a channel on a picture, with VGG16's own preprocessing."""
    from explorer.measures import robust_score

    return float(robust_score(load_network("vgg16"), Target(layer, channel), image))


def plain(recipe: Recipe) -> dict:
    """A recipe as it is stored; equal for equal recipes."""
    return json.loads(recipe.to_json())


def picture_of(store: Store, part: str, layer: str, channel: int) -> Path:
    """Where a part keeps the channel's picture."""
    return store.folder / part / f"{key(layer, channel)}.png"


def stored_score(store: Store, part: str, layer: str, channel: int) -> float:
    """The robust score of a stored picture."""
    return robust(layer, channel, read_photo(picture_of(store, part, layer, channel)).pixels)


def draw_peer(
    store: Store,
    environments: Environments,
    layer: str,
    channel: int,
    steps: int | None = None,
    part: str = PEER,
) -> None:
    """Have the peer draw a channel and store it.

    Args:
        steps: only time so many of its steps.
        part: `PEER` or `PREPARED`.
    """
    picture = picture_of(store, part, layer, channel)
    picture.parent.mkdir(parents=True, exist_ok=True)
    options = [
        *("--layer", layer, "--channel", channel),
        *("--steps", steps + 1 if steps else PEER_STEPS),
        *([] if steps else ["--picture", picture]),
        *(["--prepared"] if part == PREPARED else []),
    ]
    found = environments.run(PEER, *options)
    entry = store.channels(part).get(key(layer, channel), {})
    entry |= peer_timing(found["step_seconds"])
    if not steps:
        entry |= {
            "wall_seconds": round(sum(found["step_seconds"]), 1),
            "cpu_seconds": found["cpu_seconds"],
            "own_score": found["own_score"],
            "picture": str(picture.relative_to(store.folder)),
        }
    store.put_channel(part, found["versions"], key(layer, channel), entry)
    print(f"{part}: {layer} {channel}, {entry['seconds']:.1f} s", file=sys.stderr)


def peer_timing(step_seconds: list[float]) -> dict:
    """The peer's time for all its steps from the median of the steps measured.

    The first step, which warms up, is left out; the median passes over what else the machine did.
    """
    seconds = median(step_seconds[1:]) * PEER_STEPS
    return {"seconds": round(seconds, 2), "step_seconds": step_seconds}


def draw_own(store: Store, layer: str, channel: int, recipe: Recipe, every: int) -> None:
    """Render a channel and store the picture, and how its robust score grew."""
    network = load_network(recipe.network)
    network.load()
    moments, start = [], time.perf_counter()
    for count, frame in enumerate(render(network, recipe)):
        moment = (frame.done, time.perf_counter() - start, frame.kept.image)
        if count % every == 0:
            moments.append(moment)
    if count % every:
        moments.append(moment)
    curve = []
    for done, seconds, image in moments:
        whole = Photo("", image).fitted((SIZE, SIZE))  # a frame of an early, small size enlarged
        curve.append([done, round(seconds, 2), round(robust(layer, channel, whole), 3)])
    picture = picture_of(store, OWN, layer, channel)
    picture.parent.mkdir(parents=True, exist_ok=True)
    write_whole(picture, png_bytes(frame.kept.image))
    entry = {
        "seconds": curve[-1][1],
        "curve": curve,
        "picture": str(picture.relative_to(store.folder)),
        "preset": recipe.preset,
        "recipe": plain(recipe),
    }
    store.put_channel(OWN, versions(), key(layer, channel), entry)
    print(f"{OWN}: {layer} {channel}, {curve[-1][1]:.1f} s, {curve[-1][2]:.1f}", file=sys.stderr)
