"""What was measured of the report's figures, as a table that is stored and read; no TensorFlow."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path

from explorer.errors import InputError
from explorer.networks import load_network
from explorer.recipe import Recipe, from_dict
from explorer.report.figures import key_of
from explorer.report.numbers import NUMBERS, OF_CLASSES
from explorer.targets import is_class

STORED = Path(__file__).parents[1] / "data" / "report"
"""The embedded results, made by `python -m tools.stored_report`."""
FILE = "results.json"


def map_key(layer: str, channel: int) -> str:
    """Name of the picture of a filter's map, without its ending."""
    return f"map-{layer}-{channel}"


@dataclass(frozen=True)
class Results:
    """What was measured.

    Attributes:
        classes: name of the network whose class was drawn.
        figures: key of a figure -> its "recipe", "score", "seconds", "measures" by name, and
            "spectrum", pairs of cycles per pixel and energy.
        layers: for each layer of the activations its "layer" (paper name), "measures" by name,
            and "filters", each with "channel" and "measures".
        tiles: "recipe", "seconds_without" and "seconds_with" of a step.
        device, versions: what it was made with.
    """

    classes: str
    figures: Mapping[str, Mapping]
    layers: Sequence[Mapping]
    tiles: Mapping
    device: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    def of(self, subject: str, name: str) -> Mapping[str, float]:
        """The measures of a preset's picture of a subject: "channel", "class" or a layer."""
        entry = self.figures[key_of(subject, name, self.classes)]
        return {"score": entry["score"]} | dict(entry["measures"])

    def recipe(self, key: str) -> Recipe:
        """What a figure was drawn with."""
        return from_dict(self.figures[key]["recipe"])

    @staticmethod
    def is_entry(entry: object, recipe: Recipe) -> bool:
        """Whether this is what results say of a picture of the recipe."""
        if not isinstance(entry, dict) or entry.get("recipe") != recipe.as_dict():
            return False
        measures, spectrum = entry.get("measures"), entry.get("spectrum")
        if not isinstance(measures, dict) or not isinstance(spectrum, list):
            return False
        of_class = is_class(load_network(recipe.network), recipe.target)
        wanted = set(NUMBERS) - (set() if of_class else set(OF_CLASSES))
        pairs = (pair if isinstance(pair, list) else [None] for pair in spectrum)
        numbers = [entry.get("score"), entry.get("seconds"), *measures.values(), *chain(*pairs)]
        return wanted <= set(measures) and all(isinstance(n, int | float) for n in numbers)

    def as_json(self) -> dict:
        """Plain values, from which `read` makes equal results."""
        return asdict(self)


def read(folder: Path) -> Results:
    """The results in a folder.

    Raises:
        InputError: there are none, or they are damaged.
    """
    try:
        data = json.loads((folder / FILE).read_text())
        return Results(**{name: data[name] for name in Results.__dataclass_fields__})
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"The folder '{folder}' has no results of the report.") from None


@cache
def stored() -> Results | None:
    """The embedded results; None where they are not."""
    try:
        return read(STORED)
    except InputError:
        return None
