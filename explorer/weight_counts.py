"""How a layer's weights are spread, without ever holding all of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

BINS, SPREAD = 60, 4
"""Bars of a histogram, and how many standard deviations it reaches to either side."""


@dataclass(frozen=True)
class WeightCounts:
    """A histogram of weights around their mean, and numbers about all of them; no units.

    Attributes:
        edges: of the bins, BINS + 1, from SPREAD standard deviations below the mean to as many
            above.
        counts: weights in each bin.
        weights: how many there are in all.
        mean, deviation: mean and standard deviation of all.
        low, high: the least and the greatest.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    weights: int
    mean: float
    deviation: float
    low: float
    high: float

    @property
    def beyond(self) -> float:
        """Share of the weights that lie in no bin, from 0 to 1."""
        return 1 - sum(self.counts) / self.weights


def count(pieces: Callable[[], Iterable[np.ndarray]]) -> WeightCounts:
    """Count weights that come in pieces.

    Args:
        pieces: gives all weights, float32 arrays of any shape; called twice, as the bins depend on
            all weights.
    """
    moments = [
        (
            piece.size,
            piece.sum(dtype=np.float64),
            np.square(piece, dtype=np.float64).sum(),
            piece.min(),
            piece.max(),
        )
        for piece in pieces()
    ]
    sizes, sums, squares, lows, highs = zip(*moments, strict=True)
    weights = sum(sizes)
    mean = sum(sums) / weights
    deviation = max(sum(squares) / weights - mean**2, 0) ** 0.5
    ends = (mean - SPREAD * deviation, mean + SPREAD * deviation)
    counts = sum(np.histogram(piece, BINS, ends)[0] for piece in pieces())
    edges = np.histogram_bin_edges((), BINS, ends)
    return WeightCounts(
        tuple(edges.tolist()),
        tuple(counts.tolist()),
        weights,
        float(mean),
        float(deviation),
        float(min(lows)),
        float(max(highs)),
    )
