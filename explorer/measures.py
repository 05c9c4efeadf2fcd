"""Numbers about a finished picture; no TensorFlow."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

QUARTER = 0.25
"""Cycles per pixel; half of what a pixel grid can carry."""


def fine_share(image: np.ndarray) -> float:
    """Share of the picture's spectral energy above a quarter cycle per pixel, from 0 to 1.

    Args:
        image: uint8 RGB (h, w, 3). The mean of each color is left out.
    """
    values = image.astype(np.float64) - image.mean(axis=(0, 1))
    energy = (np.abs(np.fft.fft2(values, axes=(0, 1))) ** 2).sum(axis=-1)
    rows, columns = (np.fft.fftfreq(side) for side in image.shape[:2])
    frequency = np.hypot(rows[:, None], columns[None, :])
    return float(energy[frequency > QUARTER].sum() / max(energy.sum(), 1e-12))


def saturated_share(image: np.ndarray) -> float:
    """Share of the picture's color values that are 0 or 255, from 0 to 1."""
    return float(((image == 0) | (image == 255)).mean())


def colorfulness(image: np.ndarray) -> float:
    """Colorfulness after Hasler and Süsstrunk (2003): 0 for gray, about 60 for a vivid photo."""
    red, green, blue = np.moveaxis(image.astype(np.float64), -1, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue])
    spread = np.hypot(*opponents.std(axis=(1, 2)))
    offset = np.hypot(*opponents.mean(axis=(1, 2)))
    return float(spread + 0.3 * offset)


@dataclass(frozen=True)
class Measure:
    """A named number about a picture."""

    title: str
    unit: str
    help: str
    of: Callable[[np.ndarray], float]


MEASURES = {
    "fine_share": Measure(
        "fine grain", "%", "Share of spectral energy above ¼ cycle per pixel.", fine_share
    ),
    "saturated_share": Measure(
        "saturated", "%", "Share of color values that are 0 or 255.", saturated_share
    ),
    "colorfulness": Measure(
        "colorfulness", "", "Hasler and Süsstrunk 2003: 0 gray, 60 a vivid photo.", colorfulness
    ),
}


def measured(image: np.ndarray) -> dict[str, float]:
    """Every measure of a uint8 RGB picture by name."""
    return {name: measure.of(image) for name, measure in MEASURES.items()}
