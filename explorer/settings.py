"""Limits of a shared server: one table, each entry open to an environment variable."""

import os
from dataclasses import dataclass, field, fields

from explorer.errors import InputError

MOST_RECIPES = 20
"""In one address."""


def _setting(default: float, help: str, low: float = 1, high: float = 1e9):
    return field(default=default, metadata={"help": help, "low": low, "high": high})


@dataclass(frozen=True)
class Settings:
    """Limits; `EXPLORER_` and the name in capitals is the environment variable of each."""

    visitor_renders: int = _setting(
        4, "renders that one visitor, which is one browser tab, may have under way"
    )
    all_renders: int = _setting(40, "renders that all visitors together may have under way")
    recipes: int = _setting(6, "recipes in one comparison", low=2, high=MOST_RECIPES)
    steps: int = _setting(2000, "steps of one recipe", low=2)
    pixels: int = _setting(384 * 384, "pixels of a picture; a step on more may take over a second")
    view_pixels: int = _setting(
        4 * 384 * 384,
        "pixels that the network sees at a step, where crops, tiles or margins add some",
    )
    upload_mb: int = _setting(20, "megabytes of an uploaded file")
    kept_mb: int = _setting(64, "megabytes of finished renders kept for everybody")
    turn_seconds: float = _setting(0.4, "seconds of a turn before the next visitor's", 0.01, 60)
    grace_seconds: float = _setting(20, "seconds that a render goes on after its visitor left", 0)


def from_environment(environment=os.environ) -> Settings:
    """The settings that are in force.

    Raises:
        InputError: a variable does not hold a number, or one that is too small or too large.
    """
    values = {}
    for entry in fields(Settings):
        name = f"EXPLORER_{entry.name.upper()}"
        if name not in environment:
            continue
        try:
            values[entry.name] = entry.type(environment[name])
        except ValueError:
            kind = "whole number" if entry.type is int else "number"
            raise InputError(f"{name} must be a {kind}, not '{environment[name]}'.") from None
        low, high = entry.metadata["low"], entry.metadata["high"]
        if not values[entry.name] >= low:
            raise InputError(f"{name} must be at least {low}.")
        if values[entry.name] > high:
            raise InputError(f"{name} must be at most {high:,.0f}.")
    return Settings(**values)
