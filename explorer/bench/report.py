"""What was measured, as tables for people: for each, its columns."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from explorer.bench import scaling
from explorer.networks import load_network
from explorer.tables import Rows


def _columns(columns: dict[str, Callable[[Any], str]]) -> Callable[[Sequence], Rows]:
    """Makes a table of results, a row for each: heading -> the cell of a result."""

    def rows(found: Sequence) -> Rows:
        cells = [tuple(cell(each) for cell in columns.values()) for each in found]
        return [tuple(columns), *cells]

    return rows


def _layer(network: str, layer: str) -> str:
    model = load_network(network)
    return f"{model.title} {model.layer(layer).paper_name}"


def _page(path: str) -> str:
    words = Path(path).stem.split("_")
    return " ".join(words[1:]) if words[0].isdigit() else "Home"


def _seconds(value: float) -> str:
    return f"{value:.3f} s" if value < 1 else f"{value:.2f} s"


def _beside(seconds: float, times: float) -> str:
    return f"{_seconds(seconds)} ({times:.2f} times)"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _megabytes(value: float) -> str:
    return f"{value:.0f} MB"


steps = _columns(
    {
        "one step": lambda speed: f"{_layer(speed.network, speed.layer)}, {speed.size} px",
        "this program": lambda speed: _seconds(speed.seconds_engine),
        "Keras in tf.function": lambda speed: _beside(
            speed.seconds_keras_function, speed.times_keras_function
        ),
        "Keras eager": lambda speed: _beside(speed.seconds_keras_eager, speed.times_keras_eager),
        "of the matrix product's rate": lambda speed: (
            f"{_share(speed.share_of_matrix_product_rate)} of "
            f"{speed.matrix_product_rate / 1e9:.0f} GFLOP/s"
        ),
        "trace": lambda speed: f"{speed.seconds_trace:.1f} s",
    }
)
"""One step by the engine and by Keras, of `steps.Speed`."""

first_frames = _columns(
    {
        "first picture of a render": lambda first: (
            f"{first.preset}, {_layer('vgg16', first.layer)}, {first.size} px"
        ),
        "nothing traced": lambda first: _seconds(first.seconds_cold),
        "steps traced": lambda first: _seconds(first.seconds_warm),
    }
)
"""How long a first picture takes, of `frames.FirstFrame`."""

side_by_side = _columns(
    {
        "recipes": lambda both: f"{len(both.presets)} of {both.steps} steps",
        "side by side": lambda both: _seconds(both.seconds_together),
        "one after the other": lambda both: _seconds(both.seconds_alone),
        "times": lambda both: f"{both.times:.2f}",
    }
)
"""Several recipes at once, and one after the other, of `together.Together`."""

activations = _columns(
    {
        "activations of a photo": lambda answers: (
            f"{load_network(answers.network).title}, {answers.layers} layers"
        ),
        "first": lambda answers: _seconds(answers.seconds_first),
        "again": lambda answers: _seconds(answers.seconds),
    }
)
"""All layers for a photo, of `answers.Answers`."""

start = _columns(
    {
        "fresh process": lambda fresh: load_network(fresh.network).title,
        "import": lambda fresh: _seconds(fresh.seconds_import),
        "load": lambda fresh: _seconds(fresh.seconds_load),
        "first picture": lambda fresh: _seconds(fresh.seconds_first_frame),
        "memory loaded": lambda fresh: _megabytes(fresh.loaded_mb),
        "peak": lambda fresh: _megabytes(fresh.peak_mb),
    }
)
"""A fresh process, of `fresh.Start`."""

pages = _columns(
    {
        "page, without browser": lambda page: _page(page.page),
        "in a fresh process": lambda page: _seconds(page.seconds_first),
        "again": lambda page: _seconds(page.seconds),
    }
)
"""The pages' scripts, of `pages.Page`."""

visitors = _columns(
    {
        "visitors at once": lambda crowd: str(crowd.visitors),
        "steps a second of all": lambda crowd: f"{crowd.steps_per_second:.1f}",
        "of one visitor's alone": lambda crowd: _share(crowd.share_of_one),
        "least and most steps": lambda crowd: (
            f"{crowd.least_steps} and {crowd.most_steps} in {crowd.seconds:.0f} s"
        ),
        "a newcomer's first picture": lambda crowd: _seconds(crowd.newcomer_seconds),
    }
)
"""Several visitors at once, of `visitors.Crowd`."""


def series(name: str, found: Sequence[scaling.Case]) -> Rows:
    """Cases of `scaling.SERIES`; the heading tells what they have in common."""
    first = found[0]
    heading, told = {
        "pixels": (
            f"{_layer('vgg16', first.layer)}, one picture",
            lambda case: f"{case.size}×{case.size} px",
        ),
        "batch": (
            f"{_layer('vgg16', first.layer)}, {first.size} px",
            lambda case: f"{case.batch} at once",
        ),
        "layer": (
            f"VGG16, one picture of {first.size} px",
            lambda case: load_network("vgg16").layer(case.layer).paper_name,
        ),
    }[name]
    columns = {
        heading: told,
        "one step": lambda case: _seconds(case.seconds),
        "for each pixel": lambda case: f"{1e6 * case.seconds / (case.batch * case.size**2):.2f} µs",
    }
    return _columns(columns)(found)
