"""What went wrong with a picture, and which setting to change; no TensorFlow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.catalogue import METHODS, goes_with
from explorer.networks import load_network
from explorer.recipe import Recipe
from explorer.step_rules import rule_of
from explorer.targets import only_adds_colors

FLAT = 3.0
"""Gray levels of deviation, within each color, below which a picture shows nothing."""
AMPLE = 20.0
"""The same, above which steps were large enough to draw something: about a third of a photo's."""
SATURATED = 0.3
"""Share of color values at their bounds, or nearly."""
NEARLY = 5
"""Gray levels from a bound, which spectra approach but never reach."""
UNSTABLE = 0.6
"""Share of the score that is left after small shifts and changes of size."""
STILL_RISING = 0.5
"""Share of its average pace at which a score may rise over about the last tenth of the steps."""


@dataclass(frozen=True)
class Case:
    """What a diagnosis looks at.

    Attributes:
        recipe: what was rendered.
        image: uint8 RGB (h, w, 3), the kept picture.
        values: its measures by name, see `explorer.measures.judged`.
        curve: (step, score) of the recipe's own frames; empty if it ended before its last step,
            see `through_all_steps`.
    """

    recipe: Recipe
    image: np.ndarray
    values: Mapping[str, float]
    curve: Sequence[tuple[int, float]]


def through_all_steps(
    recipe: Recipe, curve: Sequence[tuple[int, float]]
) -> Sequence[tuple[int, float]]:
    """A curve, or an empty one if the recipe ended early: then more steps are no advice."""
    return curve if curve and curve[-1][0] == recipe.steps else ()


def _held_down(case: Case) -> bool:
    return any(term.weight < 0 for term in case.recipe.target.terms)


def _deviation(case: Case) -> float:
    return float(case.image.std(axis=(0, 1)).max())


def silent(case: Case) -> bool:
    """Nothing responds to the picture."""
    return case.values.get("robust_score", 1) <= 0 and not _held_down(case)


def flat(case: Case) -> bool:
    """Nothing is in the picture."""
    return _deviation(case) < FLAT and not saturated(case)


def dead(case: Case) -> bool:
    """Nothing responds to the picture, or nothing is in it."""
    return silent(case) or flat(case)


def saturated(case: Case) -> bool:
    """Many color values are black or full, or nearly."""
    near = (case.image <= NEARLY) | (case.image >= 255 - NEARLY)
    return max(case.values["saturated_share"], near.mean()) > SATURATED


def unstable(case: Case) -> bool:
    """Small shifts take most of the score away."""
    return case.values.get("robust_ratio", 1) < UNSTABLE


def outdone(case: Case) -> bool:
    """A photo excites the target more than the picture as it is, not shifted, does."""
    robust, share = (case.values.get(name, 0) for name in ("photo_ratio", "robust_ratio"))
    return 0 < robust < share and not _held_down(case)


def rising(case: Case) -> bool:
    """The best score rose until the end, not much slower than on average.

    Where the picture is changed every few steps, as by a blur, so many are looked at, as the score
    falls then; but never more than half of all.
    """
    if len(case.curve) < 3:
        return False
    (_, first), (last_step, _) = case.curve[0], case.curve[-1]
    until = max(0.5 * last_step, min(0.9 * last_step, last_step - _period(case.recipe)))
    earlier = [(step, score) for step, score in case.curve if step <= until]
    best = max(score for step, score in case.curve if step > until)
    rise, share = best - max(score for _, score in earlier), 1 - earlier[-1][0] / last_step
    return best > first and rise > STILL_RISING * share * (best - first)


def _period(recipe: Recipe) -> int:
    """After how many steps each of the methods has acted, where one does not at each; or 0."""
    periods = [
        strengths[strength]
        for name, strengths in recipe.methods.items()
        if (strength := METHODS[name].period)
    ]
    return max(periods, default=0)


@dataclass(frozen=True)
class Finding:
    """Something that can be wrong, and what to do about it."""

    name: str
    holds: Callable[[Case], bool]
    sentence: Callable[[Case], str]


def _with_more(recipe: Recipe, what: str) -> str:
    """The setting that makes the steps larger, which is the first of each step rule."""
    rule = rule_of(recipe.methods)
    return f"{what}{rule.name}.{rule.parameters[0].name}"


def _with_decay(recipe: Recipe) -> str:
    if not goes_with("decay", recipe.methods):
        return ""
    return " or raise decay.strength" + ", once L2 decay is on" * ("decay" not in recipe.methods)


def _dead(case: Case) -> str:
    why = "the target does not respond to it" if silent(case) else "it is hardly more than a color"
    what = f"The picture is dead, as {why}: "
    weaker = _flattening(case.recipe)
    if silent(case) and case.recipe.target.after_relu:
        return what + "take the target before ReLU."
    if flat(case) and weaker:
        return what + f"lower {' or '.join(weaker)}."
    way = "lower" if _deviation(case) > AMPLE else "raise"
    return what + _with_more(case.recipe, f"choose another seed, or {way} ") + "."


def _outdone(case: Case) -> str:
    what = "A sample photo excites the target more than this picture does: "
    if only_adds_colors(load_network(case.recipe.network), case.recipe.target):
        return what + "take the target after ReLU, as before it this layer only adds up colors."
    more, weaker = _with_more(case.recipe, "raise "), _flattening(case.recipe)
    if not weaker:
        return what + f"choose another seed, or {more}."
    return what + f"choose another seed, {more}, or lower {' and '.join(weaker)}."


def _flattening(recipe: Recipe) -> list[str]:
    """The settings of what takes from the picture after each step."""
    methods = recipe.methods if recipe.steps else {}
    return [
        f"{name}.{strength}"
        for name, strengths in methods.items()
        if (strength := METHODS[name].flattens) and strengths[strength] > 0
    ]


def _steadier(recipe: Recipe) -> str:
    strengths = {"jitter": "jitter.reach", "scale": "scale.spread"}
    on = [strength for method, strength in strengths.items() if method in recipe.methods]
    return f"raise {' and '.join(on)}" if on else "switch on jitter and scale"


FINDINGS = (
    Finding("dead", dead, _dead),
    Finding(
        "saturated",
        saturated,
        lambda case: (
            "Many colors are at their limits: "
            + _with_more(case.recipe, "lower ")
            + _with_decay(case.recipe)
            + "."
        ),
    ),
    Finding(
        "unstable",
        unstable,
        lambda case: (
            "The picture depends on fine noise, and loses much of its score when shifted a "
            f"little: {_steadier(case.recipe)}."
        ),
    ),
    Finding("outdone", outdone, _outdone),
    Finding(
        "not converged",
        rising,
        lambda case: (
            "The score was still rising at the end: give it more steps than "
            f"{case.recipe.steps:,} or {_with_more(case.recipe, 'raise ')}."
        ),
    ),
)
"""In order; a dead picture is only that."""


def diagnosed_of_all(
    recipe: Recipe,
    pictures: Sequence[np.ndarray],
    values: Sequence[Mapping[str, float]],
    curve: Sequence[tuple[int, float]],
) -> dict[str, str]:
    """What is wrong with any of the pictures that a recipe draws at once, as `diagnosed` says it.

    Args:
        recipe, curve: see `Case`.
        pictures: uint8 RGB (h, w, 3) each.
        values: of each picture its measures.
    """
    found = {}
    for image, measures in zip(pictures, values, strict=True):
        found |= diagnosed(Case(recipe, image, measures, curve))
    return found


def diagnosed(case: Case) -> dict[str, str]:
    """What is wrong with a picture: name -> a sentence with the setting to change."""
    found = {f.name: f.sentence(case) for f in FINDINGS if f.holds(case)}
    return {"dead": found["dead"]} if "dead" in found else found
