"""Where in a picture a network sees a class: maps of the last convolution, weighed and added.

Grad-CAM: Selvaraju et al., “Grad-CAM: Visual Explanations from Deep Networks via Gradient-Based
Localization”, 2017. Where the class is a weighted mean of the last map, as in EfficientNet-Lite0,
it is the class activation map (CAM) of Zhou et al., “Learning Deep Features for Discriminative
Localization”, 2016: the mean over its places, and the class's bias, are the score.
"""

from functools import lru_cache

import numpy as np

from explorer.activations import overlay
from explorer.errors import InputError
from explorer.excitation import check_target
from explorer.networks.gradients import with_gradient
from explorer.networks.layers import Layer
from explorer.networks.network import KEPT_FUNCTIONS, Network, over_places, size_of
from explorer.targets import Target, is_class


def last_map(network: Network) -> Layer:
    """The last convolution, as the authors have it; a pooling would show less exactly where."""
    return [layer for layer in network.layers if layer.kind == "convolution"][-1]


def grad_cam(network: Network, image: np.ndarray, target: Target) -> np.ndarray:
    """How much each place of the last map speaks for a class.

    Args:
        image: RGB 0–255, (h, w, 3).
        target: a class.

    Returns:
        float32 (h', w'), signed: the activations of all channels, each times the mean over the
        map of the score's gradient. Grad-CAM shows what is above zero.

    Raises:
        InputError: the picture has a wrong shape, or the target is not a class, or cannot be
            computed at this size or here.
    """
    import tensorflow as tf

    size = size_of(image)
    target = target.resolved(network, size)
    if not is_class(network, target):
        raise InputError("Grad-CAM is for a class: give one by name or number.")
    check_target(network, target, size)
    return _compiled(network, size)(tf.constant(image, tf.float32)[None], target.channel).numpy()


def cam_picture(image: np.ndarray, values: np.ndarray) -> np.ndarray:
    """What `grad_cam` found, where it is above zero, as color over the gray photo: uint8 RGB.

    Args:
        image: uint8 RGB (h, w, 3).
        values: (h', w').
    """
    return overlay(image, values, float(values.max()))


@lru_cache(KEPT_FUNCTIONS)
def _compiled(network: Network, size: tuple[int, int]):
    import tensorflow as tf

    network.load()
    last = last_map(network)
    behind = network.layers[network.layers.index(last) :]
    dense = next(i for i, layer in enumerate(behind) if layer.kind == "dense")
    unrectified = {layer.name for layer in behind[:dense]}

    def activate(layer, values):
        """The gradient with respect to the map is that after its rectifier, wherever it comes."""

        @with_gradient
        def passed(values):
            return network.activate(layer, values), tf.identity

        return passed(values) if layer.name in unrectified else network.activate(layer, values)

    @tf.function(
        autograph=False,
        input_signature=(tf.TensorSpec((1, *size, 3)), tf.TensorSpec((), tf.int32)),
    )
    def compute(image, number):
        with tf.GradientTape() as tape:
            tape.watch(image)
            outputs = network.outputs(image, network.class_layer, activate)
            score = over_places(outputs[network.class_layer])[0, number]
        values = outputs[last.name]
        weights = tf.reduce_mean(tape.gradient(score, values), axis=(1, 2), keepdims=True)
        return tf.reduce_sum(weights * network.activate(last, values), axis=-1)[0]

    return compute
