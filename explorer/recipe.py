"""The recipe: everything that determines a picture, frozen; and presets made into recipes."""

import dataclasses
import json
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Real
from types import MappingProxyType

from explorer.catalogue import check_target_clashes, checked_methods
from explorer.changes import merged
from explorer.errors import InputError, did_you_mean
from explorer.images import SAMPLES
from explorer.networks import DEFAULT_NETWORK, load_network
from explorer.presets import DEFAULT_PRESET, PRESETS
from explorer.targets import Target, describe, is_class
from explorer.targets import from_json as target_from

FORMAT = 1
"""Version of the JSON form."""
SMALLEST_SIDE, LARGEST_SIDE = 32, 1024
MOST_STEPS = 10_000
LARGEST_SEED = 2**32 - 1
LARGEST_SHARE = 1_000_000
DEEPEST = 6
"""How many recipes may start from one another in a row."""
MOST_TOGETHER = 64
"""How many recipes one may be made of, itself and those before it, each as often as it is named."""
TOO_MANY = f"A recipe may be made of {MOST_TOGETHER} recipes at most."
KEEP = ("last", "best")


@dataclass(frozen=True)
class PhotoStart:
    """Start from a photo: a sample's name, or "sha256:" and the digest of a person's own file."""

    photo: str


@dataclass(frozen=True)
class Blend:
    """Start from the weighted mean of other recipes' pictures: (weight, recipe) pairs."""

    parts: tuple[tuple[float, "Recipe"], ...]


@dataclass(frozen=True)
class Recipe:
    """Everything that determines a picture; checked and canonical once made.

    Attributes:
        target: what to excite.
        network: name of the network.
        steps: of gradient ascent, 1 to 10,000; 0 only for a blend of other pictures.
        size: (height, width) in pixels, each from 32 to 1,024; one number makes a square.
        seed: of the noise.
        start: None for the network's mean color, a `PhotoStart`, or a `Blend`.
        methods: name -> strengths, see `explorer.catalogue.METHODS`; left out, those of the
            default preset.
        keep: which picture is the result, the "last" or the "best".
        preset: the preset it came from, for captions and links; it does not matter for equality.

    Raises:
        InputError: anything that does not exist, does not fit, or is out of range.
    """

    target: Target
    network: str = DEFAULT_NETWORK
    steps: int = 200
    size: tuple[int, int] = (224, 224)
    seed: int = 0
    start: PhotoStart | Blend | None = None
    methods: Mapping[str, Mapping[str, float]] | None = None
    keep: str = "last"
    preset: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        def put(name, value):
            object.__setattr__(self, name, value)

        _check_is_target(self.target)
        put("size", checked_size(self.size))
        network = load_network(self.network)
        put("target", self.target.resolved(network, self.size))
        fewest = 0 if isinstance(self.start, Blend) else 1
        put("steps", _whole("The number of steps", self.steps, fewest, MOST_STEPS))
        put("seed", _whole("The seed", self.seed, 0, LARGEST_SEED))
        if self.keep not in KEEP:
            raise InputError(
                f"A recipe keeps the last or the best picture, not {reprlib.repr(self.keep)}."
            )
        if self.methods is None:
            kind = kind_of(self.target, self.network, self.size)
            put("methods", PRESETS[DEFAULT_PRESET].of_kind(kind).methods)
        if not isinstance(self.methods, Mapping):
            raise InputError("The methods of a recipe are a table of names and strengths.")
        plain = {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in self.methods.items()
        }
        frozen = {k: MappingProxyType(v) for k, v in checked_methods(plain).items()}
        put("methods", MappingProxyType(frozen))
        kinds = {
            term.kind if network.layer(term.layer).spatial else "class or dense unit"
            for term in self.target.terms
        }
        check_target_clashes(frozen, kinds)
        if not isinstance(self.preset, str | None):
            raise InputError("The preset that a recipe came from must be a name.")
        if not isinstance(self.start, PhotoStart | Blend | None):
            raise InputError("A recipe starts from None, a PhotoStart or a Blend.")
        if isinstance(self.start, PhotoStart) and not isinstance(self.start.photo, str):
            raise InputError("The photo that a recipe starts from must be a name.")
        if isinstance(self.start, Blend):
            self._check_blend(self.start)
            put("start", Blend(tuple((float(w), recipe) for w, recipe in self.start.parts)))

    def _check_blend(self, blend: Blend) -> None:
        pairs = isinstance(blend.parts, tuple) and all(
            isinstance(part, tuple) and len(part) == 2 and isinstance(part[1], Recipe)
            for part in blend.parts
        )
        if not pairs:
            raise InputError("A blend is made of pairs of a weight and a recipe.")
        if not blend.parts:
            raise InputError("A blend needs at least one recipe to start from.")
        for weight, recipe in blend.parts:
            number = isinstance(weight, Real) and not isinstance(weight, bool)
            if not number or not 0 < weight <= LARGEST_SHARE:
                raise InputError(
                    f"A weight in a blend must be above 0 and at most {LARGEST_SHARE:,}, not "
                    f"{reprlib.repr(weight)}."
                )
            if (recipe.network, recipe.size) != (self.network, self.size):
                raise InputError("Recipes that are blended must share network and size.")
        if self.depth > DEEPEST:
            raise InputError(f"At most {DEEPEST} recipes may start from one another in a row.")
        if self.count > MOST_TOGETHER:
            raise InputError(TOO_MANY)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.to_json())

    def __reduce__(self):
        return from_dict, (self.as_dict(),)

    @property
    def parents(self) -> tuple["Recipe", ...]:
        """The recipes whose pictures this one starts from."""
        blend = isinstance(self.start, Blend)
        return tuple(recipe for _, recipe in self.start.parts) if blend else ()

    @property
    def count(self) -> int:
        """Of how many recipes it is made, itself and those before it."""
        return 1 + sum(parent.count for parent in self.parents)

    @property
    def depth(self) -> int:
        """How many recipes start from one another in a row, this one included."""
        return 1 + max((parent.depth for parent in self.parents), default=0)

    @property
    def lineage(self) -> tuple["Recipe", ...]:
        """Every recipe to render, each once, parents before children; the last is this one."""
        ancestors = (recipe for parent in self.parents for recipe in parent.lineage)
        return tuple(dict.fromkeys((*ancestors, self)))

    @property
    def total_steps(self) -> int:
        """Steps of the whole lineage."""
        return sum(recipe.steps for recipe in self.lineage)

    @property
    def longest_stage(self) -> int:
        """Steps of the recipe in the lineage that takes most."""
        return max(recipe.steps for recipe in self.lineage)

    @property
    def photos(self) -> tuple[str, ...]:
        """The photos, samples and own, that are needed to render it."""
        starts = (recipe.start for recipe in self.lineage)
        names = {start.photo for start in starts if isinstance(start, PhotoStart)}
        return tuple(sorted(names.union(*(recipe.target.photos for recipe in self.lineage))))

    @property
    def own_photos(self) -> tuple[str, ...]:
        """Those of the photos that are a person's own."""
        return tuple(name for name in self.photos if name not in SAMPLES)

    @property
    def caption(self) -> str:
        """One line for people: target and preset."""
        words = describe(load_network(self.network), self.target)
        return f"{words} · {self.preset}" if self.preset else words

    def changed(self, **changes) -> "Recipe":
        """A copy with other values of its attributes."""
        return dataclasses.replace(self, **changes)

    def as_dict(self) -> dict:
        """Plain JSON values from which `from_dict` makes an equal recipe.

        `dataclasses.asdict` does not, as a recipe's methods cannot be changed.
        """
        start = None
        if isinstance(self.start, PhotoStart):
            start = {"photo": self.start.photo}
        elif isinstance(self.start, Blend):
            parts = self.start.parts
            start = {"blend": [{"weight": w, "recipe": r.as_dict()} for w, r in parts]}
        return {
            "format": FORMAT,
            "network": self.network,
            "target": self.target.as_json(),
            "steps": self.steps,
            "size": list(self.size),
            "seed": self.seed,
            "start": start,
            "methods": {name: dict(strengths) for name, strengths in self.methods.items()},
            "keep": self.keep,
        } | ({"preset": self.preset} if self.preset else {})

    def to_json(self) -> str:
        """`as_dict` as text, the same for equal recipes."""
        return json.dumps(_without_preset(self.as_dict()), sort_keys=True)


def _without_preset(value):
    if isinstance(value, dict):
        return {k: _without_preset(v) for k, v in value.items() if k != "preset"}
    return [_without_preset(v) for v in value] if isinstance(value, list) else value


def from_dict(data: object, depth: int = 1) -> Recipe:
    """The recipe that `as_dict` wrote.

    Args:
        depth: of those that start from it, in a row, 1 for none.

    Raises:
        InputError: it is not one, is of another format, or asks for what does not exist.
    """
    if not isinstance(data, dict):
        raise InputError("A recipe must be a JSON object.")
    if "format" not in data:
        raise InputError(
            "This is no recipe of this program: give what render --json prints, or a saved PNG."
        )
    if data["format"] != FORMAT:
        raise InputError(
            f"The recipe has format {reprlib.repr(data['format'])}, and this program reads "
            f"format {FORMAT}."
        )
    if depth > DEEPEST:
        raise InputError(f"At most {DEEPEST} recipes may start from one another in a row.")
    known = {entry.name for entry in dataclasses.fields(Recipe)} | {"format"}
    if unknown := sorted(set(data) - known):
        name = reprlib.repr(unknown[0])
        raise InputError(f"The recipe has an entry {name} that this program does not know.")
    values = {name: value for name, value in data.items() if name != "format"}
    try:
        target = target_from(values.pop("target"))
        start = _start_from(values.pop("start", None), depth)
        return Recipe(target=target, start=start, **values)
    except InputError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InputError("The recipe is damaged: an entry is missing or of a wrong kind.") from None


def from_json(text: str) -> Recipe:
    """The recipe in a JSON text, such as `render --json` prints; `InputError` if there is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError("The recipe is not valid JSON.") from None
    if isinstance(data, dict) and "format" not in data and isinstance(data.get("recipe"), dict):
        data = data["recipe"]
    return from_dict(data)


def _start_from(data, depth: int):
    if data is None:
        return None
    if set(data) == {"photo"}:
        return PhotoStart(data["photo"])
    if set(data) != {"blend"} or any(set(part) != {"weight", "recipe"} for part in data["blend"]):
        raise InputError(
            "A recipe starts from a photo, or from a blend of recipes, each with its weight."
        )
    if len(data["blend"]) > MOST_TOGETHER:
        raise InputError(TOO_MANY)
    return Blend(
        tuple((part["weight"], from_dict(part["recipe"], depth + 1)) for part in data["blend"])
    )


def checked_size(size: object) -> tuple[int, int]:
    """(height, width) from one number or two; `InputError` if they are not from 32 to 1,024."""
    sides = (size, size) if not isinstance(size, tuple | list) else tuple(size)
    if len(sides) != 2:
        raise InputError("A size is one number of pixels, or a height and a width.")
    height, width = (_whole("The size", side, SMALLEST_SIDE, LARGEST_SIDE) for side in sides)
    return height, width


def _whole(what: str, value: object, low: int, high: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or isinstance(value, bool) or number != value or not low <= number <= high:
        raise InputError(
            f"{what} must be a whole number from {low:,} to {high:,}, not {reprlib.repr(value)}."
        )
    return number


def preset(
    name: str,
    target: Target,
    *,
    network: str = DEFAULT_NETWORK,
    steps: int | None = None,
    size: int | tuple[int, int] = 224,
    seed: int = 0,
    methods: Mapping[str, Mapping[str, float] | None] | None = None,
    photo: str | None = None,
    keep: str | None = None,
) -> Recipe:
    """The recipe of a preset, for a target of your own.

    Args:
        name: one of `explorer.presets.PRESETS`.
        target: what to excite.
        network, size, seed: as in `Recipe`; the presets it starts from get the same.
        steps: instead of the preset's own number; the presets it starts from are shortened or
            lengthened alike.
        methods: strengths to change, method -> {parameter: value}; None switches a method off.
        photo: start from this photo instead of the mean color or other pictures.
        keep: "last" or "best", instead of the preset's own.

    Raises:
        InputError: there is no such preset, or the recipe would not be valid.
    """
    if not isinstance(name, str) or name not in PRESETS:
        raise InputError(f"There is no preset called '{name}': {did_you_mean(name, PRESETS)}")
    if not isinstance(photo, str | None):
        raise InputError("The photo that a recipe starts from must be a name, such as photo.name.")
    entry = PRESETS[name].of_kind(kind_of(target, network, size))
    if photo is not None and not entry.steps:
        raise InputError(
            f"The preset {name} only blends other pictures and cannot start from a photo."
        )
    if steps is not None:
        steps = _whole("The number of steps", steps, 1, MOST_STEPS)
    start = PhotoStart(photo) if photo is not None else None
    if entry.starts_from and photo is None:
        start = Blend(
            tuple(
                (
                    weight,
                    preset(
                        parent,
                        target,
                        network=network,
                        steps=steps and _steps_before(name, entry.steps, parent, steps),
                        size=size,
                        seed=seed,
                    ),
                )
                for parent, weight in entry.starts_from
            )
        )
    return Recipe(
        target=target,
        network=network,
        steps=steps if steps and entry.steps else entry.steps,
        size=size,
        seed=seed,
        start=start,
        methods=merged(entry.methods, methods or {}),
        keep=entry.keep if keep is None else keep,
        preset=name,
    )


def _steps_before(name: str, usual: int, parent: str, steps: int) -> int:
    """The steps of a preset that another starts from, whose usual ones become `steps`."""
    parents = PRESETS[parent].steps
    if not usual:
        return steps
    if parents * steps > MOST_STEPS * usual:
        raise InputError(
            f"The preset {name} starts from a picture of {parents / usual:g} times as many steps, "
            f"and {MOST_STEPS:,} are the most: choose at most {MOST_STEPS * usual // parents:,}."
        )
    return max(1, round(parents * steps / usual))


def _check_is_target(target: object) -> None:
    if not isinstance(target, Target):
        raise InputError(f"What to excite must be a Target, not {reprlib.repr(target)}.")


def kind_of(target: Target, network: str, size: int | tuple[int, int]) -> str:
    """The kind of a target, as presets distinguish them; see `explorer.presets.Preset.variants`.

    Raises:
        InputError: the network has no such target, at this size.
    """
    _check_is_target(target)
    model = load_network(network)
    resolved = target.resolved(model, checked_size(size))
    return "class" if is_class(model, resolved) else resolved.kind
