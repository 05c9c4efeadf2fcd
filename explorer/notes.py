"""The note that a saved picture carries, and what it takes to make the picture again."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from explorer.errors import InputError
from explorer.images import png_bytes, read_note
from explorer.presets import PRESETS
from explorer.recipe import Recipe, from_dict
from explorer.render import Frame

PACKAGES = ("tensorflow", "keras", "numpy", "pillow")
"""Whose versions can change a picture by a bit."""

Stop = tuple[int, int]
"""Where a render was stopped: index in the recipe's lineage, and step of that recipe."""


def stop_of(recipe: Recipe, frame: Frame) -> Stop | None:
    """Where the render of `recipe` stands at `frame`; None if that is its end."""
    if frame.recipe == recipe and frame.ending:
        return None
    return recipe.lineage.index(frame.recipe), frame.step


def picture_png(recipe: Recipe, frame: Frame, more: dict | None = None) -> bytes:
    """The picture to keep at `frame` of a render of `recipe`, as a PNG that carries its recipe.

    Args:
        more: further entries of the note, plain JSON values.
    """
    stop = stop_of(recipe, frame)
    note = {
        "recipe": recipe.as_dict(),
        "score": frame.kept.score,
        "step": frame.kept.step,
        "stopped_at": {"part": stop[0], "step": stop[1]} if stop else None,
        "versions": versions(),
    } | (more or {})
    return png_bytes(frame.kept.image, note)


def sheet_png(page: np.ndarray, recipes: Sequence[Recipe]) -> bytes:
    """A sheet of several pictures, uint8 RGB (h, w, 3), as a PNG that carries their recipes."""
    note = {"recipes": [recipe.as_dict() for recipe in recipes], "versions": versions()}
    return png_bytes(page, note)


def read_picture(source: str | Path | bytes) -> tuple[Recipe, Stop | None]:
    """The recipe in a PNG, and where its render was stopped.

    Raises:
        InputError: the file is no such PNG, or its recipe is damaged or of another program.
    """
    note = read_note(source)
    if "recipes" in note:
        raise InputError("The picture is a sheet of several recipes: use one of a single recipe.")
    if "recipe" not in note:
        raise InputError("The picture is not a render and carries no recipe: use one that does.")
    recipe = from_dict(note["recipe"])
    stopped = note.get("stopped_at")
    if stopped is None:
        return recipe, None
    try:
        stop = (int(stopped["part"]), int(stopped["step"]))
        valid = 0 <= stop[1] <= recipe.lineage[stop[0]].steps and stop[0] >= 0
    except (TypeError, KeyError, ValueError, IndexError, OverflowError):
        valid = False
    if not valid:
        raise InputError("The picture says that its render was stopped, but not where.")
    return recipe, stop


def about_stop(recipe: Recipe, stop: Stop) -> str:
    """Where a picture's render was stopped, for who sees the whole render instead."""
    whole = "All steps are drawn here; `python -m explorer replay` gives the stopped picture."
    return f"{where_stopped(recipe, stop)} {whole}"


def where_stopped(recipe: Recipe, stop: Stop) -> str:
    """Where a picture's render was stopped, in a sentence."""
    part, step = stop
    stopped = recipe.lineage[part]
    name = stopped.preset if stopped.preset in PRESETS else "the recipe"
    first = "" if stopped == recipe else f" of {name}, from which it starts"
    return f"This picture was stopped at step {step} of {stopped.steps}{first}."


def versions() -> dict[str, str]:
    """Versions of this program and of the packages that compute."""
    from explorer import __version__

    found = {"explorer": __version__}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
