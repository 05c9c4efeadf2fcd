"""Draw and measure the report's figures into a folder; what is finished there is not redone."""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

from explorer.activations import REPORT_FILTERS
from explorer.errors import InputError
from explorer.files import write_whole
from explorer.images import png_bytes, read_note, sample_photo
from explorer.measures import radial_spectrum
from explorer.networks import device, load_network
from explorer.notes import picture_png, read_picture, versions
from explorer.recipe import Recipe
from explorer.render import Ascent, Frame, Pool, moments, render
from explorer.report.figures import NETWORK, PHOTO, SIZE, Figure, figures, tiled
from explorer.report.numbers import looks_of, of_layer, of_map, of_picture
from explorer.report.results import Results, map_key
from explorer.sheets import enlarged, heat_map

NOTE = "report"
"""Entry of a finished picture's note that holds what was measured."""
TIMED_STEPS = 3
ADDS_OF_A_VALUE = 200
"""Multiply-adds in the time that a value of a layer takes to be written and read, about."""

Follow = Callable[[str, float], None]
"""Told what is being done, and how much of the work was done since it was last told."""


@dataclass(frozen=True, eq=False)
class Finished:
    """A picture that is done.

    Attributes:
        image: uint8 RGB (h, w, 3).
        entry: what results say of it, see `Results.figures`.
    """

    image: np.ndarray
    entry: dict


def work(recipe: Recipe) -> float:
    """About how long a recipe's own steps take, in multiply-adds."""
    network = load_network(recipe.network)
    until = network.layers[: network.layers.index(network.layer(recipe.target.layer)) + 1]
    values = sum(math.prod(layer.output_shape) for layer in until)
    adds = sum(layer.multiply_adds for layer in until)
    return recipe.steps * (adds + ADDS_OF_A_VALUE * values)


def picture_path(folder: Path, figure: Figure) -> Path:
    """Where a figure's picture is."""
    return folder / f"{figure.key}.png"


def finished(path: Path, recipe: Recipe) -> Finished | None:
    """The picture of exactly this recipe in a file, whole and measured; None if there is none."""
    try:
        data = path.read_bytes()
        found, stop = read_picture(data)
        entry = read_note(data).get(NOTE)
        with Image.open(io.BytesIO(data)) as picture:
            picture.verify()
        with Image.open(io.BytesIO(data)) as picture:
            image = np.asarray(picture.convert("RGB"))
    except (InputError, OSError, SyntaxError, ValueError):
        return None
    whole = found == recipe and stop is None and image.shape == (*recipe.size, 3)
    return Finished(image, entry) if whole and Results.is_entry(entry, recipe) else None


def left_to_do(folder: Path, classes: str) -> list[Figure]:
    """The figures that a folder does not have yet."""
    return [
        figure
        for figure in figures(classes)
        if finished(picture_path(folder, figure), figure.recipe) is None
    ]


def make(folder: Path, classes: str, follow: Follow) -> Results:
    """Draw and measure what is missing in a folder, and give all that is there.

    Args:
        folder: it exists; every picture is written as soon as it is finished, whole.
        classes: name of the network whose class is drawn.
        follow: told of the progress; the work of a figure is that of `work`.

    Raises:
        InputError: a file cannot be written.
    """
    pool: Pool = {}
    entries = {}
    for figure in figures(classes):
        path = picture_path(folder, figure)
        done = finished(path, figure.recipe) or _drawn(figure, path, pool, follow)
        entries[figure.key] = done.entry
        pool[figure.recipe] = Ascent.of(_last_frame(figure.recipe, done))
    follow("activations", 0)
    layers = _activations(folder)
    follow("tiles", 0)
    return Results(
        classes=classes,
        figures=entries,
        layers=layers,
        tiles=_tiles(),
        device=device.start(),
        versions=versions(),
    )


def _drawn(figure: Figure, path: Path, pool: Pool, follow: Follow) -> Finished:
    recipe, network = figure.recipe, load_network(figure.recipe.network)
    each = work(recipe) / max(recipe.steps, 1)
    begin, before = perf_counter(), 0
    follow(recipe.caption, 0)
    for frame in render(network, recipe, pool=pool):
        if frame.recipe == recipe:
            follow(recipe.caption, each * (frame.step - before))
            before = frame.step
    seconds = perf_counter() - begin
    image = frame.kept.image
    follow(f"measuring {recipe.caption}", 0)
    measures = of_picture(network, recipe.target, image)
    frequency, energy = radial_spectrum(image)
    entry = {
        "recipe": recipe.as_dict(),
        "score": frame.kept.score,
        "seconds": round(seconds, 2),
        "measures": measures,
        "spectrum": [[float(f), float(e)] for f, e in zip(frequency, energy, strict=True)],
    }
    write_whole(path, picture_png(recipe, frame, {NOTE: entry}))
    return Finished(image, entry)


def _last_frame(recipe: Recipe, done: Finished) -> Frame:
    steps, score = recipe.steps, done.entry["score"]
    return Frame(recipe, steps, (score,), done.image[None], steps, steps, "It was finished.")


def _activations(folder: Path) -> list[dict]:
    """Draw the maps of the network's row of layers; what results say of them, layer by layer."""
    network = load_network(NETWORK)
    image = sample_photo(PHOTO).fitted((SIZE, SIZE))
    layers = [network.layer(name) for name in network.row]
    answers = network.activations(image, [layer.name for layer in layers])
    entries, looks = [], looks_of(image)
    write_whole(folder / f"{PHOTO}.png", png_bytes(image))
    for layer in layers:
        answer, filters = answers[layer.name], []
        for channel in range(REPORT_FILTERS):
            values = answer[..., channel]
            picture = enlarged(heat_map(values, 0.0, max(float(values.max()), 0.0)), SIZE)
            write_whole(folder / f"{map_key(layer.paper_name, channel)}.png", png_bytes(picture))
            filters.append({"channel": channel, "measures": of_map(values, looks)})
        entries.append(
            {
                "layer": layer.paper_name,
                "measures": of_layer(answer, image),
                "filters": filters,
            }
        )
    return entries


def _tiles() -> dict:
    """Seconds of a step without and with tiles."""
    recipes = tiled()
    without, with_tiles = (_seconds_a_step(recipe) for recipe in recipes)
    return {
        "recipe": recipes[1].as_dict(),
        "seconds_without": round(without, 4),
        "seconds_with": round(with_tiles, 4),
    }


def _seconds_a_step(recipe: Recipe) -> float:
    """The fastest of a few steps, so that neither tracing nor another program counts."""
    steps, times = moments(load_network(recipe.network), recipe), []
    next(steps)
    for _ in range(1 + TIMED_STEPS):  # with tiles, most of them have no frame
        begin = perf_counter()
        next(steps)
        times.append(perf_counter() - begin)
    return min(times[1:])
