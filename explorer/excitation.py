"""How much a picture excites a target, as tensors: what an ascent climbs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from explorer.images import Photo, photo_named
from explorer.networks.network import KEPT_FUNCTIONS, Network
from explorer.targets import Target, place, subject

LEAST_COSINE = 0.1
"""As in Lucid, where the cosine counts only if asked for (`cossim_pow`): where answers point
elsewhere, a little of the slope stays."""


def structure_of(target: Target) -> Target:
    """The part of a target that makes another computation; numbers are blanked out."""
    return replace(
        target,
        channel=None if target.channel is None else 0,
        position=target.position and "center",
        direction=target.direction and ((0, 1.0),),
        photo=target.photo and "photo",
        weight=1.0,
        also=tuple(structure_of(term) for term in target.also),
    )


def numbers_of(
    network: Network,
    target: Target,
    size: tuple[int, int],
    view: tuple[int, int],
    photo: Photo | None = None,
) -> tuple[dict, ...]:
    """The numbers of each term of a target, for `excitation`: a dictionary of tensors each.

    Args:
        size: (height, width) of the pictures, in whose maps positions count.
        view: (height, width) at which the network sees them.
        photo: the person's own, if a term is about it.
    """
    import tensorflow as tf

    numbers = []
    for term in target.terms:
        entry = {"weight": tf.constant(term.weight, tf.float32)}
        layer = network.layer(term.layer)
        if term.channel is not None:
            entry["channel"] = tf.constant(term.channel)
            entry["position"] = tf.constant(_place_in_view(network, term, size, view))
        if term.direction is not None:
            vector = np.zeros(layer.channels, np.float32)
            for channel, weight in term.direction:
                vector[channel] = weight
            entry["vector"] = tf.constant(vector / np.linalg.norm(vector))
        if term.photo is not None:
            answer = network.activations(photo_named(term.photo, photo).fitted(view), [layer.name])
            goal = answer[layer.name]
            entry["goal"] = tf.constant(goal / max(np.linalg.norm(goal), 1e-12))
        numbers.append(entry)
    return tuple(numbers)


def _place_in_view(network: Network, target: Target, size, view) -> tuple[int, int]:
    row, column = place(network, target, size)
    layer = network.layer(target.layer)
    if size == view or not layer.spatial:
        return row, column
    (height, width), (rows, columns) = (network.output_size(layer, s) for s in (size, view))
    return row * rows // height, column * columns // width


def excitation(
    network: Network,
    target: Target,
    image,
    numbers,
    outputs: Mapping | None = None,
    weights: Callable | None = None,
):
    """How much each picture excites a target.

    Args:
        network, target: which layers, kinds and ReLU; of the target only its structure counts.
        image: float32 (b, h, w, 3), RGB 0–255.
        numbers: see `numbers_of`.
        outputs: of the layers for this image, if they were computed already.
        weights: of the places of a layer's map, a function from the layer to (h, w), if not all
            places count alike. Only for channels, directions and whole layers that have a map.

    Returns:
        float32 (b,), the weighted sum over the terms.
    """
    if outputs is None and (len(target.terms) > 1 or target.kind not in ("channel", "neuron")):
        outputs = network.outputs(image, deepest(network, target))
    total = 0.0
    for term, entry in zip(target.terms, numbers, strict=True):
        total += entry["weight"] * _of_one(network, term, image, entry, outputs, weights)
    return total


def deepest(network: Network, target: Target) -> str:
    """The last of the layers that a target is about."""
    order = [layer.name for layer in network.layers]
    return max((term.layer for term in target.terms), key=order.index)


def _of_one(network: Network, term: Target, image, numbers, outputs, weights):
    import tensorflow as tf

    layer = network.layer(term.layer)

    def mean(values):
        """(b, h, w), or (b, ...) -> (b,)."""
        if weights is None:
            return tf.reduce_mean(values, axis=range(1, values.shape.rank))
        return tf.reduce_sum(weights(layer) * values, axis=(1, 2))

    if term.channel is not None:
        if outputs is None:
            values = network.unit_map(image, layer, numbers["channel"])
        else:
            values = tf.gather(outputs[layer.name], numbers["channel"], axis=-1)
        if term.after_relu:
            values = network.activate(layer, values)
        if term.kind == "neuron":
            return values[:, numbers["position"][0], numbers["position"][1]]
        return mean(values)
    values = outputs[layer.name]
    if term.kind == "direction":
        if term.after_relu:
            values = network.activate(layer, values)
        along = tf.linalg.matvec(values, numbers["vector"])
        cosine = along / tf.sqrt(tf.reduce_sum(values**2, axis=-1) + 1e-12)
        return mean(along * tf.maximum(cosine, LEAST_COSINE))
    values = network.activate(layer, values)
    places = range(1, values.shape.rank)
    if term.kind == "photo":
        along = tf.reduce_sum(values * numbers["goal"], axis=places)
        length = tf.sqrt(tf.reduce_sum(values**2, axis=places) + 1e-12)
        return along * tf.maximum(along / length, LEAST_COSINE)
    return mean(tf.reduce_mean(values**2, axis=-1))


def score_and_gradient(
    network: Network, image: np.ndarray, target: Target, photo: Photo | None = None
) -> tuple[float, np.ndarray]:
    """The score of a picture and its gradient.

    Args:
        image: (h, w, 3), RGB 0–255, uint8 or float.
        photo: the person's own, if the target is about it.

    Returns:
        The score, and float32 (h, w, 3), its change per gray level.

    Raises:
        InputError: the target does not exist or cannot be computed at this size or here.
    """
    import tensorflow as tf

    size = image.shape[:2]
    target = target.resolved(network, size)
    check_target(network, target, size)
    compute = _compiled(network, structure_of(target), size)
    score, gradient = compute(
        tf.constant(image, tf.float32)[None], numbers_of(network, target, size, size, photo)
    )
    return float(score), gradient[0].numpy()


def check_target(network: Network, target: Target, size: tuple[int, int]) -> None:
    """Check that every term of a resolved target can be computed here at this size.

    Raises:
        InputError: the picture is too small or of a wrong size, or weights are missing.
    """
    for term in target.terms:
        layer, what = network.layer(term.layer), subject(network, replace(term, weight=1.0))
        network.check_computable(layer, size, what)


@lru_cache(KEPT_FUNCTIONS)
def _compiled(network: Network, target: Target, size: tuple[int, int]):
    """Compiled for pictures of this size alone, as each further one would stay in memory too."""
    import tensorflow as tf

    network.load()

    @tf.function(autograph=False)
    def compute(image, numbers):
        with tf.GradientTape() as tape:
            tape.watch(image)
            score = excitation(network, target, image, numbers)[0]
        return score, tape.gradient(score, image)

    return compute
