"""Recipes that stand side by side, in few words: what tells them apart, and what they share."""

from collections.abc import Sequence
from itertools import chain

from explorer.catalogue import METHODS
from explorer.links import changes_of
from explorer.networks.network import Network
from explorer.presets import PRESETS
from explorer.recipe import Recipe
from explorer.targets import describe
from explorer.wording import exact


def titles_of(recipes: Sequence[Recipe]) -> list[str]:
    """A title for each recipe: "2. Naive · rms.size 8".

    It has its preset's title and what is changed from that. Where all come from one preset, only
    what differs among them is told, and one that keeps the preset's own value of it names that.
    """
    changes = [dict(change.split("=") for change in changes_of(recipe)) for recipe in recipes]
    if len({recipe.preset for recipe in recipes}) == 1:
        names = dict.fromkeys(chain(*changes))
        values = [
            {name: changed.get(name, _strength(recipe, name)) for name in names}
            for recipe, changed in zip(recipes, changes, strict=True)
        ]
        changes = [
            {k: v for k, v in each.items() if v and any(other[k] != v for other in values)}
            for each in values
        ]
    return [
        f"{i}. {' · '.join([PRESETS[recipe.preset].title, *_in_words(changed)])}"
        for i, (recipe, changed) in enumerate(zip(recipes, changes, strict=True), 1)
    ]


def common_title(network: Network, recipe: Recipe) -> str:
    """What compared recipes share: "VGG16 conv3_1, channel 1 · 224×224 px · seed 0"."""
    height, width = recipe.size
    target = describe(network, recipe.target)
    return f"{network.title} {target} · {height}×{width} px · seed {recipe.seed}"


def _strength(recipe: Recipe, name: str) -> str | None:
    """What a recipe has of a strength, "rms.size"; None if it has none."""
    method, _, parameter = name.partition(".")
    strengths = recipe.methods.get(method, {})
    return exact(strengths[parameter]) if parameter in strengths else None


def _in_words(changed: dict[str, str]) -> list[str]:
    """Changes of a recipe, its steps aside: "rms.size 2", "without Noise"."""
    return [
        f"without {METHODS[name].title}" if value == "off" else f"{name} {value}"
        for name, value in changed.items()
        if name != "steps"
    ]
