"""Which pixels of a picture excite a filter: its activation followed back through the network.

Three methods, alike but for what a rectifier (ReLU, ReLU6) lets pass on the way back. A max pooling
sends everything back to the place of the highest, through the "switches"; convolutions and
additions go back as they came, and so do layers without a rectifier. A pooling may come before its
rectifier here: where nothing is above zero, the switch is at the highest value all the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from explorer.activations import overlay, statistics
from explorer.errors import InputError
from explorer.excitation import check_target
from explorer.networks.gradients import with_gradient
from explorer.networks.layers import Layer
from explorer.networks.network import KEPT_FUNCTIONS, Network, size_of
from explorer.receptive_fields import Square, receptive_square
from explorer.targets import Target, is_class, place, subject

PERCENTILE = 99.5
"""Of the absolute values, where the colors end; else a few pixels would leave the rest gray."""


@dataclass(frozen=True)
class Attribution:
    """A method.

    Attributes:
        name: on the command line and in tables.
        title, help: for people; one line of what it does.
        source: who described it.
        rule: what a rectifier lets pass on the way back, for people.
        by_input: it lets pass what its own slope does: nothing where its input was below zero or,
            for a ReLU6, above six.
        by_sign: it lets pass only what is above zero.
        from_activation: what goes back begins as the activation, and not as one.
    """

    name: str
    title: str
    help: str
    source: str
    rule: str
    by_input: bool
    by_sign: bool
    from_activation: bool


ATTRIBUTIONS: dict[str, Attribution] = {
    method.name: method
    for method in (
        Attribution(
            "gradient",
            "Gradient",
            "How the response changes with each pixel.",
            "Simonyan, Vedaldi and Zisserman, “Deep Inside Convolutional Networks”, 2014",
            "what arrives, where its input was positive",
            by_input=True,
            by_sign=False,
            from_activation=False,
        ),
        Attribution(
            "deconvnet",
            "Deconvnet",
            "The response sent back through the network turned around.",
            "Zeiler and Fergus, “Visualizing and Understanding Convolutional Networks”, 2014",
            "what arrives, where that is positive",
            by_input=False,
            by_sign=True,
            from_activation=True,
        ),
        Attribution(
            "guided",
            "Guided backpropagation",
            "The gradient along those paths only that raise the activation.",
            "Springenberg et al., “Striving for Simplicity: The All Convolutional Net”, 2015",
            "what arrives, where both are positive",
            by_input=True,
            by_sign=True,
            from_activation=True,
        ),
    )
}
"""Every method by name."""


# ---- What is asked


def located(
    network: Network, image: np.ndarray, target: Target, everywhere: bool = False
) -> tuple[Target, float]:
    """A channel at the place where a picture excites it most, and its activation there.

    Args:
        image: RGB 0–255, (h, w, 3).
        target: a channel, a neuron, which stays where it is, or a class.
        everywhere: leave a channel its whole map; the activation is then the highest.

    Returns:
        The target, resolved, and its activation, after ReLU; a class's score before softmax.

    Raises:
        InputError: the picture has a wrong shape, there is no such target, it is not a single
            channel, it cannot be computed here, or the activation of a filter is not above zero,
            so that nothing excites it.
    """
    size = size_of(image)
    target = asked = _resolved(network, target, size)
    layer = network.layer(target.layer)
    values = network.activations(image, [layer.name])[layer.name][..., target.channel]
    if target.position is not None:
        target = replace(target, position=place(network, target, size))
    elif layer.spatial and not everywhere:
        numbers = statistics(values)
        target = replace(target, position=(numbers.row, numbers.column))
    highest = float((_places(network, target, size) * values).max())
    if highest <= 0 and not is_class(network, target):
        raise InputError(
            f"{subject(network, asked)} has no activation above 0 on this picture, so no pixel "
            "excites it."
        )
    return target, highest


def _resolved(network: Network, target: Target, size: tuple[int, int]) -> Target:
    target = target.resolved(network, size)
    if target.channel is None or target.also:
        raise InputError("Say which channel: pixels are found for a single one, or for a class.")
    check_target(network, target, size)
    return target


def _places(network: Network, target: Target, size: tuple[int, int]) -> np.ndarray:
    """Ones where a target is in its map (h, w), zeros elsewhere; float32. Of a class, a one."""
    layer = network.layer(target.layer)
    shape = network.output_size(layer, size) if layer.spatial else ()
    if target.position is None:
        return np.ones(shape, np.float32)
    places = np.zeros(shape, np.float32)
    places[place(network, target, size)] = 1
    return places


# ---- What is computed


def attribution(
    network: Network, image: np.ndarray, target: Target, method: str = "guided"
) -> np.ndarray:
    """What goes back to each pixel from a target's activation.

    It begins before the target's own rectifier, at its place or, without a position, at all places
    of its map whose activation is above zero: with that activation, or with one, as the method has
    it. The gradient is thus per gray level, and where nothing is above zero, all is zero. For a
    class it always begins with one, as zero means nothing for a score before softmax.

    Args:
        image: RGB 0–255, (h, w, 3).
        target: a channel, a neuron or a class; see `located`.
        method: one of `ATTRIBUTIONS`.

    Returns:
        float32 (h, w, 3), signed.

    Raises:
        InputError: the picture has a wrong shape, there is no such method or target, or it cannot
            be computed at this size or here.
    """
    import tensorflow as tf

    size = size_of(image)
    target = _resolved(network, target, size)
    compute = _compiled(network, network.layer(target.layer), checked_name(method), size)
    places = _places(network, target, size)
    return compute(tf.constant(image, tf.float32)[None], target.channel, places).numpy()


def checked_name(name: str) -> str:
    """The name of a method; `InputError` if there is none of this name."""
    if name not in ATTRIBUTIONS:
        raise InputError(
            f"There is no attribution method '{name}': choose from {', '.join(ATTRIBUTIONS)}."
        )
    return name


@lru_cache(KEPT_FUNCTIONS)
def _compiled(network: Network, layer: Layer, method: str, size: tuple[int, int]):
    import tensorflow as tf

    network.load()
    rule = ATTRIBUTIONS[method]

    @tf.function(
        autograph=False,
        input_signature=(
            tf.TensorSpec((1, *size, 3)),
            tf.TensorSpec((), tf.int32),
            tf.TensorSpec(network.output_size(layer, size) if layer.spatial else ()),
        ),
    )
    def compute(image, channel, places):
        with tf.GradientTape() as tape:
            tape.watch(image)
            outputs = network.outputs(image, layer.name, partial(_activated, network, rule))
            values = tf.gather(outputs[layer.name][0], channel, axis=-1)
        excited = tf.nn.relu(network.activate(layer, values))
        if layer.name == network.class_layer:
            start = tf.ones_like(values)
        else:
            start = excited if rule.from_activation else tf.sign(excited)
        return tape.gradient(values, image, places * start)[0]

    return compute


def _activated(network: Network, method: Attribution, layer: Layer, values):
    """What a layer passes on, with the method's rule on the way back."""
    import tensorflow as tf

    if layer.activation == "linear":
        return values

    @with_gradient
    def whatever_the_input(values):
        return network.activate(layer, values), tf.identity

    @with_gradient
    def if_positive(answer):
        return tf.identity(answer), tf.nn.relu

    answer = network.activate(layer, values) if method.by_input else whatever_the_input(values)
    return if_positive(answer) if method.by_sign else answer


def cautions(network: Network) -> Iterator[str]:
    """What is to be known of the methods, and where a network differs from those they are for."""
    edges = (
        "crisp partly because {} the photo's edges, whatever is asked for (Nie et al. 2018, "
        "Adebayo et al. 2018)."
    )
    if any(layer.kind == "pooling" for layer in network.layers):
        yield f"Deconvnet and guided backpropagation look {edges.format('they bring back')}"
        yield (
            "Where a pooling sees nothing above zero, the deconvnet goes back to the highest value "
            "here, with other programs to the first or the last."
        )
    else:
        yield (
            f"{network.title} has no max pooling to remember places by, so the deconvnet shows the "
            "target alone: of the photo it takes nothing but the strength. Guided backpropagation "
            f"looks {edges.format('it brings back')}"
        )
    if any(layer.activation == "relu6" for layer in network.layers):
        yield "Its ReLUs are ReLU6: an input counts as positive from 0 to 6 only."


# ---- Pictures of it


def seen_by(network: Network, target: Target, size: tuple[int, int]) -> Square:
    """The part of a picture of this (height, width) outside of which an attribution is zero."""
    layer = network.layer(target.layer)
    if target.position is None:
        return Square(0, 0, *size)
    return receptive_square(network, layer, *place(network, target, size), size).within(size)


def signed_picture(values: np.ndarray) -> np.ndarray:
    """An attribution (h, w, 3) as colors, zero being gray: uint8 RGB."""
    top = max(float(np.percentile(np.abs(values), PERCENTILE)), 1e-30)
    return (127.5 + 127.5 * np.clip(values / top, -1, 1)).round().astype(np.uint8)


def strength(values: np.ndarray) -> np.ndarray:
    """How strong an attribution (h, w, 3) is at each pixel, whatever its sign: (h, w).

    The highest over the colors, as Simonyan et al. have it.
    """
    return np.abs(values).max(axis=-1)


def strength_picture(picture: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The strength of an attribution as color over the gray picture (h, w, 3): uint8 RGB."""
    strengths = strength(values)
    return overlay(picture, strengths, float(np.percentile(strengths, PERCENTILE)))
