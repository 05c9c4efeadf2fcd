"""What the report says, in other words, and what our numbers say to it; no TensorFlow.

A statement has claims; a claim compares numbers and gives checks, each of which holds or does not.
The verdict follows from the checks alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from explorer.images import SAMPLES, sample_photo
from explorer.measures import fine_share
from explorer.networks import load_network
from explorer.presets import IMPROVED, REGULARIZED
from explorer.report.figures import NAIVE_LAYERS, NETWORK, SIZE, UNFILTERED, title_of
from explorer.report.numbers import ALL
from explorer.report.results import Results

NOTICEABLE = 0.05
"""A number that changes by a smaller share of itself counts as unchanged."""
WITH_DEPTH = 0.7
"""Rank correlation from which on a number grows with depth."""
MODERATE = 0.3
"""A correlation that is at least moderate (Cohen 1988)."""
HOLDS, IN_PART, FAILS = "holds", "holds in part", "does not hold"

NAIVE, CLIP, DECAY, BLUR, SMALL_NORM = REGULARIZED
BLURRED, ONE_ROUND, FIVE_ROUNDS, FOUR_SPLITS, FIVE_SPLITS, OVERLAY = IMPROVED
CHANNEL, CLASS = "channel", "class"
BOTH = (CHANNEL, CLASS)


@dataclass(frozen=True)
class Check:
    """One comparison of numbers.

    Attributes:
        words: what is expected.
        found: the numbers.
        holds: whether they are as expected.
    """

    words: str
    found: str
    holds: bool


Claim = Callable[[Results], Iterable[Check]]


@dataclass(frozen=True)
class Statement:
    """Something that the report says.

    Attributes:
        number: as the report's statements are counted here.
        section: of the figures that show it; a key of `SECTIONS`.
        short: it, in a few words.
        said: it, in our words.
        shown_by: what would show it.
        claims: what gives its checks.
    """

    number: str
    section: str
    short: str
    said: str
    shown_by: str
    claims: tuple[Claim, ...]

    def checks(self, results: Results) -> list[Check]:
        """Every comparison, with its numbers."""
        return [check for claim in self.claims for check in claim(results)]


def verdict(checks: Sequence[Check]) -> str:
    """What checks come to: all, some, or none of them hold."""
    held = [check.holds for check in checks]
    return HOLDS if all(held) else IN_PART if any(held) else FAILS


# ---- Claims


def _words(measure: str, value: float) -> str:
    return ALL[measure].words(value)


def _title(preset: str) -> str:
    title = title_of(preset)
    return f"“{title[0].lower()}{title[1:]}”"


_BY = f"by more than {100 * NOTICEABLE:g} %"


def falls(measure: str, before: str, after: str, subjects: Sequence[str] = BOTH) -> Claim:
    """A measure is noticeably lower with one preset than with another."""
    return _changes(measure, before, after, subjects, f"falls {_BY}", _fell)


def rises(measure: str, before: str, after: str, subjects: Sequence[str] = BOTH) -> Claim:
    """A measure is noticeably higher with one preset than with another."""
    return _changes(measure, before, after, subjects, f"rises {_BY}", _rose)


def stays(
    measure: str, before: str, after: str, least: float, most: float, subjects: Sequence[str] = BOTH
) -> Claim:
    """A measure after is from `least` to `most` times what it was before."""
    bounds = (
        f"within {least:g} to {most:g} times" if np.isfinite(most) else f"above {least:g} times"
    )
    words = f"stays {bounds}"
    return _changes(
        measure, before, after, subjects, words, lambda a, b: least * a <= b <= most * a
    )


def _fell(before: float, after: float) -> bool:
    return after < before - _margin(before)


def _rose(before: float, after: float) -> bool:
    return after > before + _margin(before)


def _margin(value: float) -> float:
    return NOTICEABLE * abs(value)


def _changes(measure, before, after, subjects, words, expected) -> Claim:
    def claim(results: Results) -> Iterable[Check]:
        for subject in subjects:
            a, b = (results.of(subject, name)[measure] for name in (before, after))
            yield Check(
                f"{subject}: {ALL[measure].title} {words} from {_title(before)} to {_title(after)}",
                f"{_words(measure, a)} → {_words(measure, b)}",
                bool(expected(a, b)),
            )

    return claim


def above(measure: str, preset: str, limit: float, subject: str = CLASS) -> Claim:
    """A measure is at least a limit."""
    return _bounded(measure, preset, limit, subject, "at least", lambda value: value >= limit)


def below(measure: str, preset: str, limit: float, subject: str = CLASS) -> Claim:
    """A measure is less than a limit."""
    return _bounded(measure, preset, limit, subject, "below", lambda value: value < limit)


def _bounded(measure, preset, limit, subject, words, expected) -> Claim:
    def claim(results: Results) -> Iterable[Check]:
        value = results.of(subject, preset)[measure]
        yield Check(
            f"{subject}: {ALL[measure].title} of {_title(preset)} is {words} "
            f"{_words(measure, limit)}",
            _words(measure, value),
            bool(expected(value)),
        )

    return claim


def not_better(measure: str, preset: str, than: Sequence[str], subject: str = CLASS) -> Claim:
    """A measure of one preset is not noticeably above the best of others."""

    def claim(results: Results) -> Iterable[Check]:
        value = results.of(subject, preset)[measure]
        best = max(results.of(subject, name)[measure] for name in than)
        yield Check(
            f"{subject}: {ALL[measure].title} of {_title(preset)} is not above the better of "
            f"{' and '.join(map(_title, than))}",
            f"{_title(preset)} {_words(measure, value)}, the better {_words(measure, best)}",
            value <= best + _margin(best),
        )

    return claim


def grows_with_depth(measure: str) -> Claim:
    """The deeper the layer, the more its naive picture has of a measure."""

    def claim(results: Results) -> Iterable[Check]:
        values = [results.of(layer, NAIVE)[measure] for layer in NAIVE_LAYERS]
        correlation = _rank_correlation(values)
        yield Check(
            f"naive: {ALL[measure].title} grows with depth (rank correlation at least "
            f"{WITH_DEPTH:g})",
            f"{', '.join(_words(measure, value) for value in values)}: {correlation:.2f}",
            correlation >= WITH_DEPTH,
        )

    return claim


def _rank_correlation(values: Sequence[float]) -> float:
    """Spearman's, with the depth; 0 if all are equal.

    By pandas, which the page needs anyway; SciPy's statistics would take 28 MB more.
    """
    if len(set(values)) == 1:
        return 0.0
    return float(pd.Series(values).rank().corr(pd.Series(range(len(values)))))


def between_layers(measure: str, less: str, more: str, times: float = 1.0) -> Claim:
    """The naive picture of one layer has noticeably more, or so many times more, than another's."""

    def claim(results: Results) -> Iterable[Check]:
        a, b = (results.of(layer, NAIVE)[measure] for layer in (less, more))
        amount = "above" if times == 1 else f"more than {times:g} times"
        yield Check(
            f"naive: {ALL[measure].title} of {more} is {amount} that of {less}",
            f"{more} {_words(measure, b)}, {less} {_words(measure, a)}",
            b > times * a + _margin(a),
        )

    return claim


def highest_of_layers(measure: str, layer: str) -> Claim:
    """Of the naive pictures, this layer's has noticeably more of a measure than all others."""

    def claim(results: Results) -> Iterable[Check]:
        values = {name: results.of(name, NAIVE)[measure] for name in NAIVE_LAYERS}
        yield Check(
            f"naive: {ALL[measure].title} is highest in {layer}, {_BY}",
            ", ".join(f"{name} {_words(measure, value)}" for name, value in values.items()),
            all(_rose(value, values[layer]) for name, value in values.items() if name != layer),
        )

    return claim


def maps_fall(measure: str) -> Claim:
    """Activations of the last layer have noticeably less of a measure than those of the first."""

    def claim(results: Results) -> Iterable[Check]:
        values = {entry["layer"]: entry["measures"][measure] for entry in results.layers}
        first, last = next(iter(values.values())), list(values.values())[-1]
        yield Check(
            f"activations: {ALL[measure].title} falls {_BY} from the first to the last layer",
            ", ".join(f"{name} {_words(measure, value)}" for name, value in values.items()),
            _fell(first, last),
        )

    return claim


def first_maps_above(measure: str, limit: float) -> Claim:
    """Activations of the first layer have at least so much of a measure."""

    def claim(results: Results) -> Iterable[Check]:
        entry = results.layers[0]
        value = entry["measures"][measure]
        yield Check(
            f"activations: {ALL[measure].title} of {entry['layer']} is at least "
            f"{_words(measure, limit)}",
            _words(measure, value),
            value >= limit,
        )

    return claim


@cache
def _finest_photo() -> float:
    """The largest share of fine grain that a sample photo has."""
    return max(fine_share(sample_photo(name).fitted((SIZE, SIZE))) for name in SAMPLES)


def finer_than_photos(preset: str, subject: str = CLASS) -> Claim:
    """A picture has more fine grain than every sample photo."""

    def claim(results: Results) -> Iterable[Check]:
        value, limit = results.of(subject, preset)["fine_share"], _finest_photo()
        yield Check(
            f"{subject}: fine grain of {_title(preset)} is above that of every sample photo",
            f"{_title(preset)} {_words('fine_share', value)}, the finest photo "
            f"{_words('fine_share', limit)}",
            value > limit,
        )

    return claim


def four_poolings(results: Results) -> Iterable[Check]:
    """The structure has four poolings."""
    count = sum(layer.kind == "pooling" for layer in load_network(NETWORK).layers)
    yield Check("structure: 4 pooling layers", str(count), count == 4)


def tiles_save_time(results: Results) -> Iterable[Check]:
    """A step with tiles takes noticeably less time."""
    plain, tiled = (results.tiles[f"seconds_{way}"] for way in ("without", "with"))
    yield Check(
        f"speed: the time of a step falls {_BY} with tiles",
        f"{plain:.3f} s → {tiled:.3f} s",
        _fell(plain, tiled),
    )


# ---- What the report says

SECTIONS = {
    "structure": (
        "The network",
        "The report opens with VGG16's graph in TensorBoard; here each box is as "
        "high as its map, and the wider the more channels it has, on a logarithmic scale. "
        "Layers without a map have boxes of one height. "
        "`python -m explorer tensorboard -o FOLDER` writes the graph itself.",
    ),
    "activations": (
        "Activations of a photo",
        "How the first five filters of five layers respond to a photo: bright is where a filter "
        "responds most, dark is where it is silent.",
    ),
    "naive": (
        "Naive pictures",
        "Noise on gray, steps up the normalized gradient, and nothing else. The steps may leave "
        "0–255, to which pictures are cut before they are scored. Before ReLU, conv1_1 only adds "
        "up colors: the best picture for the mean of its map is one color, whatever the filter.",
    ),
    "regularized": (
        "Four regularizations",
        "Each is kept when the next is added: clip, L2 decay, Gaussian blur, small-norm clip.",
    ),
    "improved": (
        "Improved methods",
        "All go on from the picture that the four regularizations give, with steps half as large, "
        "clip and L2 decay; blur and small-norm clip are off. Each then treats the gradient in its "
        "way. The first picture goes on without that, so that what the others add can be told "
        "from what is left out.",
    ),
    "tiles": (
        "Tiles",
        "The report could not try them, as its input was fixed at 224×224 pixels.",
    ),
}
"""Key -> title and a sentence, in the order of the report."""

STATEMENTS = (
    Statement(
        "0",
        "structure",
        "four poolings",
        "The network has four pooling layers.",
        "The number of poolings in the structure.",
        (four_poolings,),
    ),
    Statement(
        "1",
        "activations",
        "early maps look like the photo, deep ones are blurred and specific",
        "Early layers respond with maps that still look like the photo; those of deeper layers are "
        "blurred, and each responds to something of its own.",
        "Maps of the first layer go with the photo's brightness or edges, and those of the last do "
        "so less; detail and the share of active places fall. Means over all filters of a layer; "
        "detail must fall, as deep maps have fewer places.",
        (
            first_maps_above("likeness", MODERATE),
            maps_fall("likeness"),
            maps_fall("detail"),
            maps_fall("active_share"),
        ),
    ),
    Statement(
        "2",
        "naive",
        "more structure, color and detail with depth",
        "The deeper the layer, the more structure, color and detail. conv1_1 and conv2_1 show "
        "hardly a texture, conv3_1 has waves as on water, conv4_1 more colors, and conv5_1 bright "
        "spots of high frequency.",
        "Contrast, color contrast and fine contrast grow with depth, and the named layers lead "
        "where they should; lone spots have a spottiness of 1 at least, where noise has 0.",
        (
            grows_with_depth("contrast"),
            grows_with_depth("colors"),
            grows_with_depth("fine_contrast"),
            between_layers("fine_contrast", "conv1_1", "conv3_1", 2),
            between_layers("fine_contrast", "conv2_1", "conv3_1", 2),
            highest_of_layers("waviness", "conv3_1"),
            between_layers("colors", "conv3_1", "conv4_1"),
            above("spottiness", NAIVE, 1.0, "conv5_1"),
            between_layers("fine_share", "conv4_1", "conv5_1"),
        ),
    ),
    Statement(
        "3",
        "naive",
        "the naive flamingo is hardly one",
        "The naive flamingo hardly looks like a flamingo.",
        "Its grain is finer than any photo's, and without it little is left for the network too: "
        "from afar, in parts, or mirrored and a little larger or smaller.",
        (
            finer_than_photos(NAIVE),
            below("from_afar", NAIVE, 0.5),
            below("parts", NAIVE, 0.5),
            above("worst_rank", NAIVE, 2),
        ),
    ),
    Statement(
        "4",
        "regularized",
        "decay pulls together and smooths",
        "Decay pulls the values of the pixels together and smooths the picture.",
        "Spread, the share at the limits, and fine grain fall when decay is added to clip.",
        tuple(falls(name, CLIP, DECAY) for name in ("spread", "saturated_share", "fine_share")),
    ),
    Statement(
        "5",
        "regularized",
        "small-norm clip keeps the object",
        "Clipping pixels of small norm removes what is weak and keeps the main object.",
        "Nearly all of the robust score stays, although the method sets 40 % of the pixels to the "
        "mean color after every step.",
        (stays("robust_score", BLUR, SMALL_NORM, 0.9, np.inf),),
    ),
    Statement(
        "6",
        "regularized",
        "the four help, but little",
        "The four regularizations help a little; their effect is not very obvious.",
        "From naive to all four the robust score rises and fine grain falls, but neither changes "
        "by more than half.",
        (
            rises("robust_score", NAIVE, SMALL_NORM),
            falls("fine_share", NAIVE, SMALL_NORM),
            stays("robust_score", NAIVE, SMALL_NORM, 0.5, 1.5),
            stays("fine_share", NAIVE, SMALL_NORM, 0.5, 1.5),
        ),
    ),
    Statement(
        "7",
        "improved",
        "blurred gradients are pastel and gray",
        "The blurred gradient makes colors pastel and grayish.",
        "Chroma (strongest less weakest color) and the spread of the values are below those "
        "without a filter.",
        (falls("chroma", UNFILTERED, BLURRED), falls("spread", UNFILTERED, BLURRED)),
    ),
    Statement(
        "8",
        "improved",
        "five rounds bring out heads, necks and eyes",
        "After five recursive rounds heads, necks and eyes can be told apart.",
        "The network finds the class in most parts of the picture, in more than after one round, "
        "and from afar; the channel's score too is less of grain.",
        (
            above("parts", FIVE_ROUNDS, 0.5),
            rises("parts", ONE_ROUND, FIVE_ROUNDS, (CLASS,)),
            rises("from_afar", ONE_ROUND, FIVE_ROUNDS),
        ),
    ),
    Statement(
        "9",
        "improved",
        "the pyramid is less gray, and coarser",
        "The Laplacian pyramid is less gray than the blurred gradient; it strengthens low "
        "frequencies and weakens high ones.",
        "Chroma is above that of the blurred gradient; the coarse share is above that without a "
        "filter, and fine grain below.",
        (
            *(rises("chroma", BLURRED, name) for name in (FOUR_SPLITS, FIVE_SPLITS)),
            *(rises("coarse_share", UNFILTERED, name) for name in (FOUR_SPLITS, FIVE_SPLITS)),
            *(falls("fine_share", UNFILTERED, name) for name in (FOUR_SPLITS, FIVE_SPLITS)),
        ),
    ),
    Statement(
        "10",
        "improved",
        "four splits are fine, five coarse, both no whole bird",
        "Four splits bring out small things, eyes and beaks, five long ones, legs; laying both "
        "over one another does not give a whole bird.",
        "Five splits make coarser structures than four; the overlay excites the class no more than "
        "the better of the two, as a whole and in parts. No number here knows an eye from a leg.",
        (
            rises("pitch", FOUR_SPLITS, FIVE_SPLITS),
            rises("coarse_share", FOUR_SPLITS, FIVE_SPLITS),
            not_better("robust_score", OVERLAY, (FOUR_SPLITS, FIVE_SPLITS)),
            not_better("parts", OVERLAY, (FOUR_SPLITS, FIVE_SPLITS)),
        ),
    ),
    Statement(
        "11",
        "tiles",
        "tiles save time",
        "Working on tiles would save time.",
        "A step on a picture larger than a tile takes less time with tiles.",
        (tiles_save_time,),
    ),
)
