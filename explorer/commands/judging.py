"""What a finished picture is worth, as `--json` tells it; and what went wrong with it, in words."""

import sys
from collections.abc import Sequence
from dataclasses import asdict

from explorer.diagnosis import diagnosed_of_all, through_all_steps
from explorer.images import Photo
from explorer.measures import combined, judged, mean_likeness, standings
from explorer.networks.network import Network
from explorer.recipe import Recipe
from explorer.render import Frame
from explorer.targets import is_class


def judgment(
    network: Network,
    recipe: Recipe,
    frame: Frame,
    curve: Sequence[tuple[int, float]],
    photo: Photo | None = None,
) -> dict:
    """Measures and diagnosis of the picture that a render keeps, as plain JSON values.

    Args:
        frame: the last of the render.
        curve: (step, score) of the recipe's own frames.
        photo: the person's own, if the recipe is about one.

    Returns:
        "measures" by name; for a class "standings"; "diagnosis", name -> sentence; "ending". Of
        several pictures, "measures" has the means, of ranks the worst, "pictures" what holds for
        each, and "likeness" how alike the network finds them, from −1 to 1.
    """
    kept, target = frame.kept, recipe.target
    pictures, curve = [], through_all_steps(recipe, curve)
    values = [judged(network, target, image, photo) for image in kept.pictures]
    diagnosis = diagnosed_of_all(recipe, kept.pictures, values, curve)
    for score, image, measures in zip(kept.scores, kept.pictures, values, strict=True):
        entry = {"score": score, "measures": measures}
        if is_class(network, target):
            found = standings(network, target.channel, image)
            entry["standings"] = {name: asdict(standing) for name, standing in found.items()}
        pictures.append(entry)
    told = {"diagnosis": diagnosis, "ending": frame.ending if frame.recipe == recipe else None}
    if len(pictures) == 1:
        (entry,) = pictures
        return {name: value for name, value in entry.items() if name != "score"} | told
    likeness = mean_likeness(network, target, kept.pictures)
    return {"measures": combined(values), "pictures": pictures, "likeness": likeness} | told


def say_diagnosis(told: dict, frame: Frame, name: str = "") -> None:
    """Why a render ended early and what went wrong, a line each on standard error."""
    for sentence in [frame.ending] * frame.ended_early + list(told["diagnosis"].values()):
        print(f"{name}: {sentence}" if name else sentence, file=sys.stderr)
