"""What the stored results come to: plain arithmetic and Markdown."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from explorer.tables import markdown

BUDGET = 60.0
"""Seconds within which this program's score counts."""


@dataclass(frozen=True)
class Channel:
    """One channel, drawn by the peer and by this program.

    Attributes:
        name: for people.
        peer_score: robust score of the peer's finished picture.
        peer_seconds: the peer's time for it.
        prepared_score: the same of its picture for the input that the network was trained on.
        curve: this program's (seconds, robust score) while its picture grew.
    """

    name: str
    peer_score: float
    peer_seconds: float
    prepared_score: float
    curve: Sequence[tuple[float, float]]

    @property
    def reached(self) -> tuple[float, float]:
        """This program's (seconds, robust score) at its end, or when `BUDGET` was used up."""
        return [(0.0, 0.0), *(each for each in self.curve if each[0] <= BUDGET)][-1]

    @property
    def score(self) -> float:
        """This program's robust score, see `reached`."""
        return self.reached[1]

    @property
    def times_score(self) -> float:
        """This program's robust score over the peer's; infinite over a dead picture."""
        return _times(self.score, self.peer_score)

    @property
    def times_prepared(self) -> float:
        """This program's robust score over that of the peer with the right input."""
        return _times(self.score, self.prepared_score)

    @property
    def seconds_to_peer(self) -> float:
        """When this program's score reached the peer's; infinite if it did not."""
        reached = (seconds for seconds, score in self.curve if score >= self.peer_score)
        return next(reached, math.inf)

    @property
    def share_of_time(self) -> float:
        """`seconds_to_peer` over the peer's seconds."""
        return self.seconds_to_peer / self.peer_seconds


def quality_table(channels: Sequence[Channel]) -> str:
    """A row for each channel, and medians."""
    rows = [
        (
            each.name,
            _number(each.peer_score, 1),
            _number(each.peer_seconds, 0),
            _number(each.score, 1),
            _number(each.reached[0], 0),
            _number(each.times_score, 2),
            _number(each.prepared_score, 1),
            _number(each.times_prepared, 2),
            _number(each.seconds_to_peer, 1),
            _share(each.share_of_time),
        )
        for each in channels
    ]
    middle = (
        "**median**",
        "",
        _number(median(each.peer_seconds for each in channels), 0),
        "",
        _number(median(each.reached[0] for each in channels), 0),
        f"**{_number(median(each.times_score for each in channels), 2)}**",
        "",
        f"**{_number(median(each.times_prepared for each in channels), 2)}**",
        _number(median(each.seconds_to_peer for each in channels), 1),
        f"**{_share(median(each.share_of_time for each in channels))}**",
    )
    heading = (
        "channel",
        "tf-keras-vis: robust score",
        "seconds",
        f"this program, at most {BUDGET:.0f} s: robust score",
        "seconds",
        "times the score",
        "tf-keras-vis, given VGG16's own input: robust score",
        "times that score",
        "seconds to the peer's score",
        "share of its time",
    )
    return markdown([heading, *rows, middle])


def speed_table(layers: dict[str, dict[str, float]]) -> str:
    """Seconds of one step by layer and way, the first way being this program."""
    ways = list(next(iter(layers.values())))
    rows = []
    for way in ways:
        cells = []
        for seconds in layers.values():
            times = "" if way == ways[0] else f" ({seconds[way] / seconds[ways[0]]:.2f} times)"
            cells.append(f"{seconds[way]:.3f} s{times}")
        rows.append((way, *cells))
    return markdown([("one step", *layers), *rows])


def pictures_table(rows: Sequence[tuple[str, str, str]]) -> str:
    """(name, the peer's picture, this program's picture) as images."""
    cells = [(name, f"![]({peer})", f"![]({own})") for name, peer, own in rows]
    return markdown([("channel", "tf-keras-vis", "this program"), *cells])


def _times(score: float, other: float) -> float:
    return score / other if other > 0 else math.inf


def _number(value: float, digits: int) -> str:
    return "∞" if math.isinf(value) else f"{value:.{digits}f}"


def _share(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:.1%}".replace("%", " %")
