"""What went wrong with a picture, and which setting to change; no TensorFlow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.networks import load_network
from explorer.recipe import Recipe
from explorer.step_rules import rule_of
from explorer.targets import only_adds_colors

FLAT = 3.0
"""Gray levels of deviation, within each color, below which a picture shows nothing."""
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


def dead(case: Case) -> bool:
    """Nothing responds to the picture, or nothing is in it."""
    silent = case.values.get("robust_score", 1) <= 0 and not _held_down(case)
    flat = float(case.image.std(axis=(0, 1)).max()) < FLAT
    return silent or (flat and not saturated(case))


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
    """The score rose until the end, not much slower than on average."""
    if len(case.curve) < 3 or case.recipe.keep == "best":
        return False
    (_, first), (last_step, last) = case.curve[0], case.curve[-1]
    earlier = [(step, score) for step, score in case.curve if step <= 0.9 * last_step]
    rise, share = last - max(score for _, score in earlier), 1 - earlier[-1][0] / last_step
    return last > first and rise > STILL_RISING * share * (last - first)


@dataclass(frozen=True)
class Finding:
    """Something that can be wrong, and what to do about it."""

    name: str
    holds: Callable[[Case], bool]
    sentence: Callable[[Recipe], str]


def _with_more(recipe: Recipe, what: str) -> str:
    """The setting that makes the steps larger, which is the first of each step rule."""
    rule = rule_of(recipe.methods)
    return f"{what}{rule.name}.{rule.parameters[0].name}"


def _with_decay(recipe: Recipe) -> str:
    if "maco" in recipe.methods:
        return ""
    return " or raise decay.strength" + ", once L2 decay is on" * ("decay" not in recipe.methods)


def _steadier(recipe: Recipe) -> str:
    strengths = {"jitter": "jitter.reach", "scale": "scale.spread"}
    on = [strength for method, strength in strengths.items() if method in recipe.methods]
    return f"raise {' and '.join(on)}" if on else "switch on jitter and scale"


FINDINGS = (
    Finding(
        "dead",
        dead,
        lambda recipe: (
            "The picture is dead, as the target does not respond to it: "
            + (
                "take the target before ReLU."
                if recipe.target.after_relu
                else _with_more(recipe, "choose another seed, or raise ") + "."
            )
        ),
    ),
    Finding(
        "saturated",
        saturated,
        lambda recipe: (
            "Many colors are at their limits: "
            + _with_more(recipe, "lower ")
            + _with_decay(recipe)
            + "."
        ),
    ),
    Finding(
        "unstable",
        unstable,
        lambda recipe: (
            "The picture depends on fine noise, and loses most of its score when shifted a "
            f"little: {_steadier(recipe)}."
        ),
    ),
    Finding(
        "outdone",
        outdone,
        lambda recipe: (
            "A sample photo excites the target more than this picture does: "
            + (
                "take the target after ReLU, as before it this layer only adds up colors."
                if only_adds_colors(load_network(recipe.network), recipe.target)
                else _with_more(recipe, "choose another seed, or raise ") + "."
            )
        ),
    ),
    Finding(
        "not converged",
        rising,
        lambda recipe: (
            "The score was still rising at the end: give it more steps than "
            f"{recipe.steps:,} or {_with_more(recipe, 'raise ')}."
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
    found = {f.name: f.sentence(case.recipe) for f in FINDINGS if f.holds(case)}
    return {"dead": found["dead"]} if "dead" in found else found
