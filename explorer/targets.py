"""What to excite: a channel, a neuron or a class, and how much a picture excites it."""

import reprlib
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from explorer.errors import InputError
from explorer.networks import classes
from explorer.networks.network import KEPT_FUNCTIONS, Network


@dataclass(frozen=True)
class Target:
    """A channel of a layer (mean over space), one neuron of it, or a class.

    Attributes:
        layer: canonical or paper name.
        channel: number of the channel, from 0.
        position: None for the mean over space, "center", or (row, column) in the layer's map.
        after_relu: take the value after ReLU; dead channels then have no gradient.
        class_: a class by number or name, instead of layer and channel. It is taken before
            softmax.
    """

    layer: str | None = None
    channel: int | None = None
    position: tuple[int, int] | str | None = None
    after_relu: bool = False
    class_: int | str | None = None

    def resolved(self, network: Network, size: tuple[int, int]) -> "Target":
        """The same target with canonical layer name and channel, checked against a network.

        Args:
            network: where to look up layer and class.
            size: (height, width) of the picture in pixels.

        Raises:
            InputError: no such layer, channel, class or position.
        """
        if self.class_ is not None:
            if self.layer is not None or self.channel is not None:
                raise InputError("A target is either a layer with a channel or a class, not both.")
            number = network.class_number(self.class_)
            return replace(self, layer=network.class_layer, channel=number, class_=None).resolved(
                network, size
            )
        if self.layer is None:
            raise InputError("Say what to excite: a layer and a channel, or a class.")
        layer = network.layer(self.layer)
        if layer.kind not in ("convolution", "pooling", "dense"):
            raise InputError(
                f"{layer.paper_name} has no channels to excite: choose a convolution, a pooling "
                "or a dense layer."
            )
        last = layer.channels - 1
        if isinstance(self.channel, bool) or not isinstance(self.channel, int | np.integer):
            raise InputError(f"{layer.paper_name} needs a channel, a number from 0 to {last}.")
        if not 0 <= self.channel <= last:
            raise InputError(
                f"{layer.paper_name} has no channel {self.channel}: they count from 0 to {last}."
            )
        if not isinstance(self.after_relu, bool):
            raise InputError("Whether a target is taken after ReLU is true or false.")
        if self.after_relu and layer.name == network.class_layer:
            raise InputError("A class is taken before softmax and has no ReLU.")
        position = _checked_position(self.position, network, layer, size)
        return replace(self, layer=layer.name, channel=int(self.channel), position=position)

    @property
    def kind(self) -> str:
        """What selects the computation: "channel" or "neuron"."""
        return "channel" if self.position is None else "neuron"

    def as_json(self) -> dict:
        """The resolved target as plain JSON values."""
        position = list(self.position) if isinstance(self.position, tuple) else self.position
        return {
            "layer": self.layer,
            "channel": self.channel,
            "position": position,
            "after_relu": self.after_relu,
        }


def describe(network: Network, target: Target) -> str:
    """The target in words: "conv3_1, channel 1", "class 130 (flamingo)"."""
    layer = network.layer(target.layer)
    if layer.name == network.class_layer:
        return f"class {target.channel} ({classes.short_name(target.channel)})"
    words = f"{layer.paper_name}, {'unit' if not layer.spatial else 'channel'} {target.channel}"
    if target.position == "center":
        words += ", center neuron"
    elif target.position:
        words += f", neuron at row {target.position[0]}, column {target.position[1]}"
    return words + (", after ReLU" if target.after_relu else "")


def _checked_position(position, network: Network, layer, size):
    if position is None or not layer.spatial:
        if position is not None:
            raise InputError(f"{layer.paper_name} has no positions: leave the position out.")
        return None
    if position == "center":
        return position
    height, width = network.output_size(layer, size)
    pair = isinstance(position, tuple | list) and len(position) == 2
    if not pair or any(type(value) is not int for value in position):
        raise InputError(
            f"A position is 'center' or a row and a column, not {reprlib.repr(position)}."
        )
    row, column = position
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


def excitation(network: Network, target: Target, image, channel, position):
    """How much pictures excite a target: the tensor that an ascent climbs.

    Args:
        network, target: which layer, kind and ReLU; `target.channel` is not looked at.
        image: float32 (b, h, w, 3), RGB 0–255.
        channel: int32 scalar.
        position: int32 (2,), row and column; used for a neuron.

    Returns:
        float32 scalar, the mean over the batch.
    """
    import tensorflow as tf

    values = network.unit_map(image, network.layer(target.layer), channel)
    if target.after_relu:
        values = tf.nn.relu(values)
    if target.kind == "neuron":
        values = values[:, position[0], position[1]]
    return tf.reduce_mean(values)


def score_and_gradient(
    network: Network, image: np.ndarray, target: Target
) -> tuple[float, np.ndarray]:
    """The score of a picture and its gradient.

    Args:
        image: (h, w, 3), RGB 0–255, uint8 or float.

    Returns:
        The score, and float32 (h, w, 3), its change per gray level.

    Raises:
        InputError: the target does not exist or cannot be computed at this size or here.
    """
    import tensorflow as tf

    size = image.shape[:2]
    target = target.resolved(network, size)
    what = describe(network, target)
    network.require(network.layer(target.layer), size, what[0].upper() + what[1:])
    compute = _compiled(network, replace(target, channel=0, position=target.position and "center"))
    score, gradient = compute(
        tf.constant(image, tf.float32)[None],
        tf.constant(target.channel),
        tf.constant(place(network, target, size)),
    )
    return float(score), gradient[0].numpy()


@lru_cache(KEPT_FUNCTIONS)
def _compiled(network: Network, target: Target):
    import tensorflow as tf

    network.tensors  # noqa: B018 - loaded outside the trace

    @tf.function(autograph=False)
    def compute(image, channel, position):
        with tf.GradientTape() as tape:
            tape.watch(image)
            score = excitation(network, target, image, channel, position)
        return score, tape.gradient(score, image)

    return compute
