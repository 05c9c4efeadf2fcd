"""What to excite: a channel, a neuron, a class, a layer, a direction, a photo, or several."""

import re
import reprlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real

import numpy as np

from explorer.errors import InputError
from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.wording import exact, signed

MOST_TERMS = 8
"""Targets that may be weighed against one another."""
SMALLEST_WEIGHT, LARGEST_WEIGHT = 1e-9, 1000
"""In size; of targets, and of channels in a direction."""
TERM = re.compile(r"\s*(?:(-?[0-9.]{1,24}(?:e-?\d\d?)?)\s*\*)?\s*([\w-]+)(?::(.+?))?\s*")
"""Weight, layer and channel, or "class" and its name, of a target as text."""
EXCITABLE = ("convolution", "depthwise", "addition", "pooling", "dense")
"""Kinds of layers that have channels to excite."""


@dataclass(frozen=True)
class Target:
    """What to excite.

    A layer with a channel is the mean of that channel over space; with a position, one neuron;
    with a direction, a mixture of channels; with a photo, what the layer answers to it; with
    nothing, the whole layer.

    Attributes:
        layer: canonical or paper name.
        channel: number of the channel, from 0.
        position: None for the mean over space, "center", or (row, column) in the layer's map.
        after_relu: take the value after ReLU; dead channels then have no gradient.
        class_: a class by number or name, instead of layer and channel. It is taken before
            softmax.
        direction: channel -> weight; the answers are compared with this mixture, all channels
            left out being zero.
        photo: excite the layer as this photo does, a sample's name or "sha256:" and the digest of
            a person's own ("caricature").
        weight: of this target among several, not 0; below 0 it is held down.
        also: further targets, whose weighted scores are added.
    """

    layer: str | None = None
    channel: int | None = None
    position: tuple[int, int] | str | None = None
    after_relu: bool = False
    class_: int | str | None = None
    direction: Mapping[int, float] | tuple[tuple[int, float], ...] | None = None
    photo: str | None = None
    weight: float = 1.0
    also: tuple["Target", ...] = ()

    def resolved(self, network: Network, size: tuple[int, int]) -> "Target":
        """The same target with canonical layer name and channel, checked against a network.

        Args:
            network: where to look up layer and class.
            size: (height, width) of the picture in pixels.

        Raises:
            InputError: no such layer, channel, class or position, or parts that do not go
                together.
        """
        weight, also = _checked_weight(self.weight), _checked_terms(self.also)
        also = tuple(term.resolved(network, size) for term in also)
        if self.class_ is not None:
            if any(_has(self, name) for name in ("layer", "channel", "direction", "photo")):
                raise InputError("A target is either a layer with a channel or a class, not both.")
            number = network.class_number(self.class_)
            return replace(self, layer=network.class_layer, channel=number, class_=None).resolved(
                network, size
            )
        if self.layer is None:
            raise InputError("Say what to excite: a layer and a channel, or a class.")
        layer = network.layer(self.layer)
        if layer.kind not in EXCITABLE:
            raise InputError(
                f"{layer.paper_name} has no channels to excite: choose a convolution, a pooling "
                "or a dense layer."
            )
        if not isinstance(self.after_relu, bool):
            raise InputError("Whether a target is taken after ReLU is true or false.")
        if self.after_relu and layer.name == network.class_layer:
            raise InputError("A class is taken before softmax and has no ReLU.")
        given = [name for name in ("channel", "direction", "photo") if _has(self, name)]
        if len(given) > 1:
            raise InputError(f"A target has a {given[0]} or a {given[1]}, not both.")
        if self.after_relu and self.kind in ("layer", "photo"):
            raise InputError("A whole layer, or what it sees in a photo, is always after ReLU.")
        if self.photo is not None and not (isinstance(self.photo, str) and self.photo):
            raise InputError(f"The photo of a target must be a name, not {_short(self.photo)}.")
        if self.photo is not None and not layer.spatial:
            raise InputError(f"{layer.paper_name} has no map to compare with a photo's.")
        if self.position is not None and not _has(self, "channel"):
            raise InputError("Only a channel has a position: give its number too.")
        if _has(self, "channel"):
            _check_channel(self.channel, layer)
        return replace(
            self,
            layer=layer.name,
            channel=None if self.channel is None else int(self.channel),
            direction=_checked_direction(self.direction, layer),
            position=_checked_position(self.position, network, layer, size),
            weight=weight,
            also=also,
        )

    @property
    def kind(self) -> str:
        """What is computed: "channel", "neuron", "direction", "photo" or "layer"."""
        if self.channel is not None:
            return "channel" if self.position is None else "neuron"
        return "direction" if self.direction is not None else "photo" if self.photo else "layer"

    @property
    def terms(self) -> tuple["Target", ...]:
        """This target alone and those beside it."""
        return (replace(self, also=()), *self.also)

    @property
    def photos(self) -> tuple[str, ...]:
        """Names of the photos that it is about."""
        return tuple(term.photo for term in self.terms if term.photo)

    def as_json(self) -> dict:
        """The resolved target as plain JSON values; what is not used is left out."""
        position = list(self.position) if isinstance(self.position, tuple) else self.position
        values = {
            "layer": self.layer,
            "channel": self.channel,
            "position": position,
            "after_relu": self.after_relu,
        }
        if self.direction is not None:
            values["direction"] = [list(part) for part in self.direction]
        if self.photo is not None:
            values["photo"] = self.photo
        if self.weight != 1:
            values["weight"] = self.weight
        if self.also:
            values["also"] = [term.as_json() for term in self.also]
        return values


def from_json(values: Mapping) -> Target:
    """The target that `as_json` wrote; `TypeError` or `ValueError` if it is none."""
    values = dict(values)
    for name in ("position", "direction"):
        if isinstance(values.get(name), list):
            values[name] = tuple(
                tuple(part) if isinstance(part, list) else part for part in values[name]
            )
    return Target(**values | {"also": tuple(from_json(term) for term in values.get("also", ()))})


def is_class(network: Network, target: Target) -> bool:
    """Whether a resolved target is one class, and nothing beside it."""
    return is_class_term(network, target) and not target.also


def is_class_term(network: Network, term: Target) -> bool:
    """Whether a resolved target, leaving aside those beside it, is a class."""
    return term.layer == network.class_layer and term.channel is not None


def class_name(network: Network, target: Target) -> str | None:
    """The name of the class that a resolved target is, if it is one."""
    return network.class_name(target.channel) if is_class(network, target) else None


def only_adds_colors(network: Network, target: Target) -> bool:
    """Whether a target is the mean of a first layer's channel before ReLU: a sum of all colors.

    With strides it is more, as neighboring pixels meet different weights.
    """
    return (
        network.layer(target.layer) == network.lowest
        and network.lowest.stride == 1
        and target.channel is not None
        and target.position is None
        and not (target.after_relu or target.also)
    )


# ---- In words


def describe(network: Network, target: Target) -> str:
    """The target in words: "conv3_1, channel 1", "class 130 (flamingo)"."""
    first, *others = target.terms
    words = _describe_one(network, first)
    if first.weight != 1:
        words = signed(f"{first.weight:g} × ") + words if first.weight != -1 else f"not {words}"
    for term in others:
        sign = "minus" if term.weight < 0 else "plus"
        size = "" if abs(term.weight) == 1 else signed(f"{abs(term.weight):g} × ")
        words += f", {sign} {size}{_describe_one(network, term)}"
    return words


def subject(network: Network, target: Target) -> str:
    """`describe` as a sentence begins, with a capital; a layer's name stays as it is."""
    words = describe(network, target)
    named = words.startswith(network.layer(target.layer).paper_name)
    return words if named else words[0].upper() + words[1:]


def _describe_one(network: Network, target: Target) -> str:
    layer = network.layer(target.layer)
    if is_class_term(network, target):
        return f"class {target.channel} ({network.class_name(target.channel)})"
    if target.kind == "layer":
        return f"all of {layer.paper_name}"
    if target.kind == "photo":
        name = target.photo if ":" not in target.photo else "a person's own"
        return f"{layer.paper_name} as for the photo {name}"
    if target.kind == "direction":
        parts = signed(" ".join(f"{weight:g}·{channel}" for channel, weight in target.direction))
        words = f"{layer.paper_name}, channels {parts}"
    else:
        unit = "channel" if layer.spatial else "unit"
        words = f"{layer.paper_name}, {unit} {target.channel}"
    if target.position == "center":
        words += ", center neuron"
    elif target.position:
        words += f", neuron at row {target.position[0]}, column {target.position[1]}"
    return words + (", after ReLU" if target.after_relu else "")


# ---- As text, for addresses and the command line


def term_text(network: Network, target: Target) -> str:
    """A single channel, class or layer with its weight: "conv4_1:6", "-0.5*class:130".

    Raises:
        InputError: it is more than that.
    """
    if not is_plain(target):
        raise InputError(
            f"{subject(network, target)} cannot be written as a further target: only a channel "
            "before ReLU, a class or a layer can."
        )
    name = "class" if is_class_term(network, target) else network.layer(target.layer).paper_name
    text = name if target.channel is None else f"{name}:{target.channel}"
    return text if target.weight == 1 else f"{exact(target.weight)}*{text}"


def is_plain(target: Target) -> bool:
    """Whether a target beside another can be told as a text: a channel, a class or a layer."""
    return target.kind in ("channel", "layer") and not target.after_relu


def term_of(text: str) -> Target:
    """The target that `term_text` wrote; `InputError` if the text is not understood."""
    found = TERM.fullmatch(text)
    try:
        weight = float(found[1] or 1)
        if found[2] == "class" and found[3]:
            return Target(class_=found[3], weight=weight)
        channel = None if found[3] is None else int(found[3])
        return Target(found[2], channel, weight=weight)
    except (TypeError, ValueError):
        raise InputError(
            f"A further target is written like conv4_1:6, class:flamingo or -0.5*conv4_1:6, not "
            f"'{text[:60]}'."
        ) from None


def direction_text(direction: Sequence[tuple[int, float]]) -> str:
    """A direction as "1:0.5,7:-1"."""
    return ",".join(f"{channel}:{exact(weight)}" for channel, weight in direction)


def direction_of(text: str) -> dict[int, float]:
    """The direction that `direction_text` wrote; `InputError` if it is not understood."""
    try:
        texts = [part.split(":") for part in text.split(",")]
        pairs = [(int(channel), float(weight)) for channel, weight in texts]
    except ValueError:
        raise InputError(
            f"A direction is written CHANNEL:WEIGHT,…, such as 1:0.5,7:-1, not '{text[:60]}'."
        ) from None
    return _each_once(pairs)


# ---- What is allowed


def _has(target: Target, name: str) -> bool:
    return getattr(target, name) is not None


def _short(value: object) -> str:
    return " ".join(reprlib.repr(value).split())


def _check_channel(channel: object, layer: Layer) -> None:
    last = layer.channels - 1
    if isinstance(channel, bool) or not isinstance(channel, int | np.integer):
        raise InputError(f"{layer.paper_name} needs a channel, a number from 0 to {last}.")
    if not 0 <= channel <= last:
        raise InputError(
            f"{layer.paper_name} has no channel {_short(channel)}: they count from 0 to {last}."
        )


def _checked_weight(weight: object, what: str = "weight of a target") -> float:
    number = isinstance(weight, Real) and not isinstance(weight, bool)
    if not number or not SMALLEST_WEIGHT <= abs(weight) <= LARGEST_WEIGHT:
        raise InputError(
            f"The {what} must be a number from -{LARGEST_WEIGHT:,} to {LARGEST_WEIGHT:,} and not "
            f"0, nor nearer to it than {SMALLEST_WEIGHT:g}, but is {_short(weight)}."
        )
    return float(weight)


def _checked_terms(also: object) -> tuple[Target, ...]:
    valid = isinstance(also, tuple | list) and all(isinstance(term, Target) for term in also)
    if not valid or any(term.also for term in also):
        raise InputError("The targets beside a target must be single targets.")
    if len(also) >= MOST_TERMS:
        raise InputError(f"At most {MOST_TERMS} targets can be weighed against one another.")
    return tuple(also)


def _checked_direction(direction: object, layer: Layer) -> tuple[tuple[int, float], ...] | None:
    if direction is None:
        return None
    try:
        pairs = list(direction.items() if isinstance(direction, Mapping) else direction)
        weights = _each_once([(channel, weight) for channel, weight in pairs])
    except InputError:
        raise
    except (TypeError, ValueError):
        weights = {}
    if not weights:
        raise InputError("A direction is a table of channels and weights, with one at least.")
    for channel, weight in weights.items():
        _check_channel(channel, layer)
        _checked_weight(weight, "weight of a channel")
    return tuple(sorted((int(channel), float(weight)) for channel, weight in weights.items()))


def _each_once(pairs: Sequence[tuple]) -> dict:
    """Pairs of channel and weight as a table; `InputError` if a channel comes twice."""
    weights = dict(pairs)
    if len(weights) < len(pairs):
        (twice, _), *_ = Counter(channel for channel, _ in pairs).most_common(1)
        raise InputError(
            f"A direction has one weight for each channel, and {_short(twice)} has several."
        )
    return weights


def _checked_position(position, network: Network, layer: Layer, size):
    if position is None or not layer.spatial:
        if position is not None:
            raise InputError(f"{layer.paper_name} has no positions: leave the position out.")
        return None
    if isinstance(position, str) and position == "center":
        return position
    height, width = network.output_size(layer, size)
    values = list(position) if isinstance(position, tuple | list) or np.ndim(position) == 1 else []
    whole = all(isinstance(v, Integral) and not isinstance(v, bool) for v in values)
    if len(values) != 2 or not whole:
        raise InputError(f"A position is 'center' or a row and a column, not {_short(position)}.")
    row, column = map(int, values)
    if not (0 <= row < height and 0 <= column < width):
        raise InputError(
            f"{layer.paper_name} has {height}×{width} positions here, counted from 0: there is "
            f"none at row {row}, column {column}."
        )
    return row, column


def place(network: Network, target: Target, size: tuple[int, int]) -> tuple[int, int]:
    """(row, column) of a neuron in its layer's map; (0, 0) for a target that has no position."""
    if target.position == "center":
        height, width = network.output_size(network.layer(target.layer), size)
        return height // 2, width // 2
    return target.position or (0, 0)
