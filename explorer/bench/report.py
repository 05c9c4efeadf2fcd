"""What was measured, as tables for people."""

from collections.abc import Sequence
from pathlib import Path

from explorer.bench import scaling
from explorer.bench.answers import Answers
from explorer.bench.frames import FirstFrame
from explorer.bench.fresh import Start
from explorer.bench.pages import Page
from explorer.bench.steps import Speed
from explorer.bench.together import Together
from explorer.bench.visitors import Crowd
from explorer.networks import load_network
from explorer.tables import Rows


def steps(speeds: Sequence[Speed]) -> Rows:
    """One step by the engine and by Keras."""
    heading = (
        "one step",
        "this program",
        "Keras in tf.function",
        "Keras eager",
        "of the matrix product's rate",
        "trace",
    )
    rows = [
        (
            f"{_layer(speed.network, speed.layer)}, {speed.size} px",
            _seconds(speed.seconds_engine),
            f"{_seconds(speed.seconds_keras_function)} ({speed.times_keras_function:.2f} times)",
            f"{_seconds(speed.seconds_keras_eager)} ({speed.times_keras_eager:.2f} times)",
            f"{_share(speed.share_of_matrix_product_rate)} of "
            f"{speed.matrix_product_rate / 1e9:.0f} GFLOP/s",
            f"{speed.seconds_trace:.1f} s",
        )
        for speed in speeds
    ]
    return [heading, *rows]


def first_frames(found: Sequence[FirstFrame]) -> Rows:
    """How long a first picture takes."""
    rows = [
        (
            f"{each.preset}, {_layer('vgg16', each.layer)}, {each.size} px",
            _seconds(each.seconds_cold),
            _seconds(each.seconds_warm),
        )
        for each in found
    ]
    return [("first picture of a render", "nothing traced", "steps traced"), *rows]


def side_by_side(found: Sequence[Together]) -> Rows:
    """Several recipes at once, and one after the other."""
    heading = ("recipes", "side by side", "one after the other", "times")
    rows = [
        (
            f"{len(each.presets)} of {each.steps} steps",
            _seconds(each.seconds_together),
            _seconds(each.seconds_alone),
            f"{each.times:.2f}",
        )
        for each in found
    ]
    return [heading, *rows]


def activations(found: Sequence[Answers]) -> Rows:
    """All layers for a photo."""
    rows = [
        (
            f"{load_network(each.network).title}, {each.layers} layers",
            _seconds(each.seconds_first),
            _seconds(each.seconds),
        )
        for each in found
    ]
    return [("activations of a photo", "first", "again"), *rows]


def start(found: Sequence[Start]) -> Rows:
    """A fresh process."""
    heading = ("fresh process", "import", "load", "first picture", "memory loaded", "peak")
    rows = [
        (
            load_network(each.network).title,
            _seconds(each.seconds_import),
            _seconds(each.seconds_load),
            _seconds(each.seconds_first_frame),
            f"{each.loaded_mb:.0f} MB",
            f"{each.peak_mb:.0f} MB",
        )
        for each in found
    ]
    return [heading, *rows]


def pages(found: Sequence[Page]) -> Rows:
    """The pages' scripts."""
    rows = [
        (_page(each.page), _seconds(each.seconds_first), _seconds(each.seconds)) for each in found
    ]
    return [("page, without browser", "in a fresh process", "again"), *rows]


def series(name: str, found: Sequence[scaling.Case]) -> Rows:
    """Cases of `scaling.SERIES`; the heading tells what they have in common."""
    first = found[0]
    heading = {
        "pixels": f"{_layer('vgg16', first.layer)}, one picture",
        "batch": f"{_layer('vgg16', first.layer)}, {first.size} px",
        "layer": f"VGG16, one picture of {first.size} px",
    }[name]
    told = {
        "pixels": lambda case: f"{case.size}×{case.size} px",
        "batch": lambda case: f"{case.batch} at once",
        "layer": lambda case: load_network("vgg16").layer(case.layer).paper_name,
    }[name]
    rows = [
        (
            told(case),
            _seconds(case.seconds),
            f"{1e6 * case.seconds / (case.batch * case.size**2):.2f} µs",
        )
        for case in found
    ]
    return [(heading, "one step", "for each pixel"), *rows]


def visitors(found: Sequence[Crowd]) -> Rows:
    """Several visitors at once."""
    heading = (
        "visitors at once",
        "steps a second of all",
        "of one visitor's alone",
        "least and most steps",
        "a newcomer's first picture",
    )
    rows = [
        (
            str(each.visitors),
            f"{each.steps_per_second:.1f}",
            _share(each.share_of_one),
            f"{each.least_steps} and {each.most_steps} in {each.seconds:.0f} s",
            _seconds(each.newcomer_seconds),
        )
        for each in found
    ]
    return [heading, *rows]


def _layer(network: str, layer: str) -> str:
    model = load_network(network)
    return f"{model.title} {model.layer(layer).paper_name}"


def _page(path: str) -> str:
    words = Path(path).stem.split("_")
    return " ".join(words[1:]) if words[0].isdigit() else "Home"


def _seconds(value: float) -> str:
    return f"{value:.3f} s" if value < 1 else f"{value:.2f} s"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"
