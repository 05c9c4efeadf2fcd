"""A recipe as the address of a page, and back.

Target, size, seed and photo are plain parameters; the rest is one parameter for each recipe,
the preset's name and what was changed from it: `report/naive;steps=50;rms.size=2;clip=off`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from explorer.catalogue import checked_methods
from explorer.changes import difference, read, written
from explorer.errors import InputError
from explorer.images import SAMPLES
from explorer.networks import DEFAULT_NETWORK, load_network
from explorer.networks.network import Network
from explorer.presets import DEFAULT_PRESET, PRESETS, Preset
from explorer.recipe import (
    LARGEST_SEED,
    LARGEST_SIDE,
    MOST_STEPS,
    SMALLEST_SIDE,
    PhotoStart,
    Recipe,
    kind_of,
    preset,
)
from explorer.settings import MOST_RECIPES
from explorer.targets import (
    Target,
    describe,
    direction_of,
    direction_text,
    is_class_term,
    term_of,
    term_text,
)
from explorer.wording import exact

YOURS = "yours"
"""In an address, a person's own photo, which only they can open it with."""
BETWEEN_TERMS = "|"
OF_TARGETS = ("layer", "channel", "position", "relu", "direction", "of", "weight", "also")
"""Parameters that say what to excite, besides a class."""


def recipe_text(recipe: Recipe) -> str:
    """A recipe's preset and what it changes from it."""
    return ";".join([preset_of(recipe), *changes_of(recipe)])


def preset_of(recipe: Recipe) -> str:
    """The preset to describe a recipe by: its own, if there is such a one, or the default."""
    return recipe.preset if recipe.preset in PRESETS else DEFAULT_PRESET


def unchanged(recipe: Recipe) -> Preset:
    """The preset to describe a recipe by, for its kind of target, with every strength.

    It need not suit the target: a recipe may leave out what does not.
    """
    kind = kind_of(recipe.target, recipe.network, recipe.size)
    entry = PRESETS[preset_of(recipe)].of_kind(kind)
    return replace(entry, methods=checked_methods(entry.methods))


def changes_of(recipe: Recipe) -> list[str]:
    """What a recipe changes from its preset, as in "steps=60", "adam.rate=2" or "jitter=off"."""
    base = unchanged(recipe)
    before = recipe.parents[0] if recipe.parents else None
    parts = []
    if recipe.steps != base.steps:
        parts.append(f"steps={recipe.steps}")
    elif before and before.steps != unchanged(before).steps:
        parts.append(f"steps={before.steps}")
    if recipe.keep != base.keep:
        parts.append(f"keep={recipe.keep}")
    return parts + written(difference(base.methods, recipe.methods))


def recipe_of(text: str, target: Target, **common) -> Recipe:
    """The recipe that `recipe_text` wrote; `common` is network, size, seed and photo.

    Raises:
        InputError: a part of it is not understood or not valid.
    """
    name, *parts = text.replace(" ", "+").split(";")
    options: dict = {}
    changes = []
    for part in parts:
        key, _, value = part.partition("=")
        if key == "steps":
            options["steps"] = whole(value, "steps", 1, MOST_STEPS)
        elif key == "keep":
            options["keep"] = value
        else:
            changes.append(part)
    return preset(name, target, methods=read(changes), **common, **options)


def link_of(recipes: Sequence[Recipe]) -> dict[str, str]:
    """The parameters of the address that shows these recipes, all of one target."""
    first = recipes[0]
    network = load_network(first.network)
    link = {"network": first.network} if first.network != DEFAULT_NETWORK else {}
    link |= target_link(network, first.target)
    height, width = first.size
    link["size"] = str(height) if height == width else f"{height}x{width}"
    link["seed"] = str(first.seed)
    if isinstance(first.start, PhotoStart):
        link["photo"] = _photo_text(first.start.photo)
    numbers = range(1, len(recipes) + 1) if len(recipes) > 1 else [""]
    link |= {f"recipe{n}": recipe_text(r) for n, r in zip(numbers, recipes, strict=True)}
    return link


def target_link(network: Network, target: Target) -> dict[str, str]:
    """The parameters that say what to excite; further terms are plain channels and layers."""
    if is_class_term(network, target):
        link = {"class": str(target.channel)}
    else:
        link = {"layer": network.layer(target.layer).paper_name}
        if target.channel is not None:
            link["channel"] = str(target.channel)
    if target.position:
        at_center = target.position == "center"
        link["position"] = "center" if at_center else ",".join(map(str, target.position))
    if target.after_relu:
        link["relu"] = "after"
    if target.direction:
        link["direction"] = direction_text(target.direction)
    if target.photo:
        link["of"] = _photo_text(target.photo)
    if target.weight != 1:
        link["weight"] = exact(target.weight)
    if target.also:
        link["also"] = terms_text(network, target.also)
    return link


def terms_text(network: Network, terms: Sequence[Target]) -> str:
    """Further targets with their weights: "conv4_1:6|-0.5*class:130"."""
    return BETWEEN_TERMS.join(term_text(network, term) for term in terms)


def terms_of(text: str) -> tuple[Target, ...]:
    """The targets that `terms_text` wrote; `InputError` if one is not understood."""
    return tuple(term_of(term) for term in text.split(BETWEEN_TERMS)) if text.strip() else ()


def recipes_in(
    link: Mapping[str, str], default: Sequence[str] | None = None, own: str | None = None
) -> tuple[list[Recipe], list[str]]:
    """The recipes that an address asks for, and a sentence for each part that was not understood.

    Args:
        link: parameters of the address; what is missing or nonsense takes its default.
        default: recipe texts to show if the address has none; the target's default preset.
        own: name of the person's own photo, if it is there.
    """
    complaints: list[str] = []

    def tried(read, otherwise):
        try:
            return read()
        except InputError as error:
            complaints.append(str(error))
            return otherwise

    name = link.get("network", DEFAULT_NETWORK)
    network = tried(lambda: load_network(name), load_network())
    size = tried(lambda: _size(link.get("size", "224")), (224, 224))
    seed = tried(lambda: whole(link.get("seed", "0"), "seed", 0, LARGEST_SEED), 0)
    target = tried(lambda: target_in(link, network, size, own), None)
    if target is None:
        target = _next_best_target(link, network, size)
        shown = describe(network, target)
        complaints[-1] = _with_aside(complaints[-1], f"shown is {shown}")
    photo = tried(lambda: photo_in(link.get("photo"), own), None)
    default = default or (DEFAULT_PRESET,)
    common = {"network": network.name, "size": size, "seed": seed, "photo": photo}
    in_order = sorted(link, key=lambda key: (len(key), key))
    texts = [link[key] for key in in_order if key.startswith("recipe")] or list(default)
    if len(texts) > MOST_RECIPES:
        complaints.append(
            f"An address has at most {MOST_RECIPES} recipes: the others are left out."
        )
        texts = texts[:MOST_RECIPES]
    recipes = []
    for text in texts:
        if recipe := tried(lambda text=text: recipe_of(text, target, **common), None):
            recipes.append(recipe)
        else:
            complaints[-1] = _with_aside(complaints[-1], f"left out is the recipe {text[:40]}")
    if not recipes:
        recipes = [recipe_of(text, target, **common) for text in default]
    return recipes, complaints


def _with_aside(sentence: str, aside: str) -> str:
    return f"{sentence.removesuffix('.')} ({aside})."


def _next_best_target(link: Mapping[str, str], network: Network, size: tuple[int, int]) -> Target:
    """The first channel of the layer that an address names, if that can be, or the default."""
    try:
        return Target(link.get("layer"), 0).resolved(network, size)
    except InputError:
        return default_target(network).resolved(network, size)


def default_target(network: Network) -> Target:
    """What to excite where an address does not say."""
    return Target(*network.first_target)


def whole(text: str, what: str, low: int, high: int) -> int:
    """A whole number from a text, between `low` and `high`; `InputError` otherwise."""
    digits = text.lstrip("0")[:12] or "0"  # longer ones are too large in any case
    if text.isascii() and text.isdigit() and low <= int(digits) <= high:
        return int(digits)
    raise InputError(f"The {what} must be a whole number from {low:,} to {high:,}, not '{text}'.")


def _size(text: str) -> tuple[int, int]:
    sides = [whole(side, "size", SMALLEST_SIDE, LARGEST_SIDE) for side in text.split("x")]
    if len(sides) > 2:
        raise InputError(f"A size is one number or two, such as 224 or 160x224, not '{text}'.")
    return (sides[0], sides[-1])


def target_in(
    link: Mapping[str, str], network: Network, size: tuple[int, int], own: str | None = None
) -> Target:
    """The target that an address asks for, resolved; without one, the network's default.

    Args:
        link: parameters of the address.
        network, size: to check it against.
        own: name of the person's own photo, if it is there.

    Raises:
        InputError: a part of it is not understood, or does not exist.
    """
    among = {"weight": _weight(link.get("weight", "1")), "also": terms_of(link.get("also", ""))}
    if "class" in link:
        return Target(class_=link["class"], **among).resolved(network, size)
    if not (set(OF_TARGETS) - set(among)) & set(link):
        return replace(default_target(network), **among).resolved(network, size)
    position = link.get("position")
    if position and position != "center":
        position = tuple(whole(part, "position", 0, 1023) for part in position.split(","))
    relu = link.get("relu", "before")
    if relu not in ("before", "after"):
        raise InputError(f"A target is taken before or after ReLU, not '{relu}'.")
    direction, photo = link.get("direction"), photo_in(link.get("of"), own)
    channel = link.get("channel", None if {"layer", "direction", "of"} & set(link) else "0")
    return Target(
        link.get("layer", network.first_layer),
        None if channel is None else whole(channel, "channel", 0, 10**6),
        position=position or None,
        after_relu=relu == "after",
        direction=None if direction is None else direction_of(direction),
        photo=photo,
        **among,
    ).resolved(network, size)


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"The weight of a target must be a number, not '{text[:60]}'.") from None


def _photo_text(name: str) -> str:
    return name if name in SAMPLES else YOURS


def photo_in(text: str | None, own: str | None) -> str | None:
    """The name of the photo that an address names; `InputError` if it is not here.

    Args:
        text: a sample's name, or `YOURS` for a person's own.
        own: name of the person's own photo, if it is there.
    """
    if not text or text in SAMPLES:
        return text or None
    if text == YOURS and own:
        return own
    if text == YOURS:
        raise InputError(
            "A person's own photo is not here: it stays in memory for one visit and cannot travel "
            "in a link."
        )
    raise InputError(
        f"There is no sample photo '{text[:40]}'; your own photos cannot travel in a link."
    )
