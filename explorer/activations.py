"""What the filters of a layer answer to a photo: which to show, in what colors, and where from.

An *answer* is what `Network.activations` returns for a spatial layer: float32 (h, w, channels),
after the activation. Where that is linear, values below zero are drawn like zero. No TensorFlow.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from PIL import Image

from explorer.errors import InputError
from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.sheets import heat_map

LEAST_SIDE, ALONG_BORDER = 14, 3
"""Places of a side of a map, and times the mean inside; see `is_about_border`."""
REPORT_FILTERS = 5
"""How many filters of a layer the report shows."""
MOST_FILTERS = 48
"""How many filters are shown at once at most."""
MODES = ("first", "strongest", "numbers")
"""Which filters to show: the first ones, those of the highest mean, or those named."""
SCALES = ("filter", "layer", "global")
"""What shares one color scale, from zero to its highest activation."""
GRAY_WEIGHTS = (0.299, 0.587, 0.114)
"""Of red, green and blue in brightness (ITU-R BT.601)."""
MOST_COLOR = 0.8
"""How much of an overlay is color where a filter is at the top of its scale."""


# ---- Which layers and filters


def has_maps(layer: Layer) -> bool:
    """Whether a layer answers with one map for each filter."""
    return layer.spatial and layer.kind != "input"


def silence(layer: Layer) -> str:
    """What a filter is where it is not above zero; without a ReLU, what is below counts as well."""
    return "nowhere above 0" if layer.activation == "linear" else "silent"


def map_layer(network: Network, name: str) -> Layer:
    """The layer of this name; `InputError` if there is none, or it has no maps."""
    layer = network.layer(name)
    if not has_maps(layer):
        raise InputError(f"{layer.paper_name} has no maps to draw: choose a layer that has.")
    return layer


def strongest(answer: np.ndarray, count: int) -> list[int]:
    """The filters with the highest mean, the strongest first."""
    return np.argsort(-means(answer), kind="stable")[:count].tolist()


def numbers_in(text: str, layer: Layer) -> list[int]:
    """The filters that a text like "3, 17, 40-44" names, in this order, each once.

    Raises:
        InputError: it is not such a text, or names none, too many, or one that does not exist.
    """
    last = layer.channels - 1
    numbers: dict[int, None] = {}
    for part in filter(None, re.split(r"[,;\s]+", re.sub(r"\s*[-–]\s*", "-", text.strip()))):
        found = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", part)
        if not found:
            raise InputError(f"Name filters by number, such as 3, 17, 40-44, not '{part[:40]}'.")
        low, high = sorted((int(found[1]), int(found[2] or found[1])))
        if high > last:
            raise InputError(
                f"{layer.paper_name} has no filter {high}: they count from 0 to {last}."
            )
        numbers |= dict.fromkeys(range(low, high + 1))
    if not numbers:
        raise InputError("Name at least one filter by its number, such as 3, 17, 40-44.")
    if len(numbers) > MOST_FILTERS:
        raise InputError(
            f"At most {MOST_FILTERS} filters are shown at once, and these are {len(numbers)}."
        )
    return list(numbers)


# ---- Numbers about them


@dataclass(frozen=True)
class Statistics:
    """Numbers about one filter's answer.

    Attributes:
        highest: the highest activation, without a unit.
        mean: over all positions.
        active_share: share of the positions whose activation is above zero.
        row, column: where the highest is, in the map; of several such places, as ReLU6 makes them,
            the one whose neighbors are highest.
        places: how many places have it.
    """

    highest: float
    mean: float
    active_share: float
    row: int
    column: int
    places: int


def means(answer: np.ndarray) -> np.ndarray:
    """Each filter's mean activation."""
    return answer.mean(axis=(0, 1))


def statistics(values: np.ndarray) -> Statistics:
    """Numbers about one filter's map (h, w)."""
    highest = values == values.max()
    around = scipy.ndimage.uniform_filter(values.astype(np.float64), 3, mode="nearest")
    place = np.argmax(np.where(highest, around, -np.inf))
    row, column = np.unravel_index(place, values.shape)
    return Statistics(
        float(values.max()),
        float(values.mean()),
        float((values > 0).mean()),
        int(row),
        int(column),
        int(highest.sum()),
    )


def is_about_border(values: np.ndarray) -> bool:
    """Whether a filter responds to the zeros around its map (h, w) more than to the photo.

    Its activation in the outer ring is then on average several times that inside. On small maps,
    where the ring sees much of the photo too, nothing can be said.
    """
    if min(values.shape) < LEAST_SIDE:
        return False
    above = np.maximum(values, 0).astype(np.float64)
    inside = above[1:-1, 1:-1]
    ring = (above.sum() - inside.sum()) / (above.size - inside.size)
    return bool(ring > ALONG_BORDER * inside.mean())


# ---- Colors


def tops(answers: Mapping[str, np.ndarray], chosen: Mapping[str, Sequence[int]], scale: str):
    """Where the color scale ends for each shown filter: (layer, channel) -> activation, or 0.

    Args:
        answers: of the shown layers.
        chosen: layer -> channels.
        scale: one of `SCALES`; the highest of a layer is that over all its filters.
    """
    layers = {name: max(float(answers[name].max()), 0.0) for name in chosen}
    highest = max(layers.values())
    return {
        (name, channel): {
            "filter": max(float(answers[name][..., channel].max()), 0.0),
            "layer": layers[name],
            "global": highest,
        }[scale]
        for name, channels in chosen.items()
        for channel in channels
    }


def overlay(picture: np.ndarray, values: np.ndarray, top: float) -> np.ndarray:
    """A map (h, w) as color over the gray picture; where it is silent, the picture shows."""
    height, width = picture.shape[:2]
    smooth = Image.fromarray(np.asarray(values, np.float32)).resize(
        (width, height), Image.Resampling.BILINEAR
    )
    shares = np.clip(np.asarray(smooth) / max(top, 1e-12), 0, 1)
    weight = MOST_COLOR * np.sqrt(shares)[..., None]
    gray = (picture @ np.array(GRAY_WEIGHTS))[..., None]
    return ((1 - weight) * gray + weight * heat_map(shares, 0, 1)).round().astype(np.uint8)
